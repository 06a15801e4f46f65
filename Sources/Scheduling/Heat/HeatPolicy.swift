package import Workload

/// What the operator wants of the water, in the order in which it counts: never beyond the cut-off, never
/// below the comfort minimum, up to the target whenever work pays, up to the maximum when electricity is
/// cheap.
package struct HeatPolicy: Hashable, Sendable, Codable {
  package var comfort: ComfortBand
  /// At this temperature anywhere in the tank running work stops. The board's own limit holds where it is
  /// lower.
  package var cutOff: Celsius
  /// A state is left only this far beyond the threshold that it was entered at, so that it doesn't flap.
  package var hysteresisKelvin: Double
  /// Above the target only electricity up to this price heats. Nothing: any price, since the ask already
  /// counts it.
  package var cheapElectricity: EuroPerKilowattHour?
  /// Temperature of the cold water, where no sensor tells: the empty end of the tank's state of charge.
  package var coldWater: Celsius
  /// How long a plan holds if no other follows.
  package var validity: Duration
  /// The clock of the people who use the water.
  package var clock: LocalClock
  package var caps: PowerCaps
  /// Days on which nobody is there: the comfort minimum doesn't hold, and no draw-offs are expected.
  package var vacations: [ClosedRange<CivilDate>]

  package init(
    comfort: ComfortBand, cutOff: Celsius, hysteresisKelvin: Double = 2,
    cheapElectricity: EuroPerKilowattHour? = nil, coldWater: Celsius = Celsius(10),
    validity: Duration = .seconds(600), clock: LocalClock = .fixed(minutesEastOfUTC: 0),
    caps: PowerCaps? = nil,
    vacations: [ClosedRange<CivilDate>] = []
  ) {
    self.comfort = comfort
    self.cutOff = cutOff
    self.hysteresisKelvin = hysteresisKelvin
    self.cheapElectricity = cheapElectricity
    self.coldWater = coldWater
    self.validity = validity
    self.clock = clock
    self.caps = caps ?? PowerCaps(clock: clock)
    self.vacations = vacations
  }

  /// Whether nobody is there.
  package func isVacation(at instant: Instant) -> Bool {
    let day = CivilDate(daysSinceEpoch: clock.local(instant).day)
    return vacations.contains { $0.contains(day) }
  }
}

/// One temperature for each reason to heat. A single limit for comfort and for surplus makes people rewrite
/// it all day.
package struct ComfortBand: Hashable, Sendable, Codable {
  /// Of the water that leaves: below it somebody has a cold shower.
  package var minimum: Celsius
  /// Mean of the tank up to which heat is wanted at any time.
  package var target: Celsius
  /// Mean of the tank up to which cheap heat is stored. A full tank.
  package var maximum: Celsius

  package init(minimum: Celsius, target: Celsius, maximum: Celsius) {
    self.minimum = minimum
    self.target = target
    self.maximum = maximum
  }
}

/// The `heat:` section:
///
///     comfort: {minimum: 50 °C, target: 55 °C, maximum: 62 °C}
///     cut_off: 70 °C
///     hysteresis: 2 K
///     cheap_electricity: 0.16 EUR/kWh
///     cold_water: 10 °C
///     plan_validity: 10 min
///     time_zone: Europe/Paris
///     quiet_hours: [{hours: 22:00-07:00, days: [friday, saturday], power: 500 W}]
///     curtailments: [{from: 2026-12-01T18:00+01:00, to: 2026-12-01T20:00+01:00, power: 0 W}]
///     vacations: [{from: 2026-12-20, to: 2027-01-03}]
extension HeatPolicy {
  /// Nothing where a value was mistaken; the mistakes are reported.
  package init?(yaml: YAMLMapping) {
    let comfort = yaml.required("comfort", ComfortBand.read)
    let cutOff = yaml.required("cut_off") { $0.celsius() }
    let hysteresis = yaml.optional("hysteresis", default: 2) { $0.kelvin(0.1...10) }
    let cheap = yaml["cheap_electricity"].map { $0.energyPrice(mayBeNegative: true) }
    let cold = yaml.optional("cold_water", default: Celsius(10)) { $0.celsius() }
    let validity = yaml.optional("plan_validity", default: .seconds(600)) { $0.duration() }
    let clock = yaml.optional("time_zone", default: .fixed(minutesEastOfUTC: 0)) { $0.clock() }
    let quiet = yaml.optional("quiet_hours", default: []) { $0.list { PowerCaps.Quiet(yaml: $0) } }
    let curtailments = yaml.optional("curtailments", default: []) {
      $0.list { PowerCaps.Curtailment(yaml: $0) }
    }
    let vacations = yaml.optional("vacations", default: []) { $0.list { $0.days() } }
    guard let comfort, let cutOff, let hysteresis, let cold, let validity, let clock, let quiet,
      let curtailments, let vacations
    else { return nil }
    if !yaml.has("time_zone"), !quiet.isEmpty || !vacations.isEmpty {
      yaml.report("quiet_hours and vacations need a time_zone, such as Europe/Paris")
      return nil
    }
    // A price that is there but mistaken is nothing inside something.
    if case .some(.none) = cheap { return nil }
    self.init(
      comfort: comfort, cutOff: cutOff, hysteresisKelvin: hysteresis, cheapElectricity: cheap ?? nil,
      coldWater: cold, validity: validity, clock: clock,
      caps: PowerCaps(clock: clock, quiet: quiet, curtailments: curtailments),
      vacations: vacations)
    let contradictions = contradictions
    for contradiction in contradictions { yaml.report(contradiction) }
    if !contradictions.isEmpty { return nil }
  }

  /// What can't all be kept, in words.
  private var contradictions: [String] {
    let h = hysteresisKelvin
    var found: [String] = []
    func demand(_ holds: Bool, _ sentence: String) { if !holds { found.append(sentence) } }
    demand(
      comfort.minimum.value + h <= comfort.target.value,
      "comfort.target must lie at least the hysteresis above comfort.minimum")
    demand(comfort.target <= comfort.maximum, "comfort.maximum must not lie below comfort.target")
    demand(
      comfort.maximum.value + h <= cutOff.value,
      "cut_off must lie at least the hysteresis above comfort.maximum")
    demand(
      cutOff <= Self.hottestCutOff,
      "cut_off must be at most \(Decimals.trimmed(Self.hottestCutOff.value, 0)) °C")
    demand(coldWater < comfort.minimum, "cold_water must lie below comfort.minimum")
    demand(validity > .zero, "plan_validity must be longer than nothing")
    return found
  }

  /// Hardware limiters of stores cut out from 75 to 80 °C; a policy beyond 90 would leave nothing before
  /// boiling.
  private static let hottestCutOff = Celsius(90)
}

extension ComfortBand {
  fileprivate static func read(_ value: YAMLValue) -> ComfortBand? {
    guard let yaml = value.mapping() else { return nil }
    let minimum = yaml.required("minimum") { $0.celsius() }
    let target = yaml.required("target") { $0.celsius() }
    let maximum = yaml.required("maximum") { $0.celsius() }
    guard let minimum, let target, let maximum else { return nil }
    return ComfortBand(minimum: minimum, target: target, maximum: maximum)
  }
}

extension YAMLValue {
  /// `{from: 2026-12-20, to: 2027-01-03}`, both included.
  fileprivate func days() -> ClosedRange<CivilDate>? {
    guard let yaml = mapping() else { return nil }
    let from = yaml.required("from") { $0.date() }
    let to = yaml.required("to") { $0.date() }
    guard let from, let to else { return nil }
    guard from <= to else { return mistake("\(name) ends before it begins") }
    return from...to
  }

  /// `2 K`.
  package func kelvin(_ range: ClosedRange<Double>) -> Double? {
    guard let kelvin = quantity("a difference of temperature", ["K": 1]) else { return nil }
    guard range.contains(kelvin) else {
      return mistake("\(name) must be from \(range.lowerBound) to \(range.upperBound) K, not \(kelvin)")
    }
    return kelvin
  }
}
