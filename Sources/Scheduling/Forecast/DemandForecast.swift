import Workload

/// Forecasts heat demand by kind of day and time of day, and learns how far a forecast errs.
///
/// A forecast that is given from outside counts; where none is, the mean of the same times on the remembered days of
/// the same kind, drawn towards a tapping profile while little is known. What is drawn falls in lumps: the spread of
/// sums is that of a compound Poisson process whose lump is learned (index of dispersion; Cox and Lewis, "The Statistical
/// Analysis of Series of Events", 1966).
package struct DemandForecast: Hashable, Sendable {
  package let stepsPerDay: Int
  package let calendar: DemandCalendar?
  /// kWh of each step of a day before anything is known.
  private let prior: [Double]
  private let loop: Double
  private var history: [Entry] = []
  private var issued: (step: Int, forecast: Double)?
  /// Of what taps and space heating draw, the part of the taps.
  private var tapShare = 1.0

  private struct Entry: Hashable {
    var step: Int
    /// For it, just before it began: kWh.
    var forecast: Double
    var actual: Double
  }

  package static let rememberedDays = 28
  /// A bath: the large draw-off of profile L of EU 812/2013, in kWh.
  static let priorLump = 3.6
  /// Days of observations that what is assumed at first counts as.
  static let priorDays = 2.0

  /// How much a day of another kind counts.
  static let otherKinds = 0.1

  /// - Parameters:
  ///   - profile: of a household, and how many there are.
  ///   - loop: of the circulation loop in a step, kWh.
  package init(
    stepsPerDay: Int, calendar: DemandCalendar? = nil, profile: TappingProfile = .l, households: Double = 1,
    loop: Double = 0
  ) {
    self.stepsPerDay = stepsPerDay
    self.calendar = calendar
    self.loop = loop
    var prior = Array(repeating: loop, count: stepsPerDay)
    for tapping in profile.tappings {
      let slot = tapping.at.value * stepsPerDay / 1440
      // People aren't punctual: an hour around the profile's time shares it.
      for offset in -2...2 {
        prior[((slot + offset) % stepsPerDay + stepsPerDay) % stepsPerDay] +=
          households * tapping.energy.kilowattHours / 5
      }
    }
    self.prior = prior
  }

  package static func == (left: DemandForecast, right: DemandForecast) -> Bool {
    left.stepsPerDay == right.stepsPerDay && left.history == right.history && left.tapShare == right.tapShare
  }

  package func hash(into hasher: inout Hasher) { hasher.combine(history) }

  // MARK: Learning

  /// Notes what was drawn in the step before the situation's, and what is forecast for that one.
  ///
  /// - Parameter last: nothing where it isn't known.
  package mutating func note(_ last: StepMeasurement?, situation: PlanSituation) {
    if let issued, issued.step == situation.step - 1, let last, last.demand >= 0 {
      history.append(Entry(step: issued.step, forecast: issued.forecast, actual: last.demand))
      if let taps = last.taps, last.demand > loop + 1e-6 {
        tapShare += Self.tapRate * (min(1, max(0, taps / (last.demand - loop))) - tapShare)
      }
    }
    let most = Self.rememberedDays * stepsPerDay
    if history.count > most + stepsPerDay { history.removeFirst(history.count - most) }
    issued = (situation.step, expected(situation, horizon: 1)[0])
  }

  static let tapRate = 0.02

  /// Steps no longer count as they did.
  mutating func forget() {
    history = []
    issued = nil
  }

  /// Parts of what taps and space heating draw together.
  ///
  /// - Parameter taps: where they are measured; else by the share that was learned.
  func split(_ energy: Double, taps: Double?) -> StoreModel.Demand {
    let part = min(energy, max(0, taps ?? energy * tapShare))
    return StoreModel.Demand(taps: part, heating: energy - part)
  }

  // MARK: Forecasting

  /// Expectation by step from the situation's on, kWh: the given one as far as it goes, then our own.
  package func expected(_ situation: PlanSituation, horizon: Int) -> [Double] {
    var found = Array(situation.demand.prefix(horizon))
    guard found.count < horizon else { return found }
    if found.count >= stepsPerDay {
      while found.count < horizon { found.append(found[found.count - stepsPerDay]) }
      return found
    }
    return found + learned(from: situation.step + found.count, steps: horizon - found.count)
  }

  private func learned(from first: Int, steps: Int) -> [Double] {
    // By kind of day and step of the day: sums and counts, the kind counting fully and the others a little.
    let kinds = DemandCalendar.Kind.allCases.count
    var sums = Array(repeating: 0.0, count: kinds * stepsPerDay)
    var counts = sums
    for entry in history {
      let at = place(entry.step)
      sums[at] += entry.actual
      counts[at] += 1
    }
    return (0..<steps).map { index in
      let at = place(first + index)
      let slot = at % stepsPerDay
      var sum = prior[slot]
      var count = 1.0
      for kind in 0..<kinds {
        let weight = kind == at / stepsPerDay ? 1 : Self.otherKinds
        for offset in -1...1 {
          let near = kind * stepsPerDay + self.slot(slot + offset)
          sum += weight * sums[near]
          count += weight * counts[near]
        }
      }
      return sum / count
    }
  }

  /// Which step of a day it is, before step 0 too.
  private func slot(_ step: Int) -> Int { ((step % stepsPerDay) + stepsPerDay) % stepsPerDay }

  private func place(_ step: Int) -> Int {
    guard let calendar else { return slot(step) }
    return calendar.kind(of: step).rawValue * stepsPerDay + calendar.stepOfDay(step)
  }

  /// How much more or less is drawn than was forecast, over the last two days, drawn towards 1 by a day's worth.
  package var level: Double {
    let recent = history.suffix(2 * stepsPerDay)
    let forecast = recent.reduce(0) { $0 + $1.forecast }
    guard !recent.isEmpty, forecast > 0 else { return 1 }
    let actual = recent.reduce(0) { $0 + $1.actual }
    let prior = forecast / Double(recent.count) * Double(stepsPerDay)
    return min(1.6, max(0.5, (actual + prior) / (forecast + prior)))
  }

  // MARK: Uncertainty

  /// Standard deviation of one step's error, by the time of the day: kWh.
  package func deviations(from step: Int, forecast: [Double]) -> [Double] {
    var squares = Array(repeating: 0.0, count: stepsPerDay)
    var counts = squares
    for entry in history {
      let slot = self.slot(entry.step)
      squares[slot] += (entry.actual - entry.forecast) * (entry.actual - entry.forecast)
      counts[slot] += 1
    }
    return forecast.enumerated().map { index, expected in
      // Neighbouring times are taken together, with a prior of two observations that are 60 % off.
      var square = 2 * 0.36 * expected * expected
      var count = 2.0
      for offset in -2...2 {
        let slot = self.slot(step + index + offset)
        square += squares[slot]
        count += counts[slot]
      }
      return (square / count).squareRoot()
    }
  }

  /// The energy below which a sum of steps stays with a probability, kWh: normal about the expectation, with the
  /// spread of the lumps.
  ///
  /// - Parameter probability: 0.1, 0.5, 0.9 and the like; more than 0 and less than 1.
  package func quantile(_ probability: Double, ofSum expected: Double) -> Double {
    max(0, expected + NormalDistribution.quantile(probability) * (lump * max(0, expected)).squareRoot())
  }

  /// Variance of what is drawn for each kWh that is expected, in kWh. For draw-offs that come by chance it is their mean
  /// size, weighted by energy.
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

  /// Tail of what is drawn beyond the expectation in the next two hours: how often a large draw-off falls into them, and
  /// the energy with which the chance of more falls to 1/e, in kWh.
  func tail(from index: Int, forecast: [Double], lump: Double) -> (chance: Double, scale: Double) {
    let steps = max(1, stepsPerDay / 12)
    guard !forecast.isEmpty else { return (0, 1) }
    let end = min(forecast.count, index + steps)
    let expected = forecast[min(index, end - 1)..<end].reduce(0, +)
    // Between one lump, which falls off as an exponential does, and many, which spread as their root does.
    return (min(1, expected / lump), (lump * expected / 2 + lump * lump / 4).squareRoot())
  }

  /// What may be asked for in the next 1, 2, … steps together when much is drawn: the expectation and as many standard
  /// deviations as said, in kWh.
  package func peaks(steps: Int, forecast: [Double], deviations: Double) -> [Double] {
    let lump = lump
    let day = forecast.prefix(stepsPerDay)
    let floor = 0.25 * day.reduce(0, +) / Double(max(1, day.count))
    var sum = 0.0
    var smooth = 0.0
    return (0..<steps).map { index in
      let at = min(index, forecast.count - 1)
      sum += forecast[at]
      // Nobody draws by the clock: the neighbouring half hours count too.
      let near = forecast[max(0, at - 2)...min(forecast.count - 1, at + 2)]
      smooth += max(floor, near.reduce(0, +) / Double(near.count))
      return max(sum, smooth) + deviations * (lump * smooth).squareRoot()
    }
  }
}
