package import Workload

/// What is drawn of a store's heat, by quarter hours of the day: learnt from what was seen, working days and weekends apart, and
/// at first that of a tapping profile.
package struct DemandHistory: Hashable, Sendable, Codable {
  /// kWh a step; working days first.
  private var means: [[Double]]
  /// How many days each mean stands for.
  private var weights: [[Double]]

  package static let stepsPerDay = 96
  /// A profile counts as much as so many days that were seen.
  private static let priorDays = 3.0
  /// Older days fade.
  private static let rememberedDays = 28.0

  /// - Parameters:
  ///   - profile: of one household.
  ///   - homes: that draw from the store.
  package init(profile: TappingProfile, homes: Double) {
    var prior = Array(repeating: 0.0, count: Self.stepsPerDay)
    for tapping in profile.tappings {
      // Nobody draws by the clock: a quarter of it falls into each neighbour.
      let step = tapping.at.value * Self.stepsPerDay / TimeOfDay.minutesOfDay
      let energy = tapping.energy.value / 3_600_000 * homes
      for (offset, share) in [(-1, 0.25), (0, 0.5), (1, 0.25)] {
        prior[(step + offset + Self.stepsPerDay) % Self.stepsPerDay] += energy * share
      }
    }
    means = [prior, prior]
    weights = Array(repeating: Array(repeating: Self.priorDays, count: Self.stepsPerDay), count: 2)
  }

  /// Takes in what one step drew. What is no number is left out.
  package mutating func note(_ kilowattHours: Double, step: Int, isWeekend: Bool) {
    guard kilowattHours.isFinite, kilowattHours >= 0, (0..<Self.stepsPerDay).contains(step) else { return }
    let kind = isWeekend ? 1 : 0
    let weight = min(Self.rememberedDays, weights[kind][step] + 1)
    means[kind][step] += (kilowattHours - means[kind][step]) / weight
    weights[kind][step] = weight
  }

  /// Of the steps from an instant on, by a wall clock; nothing is drawn while nobody is there.
  package func expected(from start: Instant, steps: Int, policy: HeatPolicy) -> [Double] {
    (0..<steps).map { index in
      let instant = start + .seconds(index * 86_400 / Self.stepsPerDay)
      if policy.isVacation(at: instant) { return 0 }
      let (day, minute) = policy.clock.local(instant)
      let kind = Weekday(daysSinceEpoch: day).isWeekend ? 1 : 0
      return means[kind][minute * Self.stepsPerDay / TimeOfDay.minutesOfDay]
    }
  }

  /// Of a whole day: kWh.
  package func perDay(isWeekend: Bool) -> Double { means[isWeekend ? 1 : 0].reduce(0, +) }
}
