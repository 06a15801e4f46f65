private import Receipts
private import Scheduling
private import Simulation
package import Workload

extension AgentConfiguration {
  /// Reads a configuration file.
  ///
  /// - Throws: `FileError` where it can't be read, `Mistakes` with everything that is wrong in it.
  package static func load(_ path: String) throws -> AgentConfiguration {
    try parse(LocalFile.readText(path), file: path)
  }

  /// - Throws: all mistakes at once, each with line and column.
  package static func parse(_ text: String, file: String) throws(Mistakes) -> AgentConfiguration {
    let base = LocalFile.directory(of: file)
    return try readYAML(text, file: file) { root -> AgentConfiguration? in
      let identity = root.required("node") { Identity(yaml: $0, base: base) }
      let state = root.required("state") { $0.path(from: base) }
      let ledger = root.required("ledger") { $0.path(from: base) }
      let hardware = root.required("hardware") { Hardware(yaml: $0, base: base) }
      let heat = root.required("heat") { $0.mapping().flatMap { HeatPolicy(yaml: $0) } }
      let tariff = root.required("tariff") { $0.mapping().flatMap { Tariff(yaml: $0, base: base) } }
      let work = root.required("work") { Work(yaml: $0) }
      let images = root.optional("images", default: nil) { value -> ImageTerms?? in
        ImageTerms(yaml: value, base: base, state: state).map { .some($0) }
      }
      let simulation = root.optional("simulation", default: nil) { value -> SimulationSettings?? in
        value.mapping().flatMap { SimulationSettings(yaml: $0) }.map { .some($0) }
      }
      let faults = root.optional("fault_injection", default: .none) { value in
        value.mapping().flatMap { FaultInjection(yaml: $0) }
      }
      guard let identity, let state, let ledger, let hardware, let heat, let tariff, let work, let images,
        let simulation, let faults
      else { return nil }
      return AgentConfiguration(
        identity: identity, stateDirectory: state, ledgerDirectory: ledger, hardware: hardware, heat: heat,
        tariff: tariff, work: work, images: images, simulation: simulation, faults: faults)
    }
  }
}

extension AgentConfiguration.Identity {
  fileprivate init?(yaml value: YAMLValue, base: String) {
    guard let yaml = value.mapping() else { return nil }
    let name = yaml.required("name") { $0.string() }
    let key = yaml.required("key") { $0.path(from: base) }
    let password = yaml.required("password_file") { $0.path(from: base) }
    let operatorAddress = yaml.required("operator") { value -> Address? in
      guard let text = value.string() else { return nil }
      return Address(text)
        ?? value.mistake("operator must be an address, 0x and 40 hexadecimal digits, not '\(text)'")
    }
    let site = yaml.required("site") { $0.string() }
    let hardwareClass = yaml.optional("hardware_class", default: "x86_64") { $0.string() }
    guard let name, let key, let password, let operatorAddress, let site, let hardwareClass else {
      return nil
    }
    self.init(
      name: name, keyFile: key, passwordFile: password, operatorAddress: operatorAddress, site: site,
      hardwareClass: hardwareClass)
  }
}

extension AgentConfiguration.Hardware {
  fileprivate init?(yaml value: YAMLValue, base: String) {
    guard let yaml = value.mapping() else { return nil }
    let board = yaml.required("board") { $0.path(from: base) }
    let root = yaml.optional("root", default: "/") { $0.path(from: base) }
    guard let board, let root else { return nil }
    self.init(board: board, root: root)
  }
}

extension AgentConfiguration.Work {
  fileprivate init?(yaml value: YAMLValue) {
    guard let yaml = value.mapping() else { return nil }
    let slots = yaml.required("slots") { $0.integer(1...256) }
    let memory = yaml.required("memory") { $0.byteCount() }
    let disk = yaml.required("disk") { $0.byteCount() }
    let longest = yaml.optional("longest_run", default: .seconds(86_400)) { $0.duration() }
    let reference = yaml.optional("reference_run", default: .seconds(3600)) { $0.duration() }
    let profile = yaml.optional("profile", default: "batch") { $0.string() }
    guard let slots, let memory, let disk, let longest, let reference, let profile else { return nil }
    self.init(
      slots: slots, memory: memory, disk: disk, longestRun: longest, referenceRun: reference, profile: profile
    )
  }
}

extension AgentConfiguration.ImageTerms {
  fileprivate init?(yaml value: YAMLValue, base: String, state: String?) {
    guard let yaml = value.mapping() else { return nil }
    let registries = yaml.required("registries") { value in
      value.list { Self.registry($0) }.flatMap { list -> [String]? in
        list.isEmpty
          ? value.mistake("registries is empty: leave 'images' out where no task may bring one") : list
      }
    }
    let budget = yaml.required("budget") { $0.byteCount() }
    let cache = yaml.optional("cache", default: state.map { "\($0)/images" } ?? "") { $0.path(from: base) }
    let largest = yaml.optional("largest", default: min(.mebibytes(1024), budget ?? .zero)) { value in
      value.byteCount().flatMap { size in
        guard let budget, size > budget else { return size }
        return value.mistake("largest must not be more than the budget, which holds all images")
      }
    }
    let time = yaml.optional("pull_time", default: .seconds(600)) { $0.duration() }
    let authFile = yaml.optional("auth_file", default: nil) { value -> String?? in
      value.path(from: base).map { .some($0) }
    }
    guard let registries, let budget, let cache, let largest, let time, let authFile else { return nil }
    self.init(
      registries: registries, cacheDirectory: cache, budget: budget, largest: largest, pullTime: time,
      authFile: authFile)
  }

  /// A registry, or a part of one.
  private static func registry(_ value: YAMLValue) -> String? {
    guard let text = value.string() else { return nil }
    guard (try? RegistryReference("\(RegistryReference.transport)\(text)/name")) != nil else {
      return value.mistake("\(value.name) must be HOST[:PORT] or HOST[:PORT]/NAME, not '\(text)'")
    }
    return text
  }
}
