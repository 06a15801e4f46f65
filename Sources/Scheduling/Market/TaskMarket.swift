/// What tasks come to this node, learned from those that came: how many, how long, at which power and revenue.
///
/// Future arrivals are the past ones again: the same time of day on the last days, each with the weight of one
/// over the number of days. A bootstrap of whole days (Efron and Tibshirani, "An Introduction to the Bootstrap",
/// 1993, chapter 8) keeps what no average keeps: that work comes in whole tasks, at its own times of the day.
package struct TaskMarket: Hashable, Sendable {
  /// A task that came.
  package struct Arrival: Hashable, Sendable {
    /// Step of its arrival on the absolute grid.
    package var step: Int
    package var steps: Int
    /// Between arrival and the latest start.
    package var slack: Int
    package var kilowatts: Double
    package var revenue: Double
    package var isPreemptible: Bool
  }

  /// Steps of one day.
  package let stepsPerDay: Int
  private var arrivals: [Arrival] = []
  /// Found at the first look: they had gathered over an unknown time.
  private var opening: [Arrival] = []
  private var seen: [String: Int] = [:]
  private var firstStep: Int?

  /// Older arrivals are forgotten.
  package static let rememberedDays = 14
  /// More arrivals than that are not remembered, the oldest are forgotten first.
  package static let mostArrivals = 20_000
  /// Hours over which the opening queue is taken to have gathered.
  static let openingHours = 8.0

  package init(stepsPerDay: Int) {
    precondition(stepsPerDay > 0, "a day has steps")
    self.stepsPerDay = stepsPerDay
  }

  /// Notes the tasks that weren't seen before.
  ///
  /// - Parameter step: now, on the absolute grid. Where it goes back, the clock was set: what was learned by its
  ///   times of day is forgotten.
  package mutating func observe(_ tasks: [PlannableTask], at step: Int) {
    if let last = arrivals.last?.step, step < last { self = TaskMarket(stepsPerDay: stepsPerDay) }
    let isFirst = firstStep == nil
    firstStep = firstStep ?? step
    for task in tasks where seen.updateValue(step, forKey: task.id) == nil {
      let arrival = Arrival(
        step: step, steps: task.steps, slack: max(0, task.deadline - task.remaining),
        kilowatts: task.kilowatts,
        revenue: task.revenue, isPreemptible: task.isPreemptible)
      if isFirst { opening.append(arrival) } else { arrivals.append(arrival) }
    }
    if step % stepsPerDay == 0 || arrivals.count > Self.mostArrivals { forget(before: step) }
  }

  private mutating func forget(before step: Int) {
    let oldest = step - Self.rememberedDays * stepsPerDay
    arrivals.removeAll { $0.step < oldest }
    if arrivals.count > Self.mostArrivals { arrivals.removeFirst(arrivals.count - Self.mostArrivals) }
    seen = seen.filter { $0.value >= oldest }
  }

  /// Work that is expected to come, by the step of its arrival, counted from now.
  ///
  /// - Parameters:
  ///   - now: on the absolute grid.
  ///   - days: most days to take it from; more days are smoother and dearer.
  package func expected(now: Int, horizon: Int, days: Int) -> [(arrival: Arrival, weight: Double)] {
    guard let firstStep else { return [] }
    let history = now - firstStep
    guard history >= stepsPerDay else { return early(now: now, horizon: horizon, history: history) }
    var found: [(Arrival, Double)] = []
    // Whole days back from now; a step of the second day needs a day that is two back, and so on.
    let known = history / stepsPerDay
    for arrival in arrivals where arrival.step > now - known * stepsPerDay && arrival.step <= now {
      let age = now - arrival.step
      var step = stepsPerDay - age % stepsPerDay
      while step < horizon {
        // Days that could have served this step, and whether this arrival's is among the newest `days`.
        let back = (age + step) / stepsPerDay
        let newest = (step + stepsPerDay - 1) / stepsPerDay
        let usable = min(days, known - newest + 1)
        if usable > 0 {
          if back >= newest, back < newest + usable {
            var copy = arrival
            copy.step = step
            found.append((copy, 1 / Double(usable)))
          }
        } else if back == known {
          var copy = arrival
          copy.step = step
          found.append((copy, 1))
        }
        step += stepsPerDay
      }
    }
    return found
  }

  /// Before a day has passed: all that was seen, spread evenly.
  private func early(now: Int, horizon: Int, history: Int) -> [(Arrival, Double)] {
    let all = opening + arrivals
    guard !all.isEmpty else { return [] }
    let openingSteps = Self.openingHours / 24 * Double(stepsPerDay)
    let perStep = Double(all.count) / (Double(history) + openingSteps)
    let count = Int((perStep * Double(horizon)).rounded())
    return (0..<min(count, 4 * all.count)).map { index in
      // A stride that shares no factor with the count visits all of them in a mixed order.
      var copy = all[(index * 7919) % all.count]
      copy.step = max(1, (index * horizon) / max(1, min(count, 4 * all.count)))
      return (copy, Double(count) / Double(max(1, min(count, 4 * all.count))))
    }
  }

  /// Everything seen within the memory, with the hours over which it came.
  func flow(now: Int) -> (arrivals: [Arrival], hours: Double) {
    guard let firstStep else { return ([], 1) }
    let history = min(now - firstStep, Self.rememberedDays * stepsPerDay)
    let hours = Double(history) * 24 / Double(stepsPerDay)
    if hours >= 12 { return (arrivals, hours) }
    return (opening + arrivals, hours + Self.openingHours)
  }
}
