/// Prices that were published, to continue those that aren't yet.
struct PriceHistory: Hashable, Sendable {
  private var byStep: [Int: Double] = [:]
  private static let days = 8

  mutating func note(_ prices: [Double], at step: Int) {
    for (index, price) in prices.enumerated() { byStep[step + index] = price }
    if byStep.count > 4000 { byStep = byStep.filter { $0.key > step - 1000 } }
  }

  func extended(_ prices: [Double], at step: Int, horizon: Int, stepsPerDay: Int) -> [Double] {
    var found = Array(prices.prefix(horizon))
    while found.count < horizon {
      found.append(
        found.count >= stepsPerDay
          ? found[found.count - stepsPerDay] : byStep[step + found.count - stepsPerDay] ?? found.last ?? 0)
    }
    return found
  }
}
