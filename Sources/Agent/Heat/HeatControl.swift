import Ledger
package import Scheduling
package import Telemetry
package import Workload

/// The node's sense of its water: samples the sensors, lets the heat rule decide, and remembers both.
///
/// It has a thread of its own: a 1-Wire thermometer holds up its reader for the 750 ms of a conversion.
package actor HeatControl {
  package nonisolated let board: Board
  package nonisolated let capacity: NodeCapacity
  /// Electrical power that one busy slot adds.
  package nonisolated let slotPower: Watts
  private let executor = SerialQueueExecutor(label: "samovar.heat")
  package nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

  private var sampler: HeatSampler
  private var rule: HeatRule
  private var current: (snapshot: HeatSnapshot, plan: HeatPlan)?
  private var counted = EnergySample()
  /// By the energy counters, since the agent's start.
  private var electric = Joules.zero

  private let simulated: (@Sendable () async -> EnergyTotals)?
  private var planned: PlannedPrices?
  private let memory: HeatMemory?

  /// - Parameters:
  ///   - simulated: what a simulated boiler has counted.
  ///   - memory: where the plan and what was learnt are kept; without one the rule's prices hold.
  package init(
    board: Board, sampler: HeatSampler, rule: HeatRule,
    simulated: (@Sendable () async -> EnergyTotals)? = nil,
    memory: HeatMemory? = nil
  ) {
    self.simulated = simulated
    self.memory = memory
    planned = memory.flatMap { PlannedPrices(rule: rule, history: $0.history) }
    self.board = board
    self.capacity = rule.capacity
    slotPower = rule.slotPower
    self.sampler = sampler
    self.rule = rule
  }

  /// Of a tariff that changes by the day, as far as they are known.
  package var prices: PriceSeries? {
    guard case .dayAhead(let prices) = rule.tariff.electricity, !prices.series.stretches.isEmpty else {
      return nil
    }
    return prices.series
  }

  package func setPrices(_ series: PriceSeries) {
    guard case .dayAhead(var prices) = rule.tariff.electricity else { return }
    prices.series = series
    rule.tariff.electricity = .dayAhead(prices)
  }

  package var plan: HeatPlan? { current?.plan }
  package var snapshot: HeatSnapshot? { current?.snapshot }

  /// The next two days, as they were planned last.
  package var outlook: HeatOutlook? { planned?.outlook }

  /// Reads every sensor and plans anew.
  ///
  /// - Parameter running: tasks at work.
  @discardableResult
  package func sample(at now: Instant, running: [PlannableTask] = []) -> HeatPlan {
    let snapshot = sampler.sample(at: now)
    if !counted.counters.isEmpty { electric += snapshot.energy.energy(since: counted).joules }
    counted = snapshot.energy
    var plan = rule.plan(snapshot, previous: current?.plan, now: now)
    let isNew = planned?.update(
      snapshot, rule: rule, delivered: Joules(electric.value * board.power.capture), running: running,
      now: now)
    if let planned {
      plan = planned.applied(to: plan)
      if isNew == true { memory?.keep(planned) }
    }
    current = (snapshot, plan)
    return plan
  }

  /// What was used and what the water took up since the agent's start: by the simulation on a simulated site, else by the
  /// energy counters and the board's capture ratio.
  package func totals() async -> EnergyTotals {
    if let simulated { return await simulated() }
    return EnergyTotals(electric: electric, heat: Joules(electric.value * board.power.capture))
  }

  /// Returns when running work must stop for safety's sake, or when cancelled.
  package func waitForCutOff(looking interval: Duration = .milliseconds(200)) async {
    while !Task.isCancelled {
      if current?.plan.running == .mustStop { return }
      do { try await Task.sleep(for: interval) } catch { return }
    }
  }
}

/// Energy of a site.
package struct EnergyTotals: Hashable, Sendable {
  package var electric: Joules
  package var heat: Joules

  package init(electric: Joules, heat: Joules) {
    self.electric = electric
    self.heat = heat
  }
}
