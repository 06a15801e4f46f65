import Scheduling
package import Workload

/// A scenario's file; everything with a default may be left out:
///
///     name: 16 flats
///     start: 2026-01-01
///     days: 365
///     seed: 1
///     time_zone: Europe/Paris
///     comfort: 50 °C
///     store: {volume: 1500 L, layers: 12, loss: 4 W/K, ambient: 18 °C, circulation: 500 W, pump: 12 L/min}
///     backup: {power: 20 kW, fuel: gas, below: 53 °C}
///     servers: {slots: 16, idle: 15 W, capture: 0.95}
///     demand: {profile: M, homes: 16, heating: 0 W/K, heating_limit: 16 °C}
///     climate: {mean: 11 °C, swing: 9 K, mains_coldest: 7 °C, mains_warmest: 17 °C}
///     tariff: …
///     tasks: {load: 22, value: 0.165 EUR/kWh, hours: 2.4, power: [120 W, 300 W], preemptible: 0.3}
///     planning: {step: 1 h, horizon: 24 h, rounds: 2, market_days: 1}
extension SiteScenario {
  /// - Parameters:
  ///   - file: its name, for the mistakes.
  ///   - base: the directory from which relative paths lead.
  /// - Throws: all mistakes.
  package static func read(_ text: String, file: String, base: String) throws(Mistakes) -> SiteScenario {
    try readYAML(text, file: file) { SiteScenario(yaml: $0, base: base) }
  }

  /// Nothing where a value was mistaken; the mistakes are reported.
  private init?(yaml: YAMLMapping, base: String) {
    let name = yaml.required("name") { $0.string() }
    let start = yaml.required("start") { $0.date() }
    let days = yaml.optional("days", default: 365) { $0.integer(1...Self.mostDays) }
    let seed = yaml.optional("seed", default: 1) { $0.integer(UInt64(0)...UInt64.max) }
    let clock = yaml.optional("time_zone", default: .fixed(minutesEastOfUTC: 0)) { $0.clock() }
    let comfort = yaml.required("comfort") { ScenarioValues.water($0) }
    let tariff = yaml.required("tariff") { ScenarioTariff(value: $0, base: base) }
    let store = yaml.required("store") { ScenarioStore(value: $0) }
    let backup = yaml.required("backup") { ScenarioBackup(value: $0) }
    let servers = yaml.required("servers") { ScenarioValues.servers($0) }
    let demand = yaml.required("demand") { ScenarioValues.demand($0) }
    let climate = yaml.optional("climate", default: Climate()) { ScenarioValues.climate($0) }
    let tasks = yaml.required("tasks") { ScenarioValues.tasks($0) }
    let planning = yaml.optional("planning", default: PlanningPace()) { ScenarioValues.planning($0) }
    guard let name, let start, let days, let seed, let clock, let comfort, let tariff, let store, let backup,
      let servers, let demand, let climate, let tasks, let planning
    else { return nil }
    let site = HeatSite(
      store: store.description(backup: backup, heat: tariff.heat), servers: servers,
      economics: HeatEconomics(wear: tariff.wear), comfort: comfort)
    guard backup.below > comfort else {
      yaml.report("backup.below must lie above comfort, or the outlet is cold before the heater starts")
      return nil
    }
    guard comfort > site.store.tap else {
      yaml.report("comfort must lie above the \(Decimals.trimmed(site.store.tap, 1)) °C of a mixing valve")
      return nil
    }
    self.init(
      name: name, start: start, days: days, seed: seed, clock: clock, site: site, demand: demand,
      climate: climate, electricity: tariff.source, tasks: tasks, planning: planning)
  }

  /// Longer simulations are refused: ten years.
  package static let mostDays = 3660
}

/// The `tariff:` section: as an agent's, or with `synthetic:` in place of `electricity:`.
struct ScenarioTariff {
  var source: ElectricitySource
  /// EUR/kWh, what the backup heater's heat costs.
  var heat: Double
  var wear: Double

  init?(value: YAMLValue, base: String) {
    guard let yaml = value.mapping() else { return nil }
    guard yaml.has("synthetic") else {
      guard let tariff = Tariff(yaml: yaml, base: base), let loaded = Self.loaded(tariff.electricity, value)
      else { return nil }
      self.init(source: .tariff(loaded), heat: tariff.heat.value, wear: tariff.wear.value)
      return
    }
    let prices = yaml.required("synthetic") { value -> SyntheticPrices? in
      guard let yaml = value.mapping() else { return nil }
      let usual = SyntheticPrices()
      let mean = ScenarioValues.price(yaml, "mean", usual.mean, mayBeNegative: true)
      let spread = ScenarioValues.price(yaml, "spread", usual.spread)
      let peaks = ScenarioValues.price(yaml, "peaks", usual.peaks)
      let added = ScenarioValues.price(yaml, "added", usual.added, mayBeNegative: true)
      guard let mean, let spread, let peaks, let added else { return nil }
      return SyntheticPrices(mean: mean, spread: spread, peaks: peaks, added: added)
    }
    if yaml.has("electricity") {
      value.report("tariff has electricity and synthetic; one of them must go")
      return nil
    }
    let heat = yaml.required("heat") { $0.energyPrice() }
    let wear = ScenarioValues.price(yaml, "wear", 0.02)
    guard let prices, let heat, let wear else { return nil }
    self.init(source: .synthetic(prices), heat: heat.value, wear: wear)
  }

  private init(source: ElectricitySource, heat: Double, wear: Double) {
    self.source = source
    self.heat = heat
    self.wear = wear
  }

  /// A market's prices from their file. A service is not asked: a simulation gives the same result tomorrow.
  private static func loaded(_ price: ElectricityPrice, _ value: YAMLValue) -> ElectricityPrice? {
    guard case .dayAhead(var prices) = price else { return price }
    guard case .file(let path) = prices.source else {
      return value.mistake("a simulation reads prices from a file, not from a url")
    }
    do {
      prices.series = try PriceFile.read(try LocalFile.read(path), file: path)
      return .dayAhead(prices)
    } catch {
      return value.mistake("the prices of \(path) can't be used: \(error)")
    }
  }
}

/// The `store:` section.
struct ScenarioStore {
  var litres: Double
  var layers: Int
  var loss: Double
  var ambient: Double
  var circulation: Double
  var pump: Double

  init?(value: YAMLValue) {
    guard let yaml = value.mapping() else { return nil }
    let litres = yaml.required("volume") {
      ScenarioValues.range(
        $0, $0.quantity("a volume", ["L": 1, "m3": 1000]), 20...1_000_000, "20 L to 1000 m3")
    }
    let layers = yaml.optional("layers", default: 12) { $0.integer(4...40) }
    let loss = yaml.required("loss") {
      ScenarioValues.range($0, $0.quantity("a loss", ["W/K": 1]), 0...1000, "0 to 1000 W/K")
    }
    let ambient = yaml.optional("ambient", default: 18) { $0.celsius()?.value }
    let circulation = yaml.optional("circulation", default: 0) { $0.watts().map { $0.value / 1000 } }
    let pump = yaml.required("pump") {
      ScenarioValues.range($0, $0.quantity("a flow", ["L/min": 1]), 0.1...10_000, "0.1 to 10000 L/min")
    }
    guard let litres, let layers, let loss, let ambient, let circulation, let pump else { return nil }
    self.litres = litres
    self.layers = layers
    self.loss = loss
    self.ambient = ambient
    self.circulation = circulation
    self.pump = pump
  }

  /// A gas heater warms the upper third and feels there; an electric one nearly all, and feels below the top.
  func description(backup: ScenarioBackup, heat: Double) -> StoreDescription {
    StoreDescription(
      litres: litres, layers: layers, lossWattsPerKelvin: loss, ambient: ambient, loopKilowatts: circulation,
      mostLitresPerMinute: pump,
      backup: BackupDescription(
        kilowatts: backup.kilowatts, fuel: backup.isElectric ? .electricity : .fixed(heat),
        heatedLayers: backup.isElectric ? layers * 3 / 4 : layers / 3,
        sensorLayer: backup.isElectric ? layers * 5 / 6 : layers * 3 / 4, onBelow: backup.below))
  }
}

/// The `backup:` section.
struct ScenarioBackup {
  var kilowatts: Double
  var isElectric: Bool
  var below: Double

  init?(value: YAMLValue) {
    guard let yaml = value.mapping() else { return nil }
    let power = yaml.required("power") { $0.watts().map { $0.value / 1000 } }
    let isElectric = yaml.optional("fuel", default: false) { $0.choice(["gas": false, "electricity": true]) }
    let below = yaml.optional("below", default: 53) { ScenarioValues.water($0) }
    guard let power, let isElectric, let below else { return nil }
    kilowatts = power
    self.isElectric = isElectric
    self.below = below
  }
}
