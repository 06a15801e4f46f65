import Scheduling
import Simulation
import Testing
import Workload

/// A small site, written as people write one.
enum Scenarios {
  static let home = """
    name: four homes
    start: 2026-01-10
    days: 10
    seed: 3
    comfort: 50 °C
    store: {volume: 600 L, layers: 8, loss: 2 W/K, circulation: 100 W, pump: 6 L/min}
    backup: {power: 8 kW, below: 53 °C}
    servers: {slots: 6}
    demand: {profile: M, homes: 4, heating: 20 W/K}
    tariff: {synthetic: {added: 0.06 EUR/kWh}, heat: 0.11 EUR/kWh}
    tasks: {load: 8}
    planning: {step: 1 h}
    """

  static func home(days: Int = 10, seed: UInt64 = 3) throws -> SiteScenario {
    var scenario = try SiteScenario.read(home, file: "home.yaml", base: ".")
    scenario.days = days
    scenario.seed = seed
    return scenario
  }
}

@Suite struct ScenarioTests {
  @Test func theExampleReads() throws {
    let text = """
      name: x
      start: 2026-01-01
      comfort: 50 °C
      store: {volume: 1.5 m3, loss: 4 W/K, pump: 12 L/min}
      backup: {power: 20 kW, fuel: electricity}
      servers: {slots: 16}
      demand: {profile: XL, homes: 2}
      tariff: {electricity: 0.2 EUR/kWh, heat: 0.1 EUR/kWh}
      tasks: {load: 20, duration: 3 h}
      """
    let scenario = try SiteScenario.read(text, file: "x.yaml", base: ".")
    #expect(scenario.site.store.litres == 1500)
    #expect(scenario.site.store.backup.fuel == .electricity)
    #expect(scenario.days == 365)
    #expect(scenario.tasks.hours == 3)
    #expect(scenario.electricity == .tariff(.fixed(EuroPerKilowattHour(0.2))))
  }

  /// Each with the place and a part of what is said of it; all at once.
  @Test func allMistakesAtOnceWithTheirPlaces() throws {
    let text = """
      name: x
      start: 2026-02-30
      comfort: 50
      store: {volume: 5 L, loss: 4 W/K, pump: 12 L/min, layers: 2}
      backup: {power: -1 kW, fuel: coal}
      servers: {slots: 0}
      demand: {profile: Q, homes: 2}
      tariff: {synthetic: {mean: 0.1}, electricity: 0.2 EUR/kWh, heat: 0.1 EUR/kWh}
      tasks: {load: 20, power: []}
      planning: {step: 7 min}
      climat: {}
      """
    let said = [
      "x.yaml:2:8", "x.yaml:3:10", "x.yaml:4:17", "x.yaml:4:59", "x.yaml:5:17", "x.yaml:5:30", "x.yaml:6:18",
      "x.yaml:7:19", "x.yaml:8:", "x.yaml:9:", "x.yaml:10:18", "x.yaml:11:1: unknown key 'climat'",
    ]
    do {
      _ = try SiteScenario.read(text, file: "x.yaml", base: ".")
      Issue.record("a scenario full of mistakes was read")
    } catch {
      let lines = error.all.map(\.description)
      for place in said { #expect(lines.contains { $0.hasPrefix(place) }, "\(place) in \(lines)") }
    }
  }

  @Test func comfortThatNoHeaterKeepsIsRefused() {
    let text = Scenarios.home.replacing("below: 53 °C", with: "below: 49 °C")
    #expect(throws: Mistakes.self) { _ = try SiteScenario.read(text, file: "x.yaml", base: ".") }
  }

  @Test func pricesFromAServiceAreRefused() {
    let text = Scenarios.home.replacing(
      "synthetic: {added: 0.06 EUR/kWh}",
      with: "electricity: {url: 'https://example.org', time_zone: +01:00, otherwise: 0.2 EUR/kWh}")
    #expect(throws: Mistakes.self) { _ = try SiteScenario.read(text, file: "x.yaml", base: ".") }
  }
}
