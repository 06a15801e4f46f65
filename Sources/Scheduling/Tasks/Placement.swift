package import Workload

/// A task with the processors that it gets now. Only `Placement.place` makes one, so that nothing is run
/// unplaced.
package struct Placement: Hashable, Sendable {
  package let task: AdmittedTask
  /// Numbers, rising.
  package let processors: [Int]
  package let placedAt: Instant

  private init(task: AdmittedTask, processors: [Int], placedAt: Instant) {
    self.task = task
    self.processors = processors
    self.placedAt = placedAt
  }

  /// What the next stage runs.
  ///
  /// - Parameter inputPaths: the bytes of each input on this machine, already checked against their digests.
  package func request(inputPaths: [ContentDigest: String], outputDirectory: String) -> RunRequest {
    RunRequest(
      specification: task.specification, inputPaths: inputPaths, outputDirectory: outputDirectory,
      profile: task.profile, processors: processors)
  }
}

/// Now, or not yet.
package enum PlacementDecision: Hashable, Sendable {
  case place(Placement)
  /// It waits in the queue for this reason; ask again with the next plan or when a run ends.
  case queue(QueueReason)
}

package enum QueueReason: Hashable, Sendable {
  /// The water wants no heat now.
  case heat(HeatReason)
  /// As many tasks run as heat allows, fewer than there are slots.
  case slots(running: Int, allowed: Int)
  case processors(needed: Int, free: Int)
  /// The plan is of another time: a new one must be made first.
  case planExpired
}

extension QueueReason: CustomStringConvertible {
  package var description: String {
    switch self {
    case .heat(let reason): reason.sentence
    case .slots(let running, let allowed): "\(running) run and \(allowed) may at once"
    case .processors(let needed, let free): "it needs \(needed) processors and \(free) are free"
    case .planExpired: "the heat plan has run out"
    }
  }
}

/// What runs now.
package struct Occupancy: Hashable, Sendable {
  /// Placements at work.
  package var running: Int
  /// Their processors.
  package var processors: Set<Int>

  package init(running: Int = 0, processors: Set<Int> = []) {
    self.running = running
    self.processors = processors
  }

  package init(_ placements: some Sequence<Placement>) {
    self.init()
    for placement in placements {
      running += 1
      processors.formUnion(placement.processors)
    }
  }
}

extension Placement {
  /// Where an admitted task runs, if it may run now.
  package static func place(
    _ task: AdmittedTask, plan: HeatPlan, capacity: NodeCapacity, occupied: Occupancy, now: Instant
  ) -> PlacementDecision {
    guard plan.isValid(at: now) else { return .queue(.planExpired) }
    if plan.slots == 0, let reason = plan.reasons.first { return .queue(.heat(reason)) }
    guard occupied.running < plan.slots else {
      return .queue(.slots(running: occupied.running, allowed: plan.slots))
    }
    let free = capacity.processors.filter { !occupied.processors.contains($0) }
    guard free.count >= task.processors else {
      return .queue(.processors(needed: task.processors, free: free.count))
    }
    let chosen = free.prefix(task.processors).sorted()
    return .place(Placement(task: task, processors: chosen, placedAt: now))
  }
}
