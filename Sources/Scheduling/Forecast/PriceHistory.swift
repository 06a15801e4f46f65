/// Prices that were published, to continue those that aren't yet.
///
/// The day-ahead price of an hour is taken as a mean of the same hour on the last days and a week before: the daily and
/// weekly seasons are what a naive forecast can know (Weron, "Electricity price forecasting: A review of the
/// state-of-the-art with a look into the future", International Journal of Forecasting 30, 2014, section 3.3).
struct PriceHistory: Hashable, Sendable {
  /// EUR/kWh by absolute step.
  private var byStep: [Int: Double] = [:]

  /// Days back, and how much each counts.
  private static let weights: [(days: Int, weight: Double)] = [(1, 0.5), (2, 0.2), (3, 0.1), (7, 0.2)]
  /// Prices before that many days are forgotten.
  private static let rememberedDays = 8

  mutating func note(_ prices: [Double], at step: Int, stepsPerDay: Int) {
    for (index, price) in prices.enumerated() { byStep[step + index] = price }
    if step % stepsPerDay == 0 {
      let oldest = step - Self.rememberedDays * stepsPerDay
      byStep = byStep.filter { $0.key >= oldest }
    }
  }

  /// - Parameter prices: known ones from `step` on; at least one.
  func extended(_ prices: [Double], at step: Int, horizon: Int, stepsPerDay: Int) -> [Double] {
    var found = Array(prices.prefix(horizon))
    while found.count < horizon {
      var sum = 0.0
      var weight = 0.0
      for (days, share) in Self.weights {
        let back = found.count - days * stepsPerDay
        guard let price = back >= 0 ? found[back] : byStep[step + back] else { continue }
        sum += share * price
        weight += share
      }
      found.append(weight > 0 ? sum / weight : found.last ?? 0)
    }
    return found
  }
}
