import Ledger
import Scheduling
import Workload

/// Which processors are taken, and by which replicas.
actor Workbench {
  private let capacity: NodeCapacity
  private var placements: [ReplicaKey: Placement] = [:]
  private var prices: [ReplicaKey: MicroEuros] = [:]
  private(set) var finished = 0

  init(capacity: NodeCapacity) {
    self.capacity = capacity
  }

  var running: Int { placements.count }

  /// What runs, as a planner sees it: by its wall limit, which is the longest that it can take.
  func plannable(slotPower: Watts, now: Instant) -> [PlannableTask] {
    placements.map { replica, placement in
      let step = Int64(PlannedPrices.stepSeconds) * 1000
      let limit = Int64(clamping: placement.task.specification.limits.wallMilliseconds)
      let steps = max(1, Int(clamping: limit / step + (limit % step == 0 ? 0 : 1)))
      let done = Int(clamping: max(0, now.value - placement.placedAt.value) / step)
      return PlannableTask(
        id: "\(replica)", steps: steps, remaining: max(1, steps - done), deadline: max(1, steps - done) + 1,
        kilowatts: slotPower.value / 1000, revenue: Double(prices[replica]?.value ?? 0) / 1e6,
        isPreemptible: false,
        isRunning: true)
    }
  }

  /// Takes processors for a task if the plan lets it run now.
  ///
  /// - Parameter price: that it brings.
  func place(
    _ task: AdmittedTask, for replica: ReplicaKey, price: MicroEuros, plan: HeatPlan, now: Instant
  ) -> PlacementDecision {
    let decision = Placement.place(
      task, plan: plan, capacity: capacity, occupied: Occupancy(placements.values), now: now)
    if case .place(let placement) = decision {
      placements[replica] = placement
      prices[replica] = price
    }
    return decision
  }

  func release(_ replica: ReplicaKey, didRun: Bool) {
    placements[replica] = nil
    prices[replica] = nil
    if didRun { finished += 1 }
  }
}
