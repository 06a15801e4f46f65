import Images
import Ledger
import Scheduling
import Workload

/// A replica that the ledger drew for this node, with what it is to run.
struct AssignedTask: Sendable {
  let duty: Duty
  let bag: Bag
  let specification: TaskSpec
}

/// A replica that this node can and wants to run.
struct AdmittedReplica: Sendable {
  let duty: Duty
  let task: AdmittedTask
}

/// A replica that the ledger knows this node will run.
struct AcceptedReplica: Sendable {
  let duty: Duty
  let task: AdmittedTask
}

/// A replica with all that it runs in on this machine.
struct EquippedReplica: Sendable {
  let duty: Duty
  let task: AdmittedTask
  /// Its layers stay as long as this does; nothing for a task without one.
  let image: PulledImage?
}

/// A replica with its processors.
struct PlacedReplica: Sendable {
  let duty: Duty
  let image: PulledImage?
  let placement: Placement
}

/// A replica that has run, for better or worse.
struct RanReplica: Sendable {
  let duty: Duty
  let specification: TaskSpec
  let run: CompletedRun
}

extension ReplicaKey {
  init(_ name: ReplicaName) {
    self.init(task: name.task, round: name.round)
  }
}

/// Why a replica could not go on. What is the task's own fault is an outcome and never one of these.
enum PipelineFault: Error, CustomStringConvertible {
  case notInBag(TaskID, tasks: Int)
  case noPlan
  case overtaken(TaskID, at: Height)
  /// With what the heat rule says: the water is too hot, or nobody knows how hot it is.
  case stoppedForHeat(reason: String)
  case voteLost(ReplicaKey)

  var description: String {
    switch self {
    case .notInBag(let task, let tasks):
      "the bag has \(tasks) tasks, and \(task) would be number \(task.index)"
    case .noPlan: "there is no heat plan yet"
    case .overtaken(let task, let height):
      "at height \(height) the ledger has gone on without this node's \(task)"
    case .stoppedForHeat(let reason): "the run had to stop: \(reason)"
    case .voteLost(let replica):
      "the outbox has no vote for \(replica): it was removed or replaced, so the node can't reveal what it committed to"
    }
  }
}
