/// Corrects a forecast of heat demand by what was drawn, and learns how far it errs.
///
/// Errors are kept for some weeks. How much the sum of the next steps may exceed the forecast is read from the sums
/// that did, at the same time of the day: a quantile, free of any form of distribution.
package struct DemandForecast: Hashable, Sendable {
  package let stepsPerDay: Int
  /// By step: what was forecast for it just before it began, what it was.
  private var history: [(step: Int, forecast: Double, actual: Double)] = []
  private var issued: (step: Int, forecast: Double)?

  package static let rememberedDays = 14
  /// Steps over which sums may be asked for.
  package static let longestSum = 16

  package init(stepsPerDay: Int) {
    self.stepsPerDay = stepsPerDay
  }

  package static func == (left: DemandForecast, right: DemandForecast) -> Bool {
    left.stepsPerDay == right.stepsPerDay && left.history.elementsEqual(right.history) { $0 == $1 }
  }

  package func hash(into hasher: inout Hasher) { hasher.combine(history.count) }

  /// Notes what was drawn in the step before `step`, and what is forecast for `step`.
  package mutating func note(actual: Double?, forecast: Double, at step: Int) {
    if let issued, issued.step == step - 1, let actual, actual.isFinite, actual >= 0 {
      history.append((step - 1, issued.forecast, actual))
    } else if let last = history.last, step <= last.step {
      // The clock went back: what follows would be out of order.
      history = []
    }
    let most = Self.rememberedDays * stepsPerDay
    if history.count > most + stepsPerDay { history.removeFirst(history.count - most) }
    issued = (step, forecast)
  }

  /// How much more or less is drawn than was forecast, over the last two days, drawn towards 1 by a day's worth.
  package var level: Double {
    let recent = history.suffix(2 * stepsPerDay)
    let forecast = recent.reduce(0) { $0 + $1.forecast }
    let actual = recent.reduce(0) { $0 + $1.actual }
    guard let count = recent.isEmpty ? nil : recent.count, forecast > 0 else { return 1 }
    let prior = forecast / Double(count) * Double(stepsPerDay)
    return min(1.6, max(0.5, (actual + prior) / (forecast + prior)))
  }

  /// Standard deviation of one step's error, by the time of the day: kWh.
  package func deviations(from step: Int, forecast: [Double]) -> [Double] {
    var squares = Array(repeating: 0.0, count: stepsPerDay)
    var counts = squares
    for entry in history {
      let slot = entry.step % stepsPerDay
      squares[slot] += (entry.actual - entry.forecast) * (entry.actual - entry.forecast)
      counts[slot] += 1
    }
    return forecast.enumerated().map { index, expected in
      // Neighbouring times are taken together, and a prior of two observations with an error of 60 %.
      var square = 2 * 0.36 * expected * expected
      var count = 2.0
      for offset in -2...2 {
        let slot = ((step + index + offset) % stepsPerDay + stepsPerDay) % stepsPerDay
        square += squares[slot]
        count += counts[slot]
      }
      return (square / count).squareRoot()
    }
  }

  /// Excess of the sum over the next 1, 2, … steps that is exceeded with the probability 1 − `quantile`: kWh.
  package func excess(at step: Int, steps: Int, quantile: Double, forecast: [Double]) -> [Double] {
    let mean = forecast.prefix(stepsPerDay).reduce(0, +) / Double(max(1, min(stepsPerDay, forecast.count)))
    let window = max(1, stepsPerDay / 16)
    let slot = step % stepsPerDay
    var sums: [[Double]] = Array(repeating: [], count: steps)
    for start in history.indices {
      let distance = abs(history[start].step % stepsPerDay - slot)
      guard min(distance, stepsPerDay - distance) <= window else { continue }
      var sum = 0.0
      for length in 0..<steps {
        let index = start + length
        guard index < history.count, history[index].step == history[start].step + length else { break }
        sum += history[index].actual - history[index].forecast
        sums[length].append(sum)
      }
    }
    return (0..<steps).map { length in
      guard sums[length].count >= 3 * window else {
        // Too little seen: one and a half mean steps, growing with the root of the time.
        return 1.5 * mean * Double(length + 1).squareRoot()
      }
      let sorted = sums[length].sorted()
      return max(0, sorted[min(sorted.count - 1, Int(Double(sorted.count) * quantile))])
    }
  }
}
