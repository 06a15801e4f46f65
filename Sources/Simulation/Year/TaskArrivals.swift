import Glibc

/// A task of the simulated market, in steps of the simulation.
struct MarketTask: Hashable, Sendable {
  /// Among the tasks of its simulation, from 0, in the order of their release.
  var number: Int
  var release: Int
  var steps: Int
  /// It must have ended before this step.
  var deadline: Int
  /// Above idling.
  var kilowatts: Double
  /// EUR when it is done in time.
  var revenue: Double
  var isPreemptible: Bool

  var id: String { "t\(number)" }
}

extension TaskFlow {
  /// Longest time that a task takes: 12 hours.
  static let mostSteps = 48
  /// Spread of the logarithm of the time that a task takes.
  private static let hoursSigma = 0.8

  /// Tasks in the order of their release. Those of the 12 hours before the start wait in the queue at its beginning.
  func arrivals(steps: Int, random: inout SplitMix64) -> [MarketTask] {
    let mean = hours * exp(Self.hoursSigma * Self.hoursSigma / 2)
    // Mean tasks a step; the daytime factor's own mean is 0.979.
    let rate = load / mean * SiteScenario.stepHours
    var found: [MarketTask] = []
    var at = -48.0
    while true {
      let hour = (at / 4).truncatingRemainder(dividingBy: 24)
      let isDay = (8..<19).contains(hour < 0 ? hour + 24 : hour)
      at += random.exponential() / (rate * (isDay ? 1.25 : 0.75))
      guard at < Double(steps - 1) else { return found }
      let length = (random.logNormal(median: hours, sigma: Self.hoursSigma) * 4).rounded()
      let steps = min(Self.mostSteps, max(1, Int(length)))
      let power = random.pick(kilowatts)
      let paid = random.logNormal(median: value, sigma: valueSigma)
      let slack = random.pick([1.0, 2, 4, 8, 12, 24, 24]) * 4 * (0.5 + random.unit())
      let arrival = Int(at.rounded(.up))
      let deadline = arrival + steps + Int(slack.rounded(.up))
      let isPreemptible = random.unit() < preemptible
      guard deadline >= steps else { continue }
      found.append(
        MarketTask(
          number: found.count, release: max(0, arrival), steps: steps, deadline: deadline, kilowatts: power,
          revenue: paid * power * Double(steps) * SiteScenario.stepHours, isPreemptible: isPreemptible))
    }
  }
}
