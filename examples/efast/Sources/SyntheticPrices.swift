/// The prices of the example: made up, from a seed, the same on every machine. No market is behind them.
///
/// Four assets move with one common factor and noise of their own; for forty days in the middle all of it is three
/// times as strong, so that the past holds worse days than normal returns of its volatility would.
enum SyntheticPrices {
  private static let assets: [(name: String, start: Double, beta: Double, noise: Double)] = [
    ("ALPHA", 100, 1.0, 0.008), ("BETA", 55.5, 1.4, 0.012), ("GAMMA", 210, 0.6, 0.006),
    ("DELTA", 17.25, 0.2, 0.015),
  ]
  private static let dailyDrift = 0.0002
  private static let factorDeviation = 0.009

  static func csv(seed: UInt64, days: Int) -> String {
    var generator = Xoshiro256(seed: seed, stream: 0)
    var prices = assets.map(\.start)
    var date = TradingDate(year: 2024, month: 1, day: 2, weekday: 2)
    var text = "date," + assets.map(\.name).joined(separator: ",") + "\n"
    let stress = days * 2 / 5..<days * 2 / 5 + 40
    for day in 0..<days {
      text += date.text + "," + prices.map { Decimals.text($0, places: 4) }.joined(separator: ",") + "\n"
      let strength = stress.contains(day) ? 3.0 : 1.0
      let factor = generator.normal() * factorDeviation
      for (index, asset) in assets.enumerated() {
        let move = asset.beta * factor + asset.noise * generator.normal()
        prices[index] *= Exact.exponential(dailyDrift + strength * move)
      }
      date.advance()
    }
    return text
  }
}

/// A day on which markets are open: no weekend; holidays don't matter to an example.
private struct TradingDate {
  var year: Int
  var month: Int
  var day: Int
  /// 0 on Sundays.
  var weekday: Int

  var text: String {
    "\(year)-" + (month < 10 ? "0" : "") + "\(month)-" + (day < 10 ? "0" : "") + "\(day)"
  }

  mutating func advance() {
    repeat { step() } while weekday == 0 || weekday == 6
  }

  private mutating func step() {
    let isLeap = year.isMultiple(of: 4) && (!year.isMultiple(of: 100) || year.isMultiple(of: 400))
    let lengths = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
    weekday = (weekday + 1) % 7
    day += 1
    if day > lengths[month - 1] {
      day = 1
      month += 1
    }
    if month > 12 {
      month = 1
      year += 1
    }
  }
}
