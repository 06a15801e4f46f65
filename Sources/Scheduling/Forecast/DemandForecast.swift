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

  /// How lumpy the demand is: the variance of what is drawn for each kWh that is expected, in kWh. For draw-offs that
  /// come by chance it is their mean size, weighted by energy (the index of dispersion of a compound Poisson process).
  package var lump: Double {
    var squares = 0.0
    var expected = 0.0
    for entry in history {
      squares += (entry.actual - entry.forecast) * (entry.actual - entry.forecast)
      expected += entry.forecast
    }
    let mean = history.isEmpty ? 0 : expected / Double(history.count)
    let prior = max(1e-6, mean * Double(stepsPerDay)) * Self.priorDays
    return (squares + Self.priorLump * prior) / (expected + prior)
  }

  /// A bath: the large draw-off of profile L of EU 812/2013, in kWh.
  static let priorLump = 3.6
  static let priorDays = 2.0

  /// Tail of what is drawn beyond the expectation in the next two hours: how often a large draw-off falls into them, and
  /// the energy with which the chance of more falls to 1/e, in kWh.
  package func tail(from index: Int, forecast: [Double]) -> (chance: Double, scale: Double) {
    let steps = max(1, stepsPerDay / 12)
    guard !forecast.isEmpty else { return (0, 1) }
    let end = min(forecast.count, index + steps)
    let expected = forecast[min(index, end - 1)..<end].reduce(0, +)
    let lump = lump
    // Between one lump, which falls off as an exponential does, and many, which spread as their root does.
    return (min(1, expected / lump), (lump * expected / 2 + lump * lump / 4).squareRoot())
  }

  /// What may be asked for in the next 1, 2, … steps together when much is drawn: the expectation and as many standard
  /// deviations as said, in kWh.
  package func peaks(from index: Int, steps: Int, forecast: [Double], deviations: Double) -> [Double] {
    let lump = lump
    let floor =
      0.25 * forecast.prefix(stepsPerDay).reduce(0, +) / Double(max(1, min(stepsPerDay, forecast.count)))
    var sum = 0.0
    var smooth = 0.0
    return (0..<steps).map { offset in
      let at = min(index + offset, forecast.count - 1)
      sum += forecast[at]
      // Nobody draws by the clock: the neighbouring half hours count too.
      let near = forecast[max(0, at - 2)...min(forecast.count - 1, at + 2)]
      smooth += max(floor, near.reduce(0, +) / Double(near.count))
      return max(sum, smooth) + deviations * (lump * smooth).squareRoot()
    }
  }
}
