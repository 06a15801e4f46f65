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
      let energy = tapping.energy.kilowattHours * homes
      for (offset, share) in [(-1, 0.25), (0, 0.5), (1, 0.25)] {
        prior[(step + offset + Self.stepsPerDay) % Self.stepsPerDay] += energy * share
      }
    }
    means = [prior, prior]
    weights = Array(repeating: Array(repeating: Self.priorDays, count: Self.stepsPerDay), count: 2)
  }

  /// Takes in what the step from an instant on drew. What is no number, and what was drawn while nobody was there, is left
  /// out.
  package mutating func note(_ kilowattHours: Double, at instant: Instant, policy: HeatPolicy) {
    guard kilowattHours.isFinite, kilowattHours >= 0, !policy.isVacation(at: instant) else { return }
    let (kind, step) = Self.place(instant, policy.clock)
    let weight = min(Self.rememberedDays, weights[kind][step] + 1)
    means[kind][step] += (kilowattHours - means[kind][step]) / weight
    weights[kind][step] = weight
  }

  /// Of the steps from an instant on, by a wall clock; nothing is drawn while nobody is there.
  package func expected(from start: Instant, steps: Int, policy: HeatPolicy) -> [Double] {
    (0..<steps).map { index in
      let instant = start + .seconds(index * 86_400 / Self.stepsPerDay)
      if policy.isVacation(at: instant) { return 0 }
      let (kind, step) = Self.place(instant, policy.clock)
      return means[kind][step]
    }
  }

  /// Kind of day and step of the day that a wall clock shows.
  private static func place(_ instant: Instant, _ clock: LocalClock) -> (kind: Int, step: Int) {
    let (day, minute) = clock.local(instant)
    return (
      Weekday(daysSinceEpoch: day).isWeekend ? 1 : 0, minute * stepsPerDay / TimeOfDay.minutesOfDay
    )
  }
}
