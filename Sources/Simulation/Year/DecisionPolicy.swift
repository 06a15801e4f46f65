import Scheduling
import Workload

/// Who decides at a simulated site.
package enum DecisionPolicy: String, Hashable, Sendable, Codable, CaseIterable {
  /// Always at work: whatever came first starts when a slot is free.
  case fifo
  /// At work while the store is cold, as a heater's thermostat is.
  case thermostat
  /// At work for what pays more than `AskPrice` asks, by the store's charge of the moment.
  case rule
  /// `HeatPlanner`, and its prices between two plans.
  case planner
}

/// A policy in motion. It sees of a run what a node sees: its store, its queue, forecasts, published prices.
protocol Deciding: Sendable {
  mutating func decide(_ run: SiteRun) -> SiteRun.Decision
}

struct FirstComeFirstServed: Deciding {
  mutating func decide(_ run: SiteRun) -> SiteRun.Decision {
    SiteRun.Decision(
      start: run.queue.prefix(run.freeSlots).map(\.task.number),
      backupBelow: run.site.store.backup.onBelow)
  }
}

/// A sensor in the lower third of the store switches all servers at once.
struct ThermostatSwitch: Deciding {
  private var isCalling = true
  static let on = 45.0
  static let off = 55.0
  /// A task that could be suspended runs on where less than 6 hours are left to spare.
  private static let leastSpare = 24

  mutating func decide(_ run: SiteRun) -> SiteRun.Decision {
    let sensed = run.store.tank.temperatures[run.site.store.layers / 3].value
    isCalling = sensed < Self.on || (isCalling && sensed < Self.off)
    var decision = SiteRun.Decision(backupBelow: run.site.store.backup.onBelow)
    if isCalling {
      decision.start = run.queue.prefix(run.freeSlots).map(\.task.number)
    } else {
      decision.suspend = run.running.filter {
        $0.task.isPreemptible && $0.task.deadline - run.step - $0.left > Self.leastSpare
      }.map(\.task.number)
    }
    return decision
  }
}

/// The ask price in closed form, from the store as it is now; the best gain for a slot first.
struct AskPriceRule: Deciding {
  mutating func decide(_ run: SiteRun) -> SiteRun.Decision {
    let site = run.site
    let tank = run.store.tank
    let cold = run.series.mains[run.step]
    let state = TankState(
      outlet: tank.top, mean: tank.mean, hottest: tank.top,
      charge: (tank.mean.value - cold) / (site.store.charge - cold))
    let demand: HeatDemand = tank.top.value < site.comfort ? .urgent : .wanted
    let prices = run.series.knownPrices(at: run.step, most: 48)
    var gains: [(gain: Double, number: Int)] = []
    for begun in run.queue {
      let hours = Double(begun.left) * SiteScenario.stepHours
      let span = prices.prefix(begun.left)
      let price = span.reduce(0, +) / Double(span.count)
      let heat = EuroPerKilowattHour(site.store.backup.price(electricity: price))
      let ask = AskPrice(
        slotPower: Watts(begun.task.kilowatts * 1000), electricity: EuroPerKilowattHour(price),
        wear: EuroPerKilowattHour(site.economics.wear), capture: site.servers.capture,
        worthOfHeat: AskPrice.worthOfHeat(state, demand, heat), slotHour: .zero)
      let cost = ask.slotPower.value / 1000 * hours * ask.perKilowattHour.value
      let gain = begun.task.revenue * Double(begun.left) / Double(begun.task.steps) - cost
      if gain > 0 { gains.append((gain / hours, begun.task.number)) }
    }
    gains.sort { ($0.gain, $1.number) > ($1.gain, $0.number) }
    return SiteRun.Decision(
      start: gains.prefix(run.freeSlots).map(\.number), backupBelow: site.store.backup.onBelow)
  }
}
