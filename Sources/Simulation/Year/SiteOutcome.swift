import Scheduling
import Workload

/// What became of a site under one policy.
package struct SiteOutcome: Hashable, Sendable, Codable {
  package var policy: DecisionPolicy
  package var totals: SiteTotals
  /// kWh that the store holds more at the end than at the beginning.
  package var storedKilowattHours: Double
  package var months: [MonthOfHeat]
  /// Of the week that was asked for, by step.
  package var week: [TracePoint]
}

/// Heat that came into the store in a month, by source.
package struct MonthOfHeat: Hashable, Sendable, Codable {
  package var year: Int
  package var month: Int
  package var serverKilowattHours: Double
  package var backupKilowattHours: Double
}

/// A site at the beginning of a step.
package struct TracePoint: Hashable, Sendable, Codable {
  /// Steps of a quarter of an hour since the simulation's start.
  package var step: Int
  /// °C.
  package var top: Double
  package var middle: Double
  package var bottom: Double
  /// EUR/kWh.
  package var price: Double
  /// kW of tasks and idling servers, in the step.
  package var serverKilowatts: Double
  package var isBackupOn: Bool
}

/// Runs a scenario under one policy after the other: the same water, weather, prices and tasks for each.
package struct PolicyComparison: Sendable {
  package let scenario: SiteScenario
  /// Days of the week that is kept in full.
  package let week: Range<Int>
  private let series: SiteSeries
  private let arrivals: [MarketTask]

  /// - Parameter weekFrom: first day of the week that is kept in full, from 0.
  package init(_ scenario: SiteScenario, weekFrom: Int) {
    self.scenario = scenario
    let first = max(0, min(weekFrom, scenario.days - 7))
    week = first..<min(scenario.days, first + 7)
    series = SiteSeries(scenario)
    var random = SplitMix64.stream(scenario.seed, 4)
    arrivals = scenario.tasks.arrivals(steps: scenario.steps, random: &random)
  }

  package var taskCount: Int { arrivals.count }
  /// kWh that taps, rooms and the circulation loop ask for.
  package var askedKilowattHours: Double {
    series.taps.reduce(0, +) + series.heating.reduce(0, +)
      + scenario.site.store.loopKilowatts * 24 * Double(scenario.days)
  }

  /// - Parameter progress: called at the end of each day, with the number of days.
  package func run(_ policy: DecisionPolicy, progress: (Int) -> Void = { _ in }) -> SiteOutcome {
    var deciding: any Deciding =
      switch policy {
      case .fifo: FirstComeFirstServed()
      case .thermostat: ThermostatSwitch()
      case .rule: AskPriceRule()
      case .planner: PlannerPolicy(site: scenario.site, pace: scenario.planning)
      }
    var run = SiteRun(site: scenario.site, series: series, arrivals: arrivals)
    let before = run.content
    var months: [MonthOfHeat] = []
    var points: [TracePoint] = []
    for day in 0..<scenario.days {
      let start = run.totals
      for _ in 0..<SiteScenario.stepsPerDay {
        let decision = deciding.decide(run)
        let layers = run.store.tank.temperatures
        let step = run.step
        let used = run.totals.serverKilowattHours
        run.advance(decision)
        if week.contains(day) {
          points.append(
            TracePoint(
              step: step, top: layers[layers.count - 1].value, middle: layers[layers.count / 2].value,
              bottom: layers[0].value, price: series.price[step],
              serverKilowatts: (run.totals.serverKilowattHours - used) / SiteScenario.stepHours,
              isBackupOn: run.store.isBackupOn))
        }
      }
      add(day, from: start, to: run.totals, &months)
      progress(day + 1)
    }
    run.settle()
    return SiteOutcome(
      policy: policy, totals: run.totals, storedKilowattHours: run.content - before, months: months,
      week: points)
  }

  private func add(_ day: Int, from: SiteTotals, to: SiteTotals, _ months: inout [MonthOfHeat]) {
    let date = CivilDate(daysSinceEpoch: scenario.start.daysSinceEpoch + day)
    if months.last?.month != date.month {
      months.append(
        MonthOfHeat(year: date.year, month: date.month, serverKilowattHours: 0, backupKilowattHours: 0))
    }
    months[months.count - 1].serverKilowattHours += to.absorbedKilowattHours - from.absorbedKilowattHours
    months[months.count - 1].backupKilowattHours += to.backupKilowattHours - from.backupKilowattHours
  }
}
