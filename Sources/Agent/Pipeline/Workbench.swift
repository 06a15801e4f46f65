import Ledger
import Scheduling
import Workload

/// Which processors are taken, and by which replicas.
actor Workbench {
  private let capacity: NodeCapacity
  private var placements: [ReplicaKey: Placement] = [:]
  private(set) var finished = 0

  init(capacity: NodeCapacity) {
    self.capacity = capacity
  }

  var running: Int { placements.count }

  /// Takes processors for a task if the plan lets it run now.
  func place(_ task: AdmittedTask, for replica: ReplicaKey, plan: HeatPlan, now: Instant) -> PlacementDecision
  {
    let decision = Placement.place(
      task, plan: plan, capacity: capacity, occupied: Occupancy(placements.values), now: now)
    if case .place(let placement) = decision { placements[replica] = placement }
    return decision
  }

  func release(_ replica: ReplicaKey, didRun: Bool) {
    placements[replica] = nil
    if didRun { finished += 1 }
  }
}
