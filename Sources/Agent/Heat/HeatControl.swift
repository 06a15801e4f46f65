import Ledger
package import Scheduling
package import Telemetry
package import Workload

/// The node's sense of its water: samples the sensors, lets the heat rule decide, and remembers both.
package actor HeatControl {
  package nonisolated let board: Board
  package nonisolated let capacity: NodeCapacity
  private var sampler: HeatSampler
  private let rule: HeatRule
  private var current: (snapshot: HeatSnapshot, plan: HeatPlan)?
  private var counted = EnergySample()
  /// By the energy counters, since the agent's start.
  private(set) package var electric = Joules.zero

  package init(board: Board, sampler: HeatSampler, rule: HeatRule) {
    self.board = board
    self.capacity = rule.capacity
    self.sampler = sampler
    self.rule = rule
  }

  package var plan: HeatPlan? { current?.plan }
  package var snapshot: HeatSnapshot? { current?.snapshot }

  /// Reads every sensor and plans anew.
  @discardableResult
  package func sample(at now: Instant) -> HeatPlan {
    let snapshot = sampler.sample(at: now)
    let plan = rule.plan(snapshot, previous: current?.plan, now: now)
    if !counted.counters.isEmpty { electric += snapshot.energy.energy(since: counted).joules }
    counted = snapshot.energy
    current = (snapshot, plan)
    return plan
  }

  /// Returns when running work must stop for safety's sake, or when cancelled.
  package func waitForCutOff(looking interval: Duration = .milliseconds(200)) async {
    while !Task.isCancelled {
      if current?.plan.running == .mustStop { return }
      do { try await Task.sleep(for: interval) } catch { return }
    }
  }
}
