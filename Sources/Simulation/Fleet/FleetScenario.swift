import Scheduling
package import Workload

/// Many sites that work is drawn for.
///
///     name: a thousand sites
///     days: 30
///     seed: 1
///     sites: [{file: flats.yaml, count: 300}, {file: home.yaml, count: 700}]
///     tasks: {load: 8000}
///
/// Each site is the file's with a seed of its own; the tasks are those of the fleet, not the files'. The files may begin in
/// different seasons.
package struct FleetScenario: Hashable, Sendable {
  package var name: String
  package var days: Int
  package var seed: UInt64
  package var kinds: [Kind]
  package var tasks: TaskFlow

  package struct Kind: Hashable, Sendable {
    package var site: SiteScenario
    package var count: Int

    package init(site: SiteScenario, count: Int) {
      self.site = site
      self.count = count
    }
  }

  package init(name: String, days: Int, seed: UInt64, kinds: [Kind], tasks: TaskFlow) {
    self.name = name
    self.days = days
    self.seed = seed
    self.kinds = kinds
    self.tasks = tasks
  }

  package var slots: Int { kinds.reduce(0) { $0 + $1.count * $1.site.site.servers.slots } }
  package var siteCount: Int { kinds.reduce(0) { $0 + $1.count } }

  /// - Throws: all mistakes, those of the sites' files with their own places.
  package static func read(_ text: String, file: String, base: String) throws(Mistakes) -> FleetScenario {
    var inner: [Mistake] = []
    let (scenario, mistakes) = readYAMLKeepingMistakes(text, file: file) { yaml -> FleetScenario? in
      let name = yaml.required("name") { $0.string() }
      let days = yaml.optional("days", default: 30) { $0.integer(1...SiteScenario.mostDays) }
      let seed = yaml.optional("seed", default: 1) { $0.integer(UInt64(0)...UInt64.max) }
      let kinds = yaml.required("sites") { $0.list { kind($0, base: base, &inner) } }
      let tasks = yaml.required("tasks") { ScenarioValues.tasks($0) }
      guard let name, let days, let seed, let kinds, let tasks else { return nil }
      if kinds.isEmpty { yaml.report("sites must name one file at least") }
      return FleetScenario(name: name, days: days, seed: seed, kinds: kinds, tasks: tasks)
    }
    let all = mistakes + inner
    if let scenario, all.isEmpty { return scenario }
    throw Mistakes(all)
  }

  private static func kind(_ value: YAMLValue, base: String, _ inner: inout [Mistake]) -> Kind? {
    guard let yaml = value.mapping() else { return nil }
    let path = yaml.required("file") { $0.path(from: base) }
    let count = yaml.required("count") { $0.integer(1...10_000) }
    guard let path, let count else { return nil }
    do {
      let text = try LocalFile.readText(path)
      let site = try SiteScenario.read(text, file: path, base: LocalFile.directory(of: path))
      return Kind(site: site, count: count)
    } catch let mistakes as Mistakes {
      inner += mistakes.all
      return nil
    } catch {
      return value.mistake("\(error)")
    }
  }
}
