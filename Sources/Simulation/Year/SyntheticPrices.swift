import Glibc
import Scheduling

/// Day-ahead prices that no market made, in the form that markets give them: dear in the morning and the evening, cheap
/// by night and at a summer's noon, below nothing on windy or sunny days off; hours of one day rise and fall together.
package struct SyntheticPrices: Hashable, Sendable {
  /// Of the market, EUR/kWh.
  package var mean: Double
  /// Standard deviation of a day's mean, EUR/kWh.
  package var spread: Double
  /// Height of the morning's and the evening's peak above the night, EUR/kWh.
  package var peaks: Double
  /// Grid, levies and taxes, EUR/kWh.
  package var added: Double

  package init(mean: Double = 0.075, spread: Double = 0.03, peaks: Double = 0.06, added: Double = 0.06) {
    self.mean = mean
    self.spread = spread
    self.peaks = peaks
    self.added = added
  }

  /// - Parameters:
  ///   - dayOfYear: of the first day, from 1.
  ///   - firstDay: its days since 1970-01-01.
  /// - Returns: EUR/kWh by step of a quarter of an hour; four steps in a row cost the same.
  func series(days: Int, dayOfYear: Int, firstDay: Int, random: inout SplitMix64) -> [Double] {
    var prices: [Double] = []
    prices.reserveCapacity(days * SiteScenario.stepsPerDay)
    var weather = random.normal()
    for day in 0..<days {
      // Wind that blows today blows tomorrow by two thirds.
      weather = 0.65 * weather + (1 - 0.65 * 0.65).squareRoot() * random.normal()
      let isOff = Weekday(daysSinceEpoch: firstDay + day).isWeekend
      let season = cos(2 * .pi * Double(dayOfYear + day - 20) / 365)
      let sun = max(0, 0.5 - 0.5 * season) * (0.5 + 0.5 * random.unit())
      let base = mean + spread * (weather + 0.4 * season) - (isOff ? 0.3 * spread : 0)
      for hour in 0..<24 {
        let at = Double(hour)
        let shape =
          0.8 * bump(at, 8, 1.8) + bump(at, 19, 2) - 0.5 * bump(at, 3, 3) - 1.3 * sun * bump(at, 13.5, 2.6)
        let price = base + peaks * (shape - 0.12) * (isOff ? 0.7 : 1) + 0.12 * spread * random.normal()
        for _ in 0..<4 { prices.append(price + added) }
      }
    }
    return prices
  }

  private func bump(_ hour: Double, _ middle: Double, _ width: Double) -> Double {
    exp(-0.5 * (hour - middle) * (hour - middle) / (width * width))
  }
}
