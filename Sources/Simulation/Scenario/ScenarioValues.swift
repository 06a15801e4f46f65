import Scheduling
import Workload

/// Readers of a scenario's smaller sections. Each returns nothing where a value was mistaken; the mistakes are reported.
enum ScenarioValues {
  /// °C of water that doesn't freeze and stays below the servers' coolant.
  static func water(_ value: YAMLValue) -> Double? {
    range(value, value.celsius()?.value, 1...65, "1 to 65 °C")
  }

  static func range(_ value: YAMLValue, _ number: Double?, _ range: ClosedRange<Double>, _ text: String)
    -> Double?
  {
    guard let number else { return nil }
    return range.contains(number) ? number : value.mistake("\(value.name) must be from \(text)")
  }

  /// EUR/kWh.
  static func price(_ yaml: YAMLMapping, _ key: String, _ usual: Double, mayBeNegative: Bool = false)
    -> Double?
  {
    yaml.optional(key, default: usual) { $0.energyPrice(mayBeNegative: mayBeNegative)?.value }
  }

  static func servers(_ value: YAMLValue) -> ServerDescription? {
    guard let yaml = value.mapping() else { return nil }
    let slots = yaml.required("slots") { $0.integer(1...1024) }
    let idle = yaml.optional("idle", default: 0.015) { $0.watts().map { $0.value / 1000 } }
    let capture = yaml.optional("capture", default: 0.95) { $0.double(0...1) }
    guard let slots, let idle, let capture else { return nil }
    return ServerDescription(slots: slots, idleKilowatts: idle, capture: capture)
  }

  static func demand(_ value: YAMLValue) -> HouseholdDemand? {
    guard let yaml = value.mapping() else { return nil }
    let profiles = Dictionary(uniqueKeysWithValues: TappingProfile.allCases.map { ($0.rawValue, $0) })
    let profile = yaml.required("profile") { $0.choice(profiles) }
    let homes = yaml.required("homes") { $0.integer(1...1000) }
    let heating = yaml.optional("heating", default: 0) {
      range($0, $0.quantity("a heat demand", ["W/K": 0.001, "kW/K": 1]), 0...1000, "0 to 1000 kW/K")
    }
    let limit = yaml.optional("heating_limit", default: 16) { $0.celsius()?.value }
    guard let profile, let homes, let heating, let limit else { return nil }
    return HouseholdDemand(
      profile: profile, homes: homes, heatingKilowattsPerKelvin: heating, heatingLimit: limit)
  }

  static func climate(_ value: YAMLValue) -> Climate? {
    guard let yaml = value.mapping() else { return nil }
    let usual = Climate()
    let mean = yaml.optional("mean", default: usual.outdoorMean) { $0.celsius()?.value }
    let swing = yaml.optional("swing", default: usual.outdoorSwing) { $0.kelvin(0...40) }
    let coldest = yaml.optional("mains_coldest", default: usual.mainsColdest) { water($0) }
    let warmest = yaml.optional("mains_warmest", default: usual.mainsWarmest) { water($0) }
    guard let mean, let swing, let coldest, let warmest else { return nil }
    guard coldest <= warmest, warmest <= 30 else {
      return value.mistake("mains_coldest must not be above mains_warmest, nor that above 30 °C")
    }
    return Climate(outdoorMean: mean, outdoorSwing: swing, mainsColdest: coldest, mainsWarmest: warmest)
  }

  static func tasks(_ value: YAMLValue) -> TaskFlow? {
    guard let yaml = value.mapping() else { return nil }
    let usual = TaskFlow(load: 1)
    let load = yaml.required("load") { $0.double(0.01...100_000) }
    let paid = price(yaml, "value", usual.value)
    let sigma = yaml.optional("value_spread", default: usual.valueSigma) { $0.double(0...2) }
    let hours = yaml.optional("duration", default: usual.hours) { value in
      range(value, value.duration().map { $0.seconds / 3600 }, 0.25...12, "15 min to 12 h")
    }
    let powers = yaml.optional("power", default: usual.kilowatts) { value in
      value.list { item in range(item, item.watts().map { $0.value / 1000 }, 0.001...100, "1 W to 100 kW") }
    }
    let preemptible = yaml.optional("preemptible", default: usual.preemptible) { $0.double(0...1) }
    guard let load, let paid, let sigma, let hours, let powers, let preemptible else { return nil }
    guard !powers.isEmpty else { return value.mistake("tasks.power must name one power at least") }
    return TaskFlow(
      load: load, value: paid, valueSigma: sigma, hours: hours, kilowatts: powers, preemptible: preemptible)
  }

  static func planning(_ value: YAMLValue) -> PlanningPace? {
    guard let yaml = value.mapping() else { return nil }
    let usual = PlanningPace()
    let stride = yaml.optional("step", default: usual.stride) {
      $0.choice(["15 min": 1, "30 min": 2, "1 h": 4, "2 h": 8])
    }
    let horizon = yaml.optional("horizon", default: usual.horizonHours) { value in
      range(value, value.duration().map { $0.seconds / 3600 }, 4...72, "4 to 72 h").map { Int($0) }
    }
    let rounds = yaml.optional("rounds", default: usual.rounds) { $0.integer(1...40) }
    let days = yaml.optional("market_days", default: usual.marketDays) { $0.integer(1...14) }
    guard let stride, let horizon, let rounds, let days else { return nil }
    return PlanningPace(stride: stride, horizonHours: horizon, rounds: rounds, marketDays: days)
  }
}
