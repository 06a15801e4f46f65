/// Heats the outlet to 60 °C for an hour once in so many days, in the hours in which that is cheapest.
///
/// Sixty minutes at 60 °C or more is one of the ways that the French order of 30 November 2005 gives for stores of 400
/// litres and more; the interval is the operator's.
package struct LegionellaCycle: Hashable, Sendable {
  package let intervalSteps: Int
  /// Steps at 60 °C that make a cycle: an hour.
  package let holdSteps: Int
  private var hot = 0
  /// The step in which the last cycle was complete.
  package private(set) var lastDone: Int

  package static let temperature = 60.0

  /// - Parameter now: what was before isn't known, so that the first cycle is due an interval later.
  package init(everyDays days: Double, stepsPerDay: Int, now: Int) {
    intervalSteps = max(1, Int(days * Double(stepsPerDay)))
    holdSteps = max(1, stepsPerDay / 24)
    lastDone = now
  }

  package var due: Int { lastDone + intervalSteps }

  /// Notes the outlet's temperature at a step's beginning. It lasted for the step when it is as hot at both ends.
  package mutating func observe(outlet: Double, at step: Int) {
    hot = outlet >= Self.temperature ? hot + 1 : 0
    if hot > holdSteps { lastDone = step }
  }

  /// Whether to heat now: a cycle that has begun goes on; else in the cheapest span that ends before the due step.
  ///
  /// - Parameters:
  ///   - prices: of backup heat from now on, EUR/kWh.
  ///   - needed: steps that heating up and holding take together.
  package func isTime(at step: Int, prices: [Double], needed: Int) -> Bool {
    let left = due - step
    if left <= needed { return true }
    // Not in the first half of the interval: a cycle that comes early costs one more in the end.
    guard left <= intervalSteps / 2, prices.count >= needed else { return false }
    let last = min(left, prices.count) - needed
    guard last >= 0 else { return true }
    let now = prices[..<needed].reduce(0, +)
    guard last > 0 else { return true }
    // Strictly cheaper later: wait. Where all cost the same, the latest is best, since it comes back the seldomest.
    return (1...last).allSatisfy { prices[$0..<($0 + needed)].reduce(0, +) > now + 1e-9 }
  }
}
