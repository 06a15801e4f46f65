package import Receipts
package import Workload

/// What a node has to do for one replica now, and until when.
package struct Duty: Hashable, Sendable, Codable {
  package enum Action: Hashable, Sendable, Codable {
    /// Say whether it will run it.
    case acknowledge
    /// Run it and commit.
    case commit
    /// Committed; waits until the round is sealed. `deadline` is the last commit deadline of the round.
    case awaitSeal
    case reveal
  }
  package var replica: ReplicaName
  package var action: Action
  /// The last height at which it may be done.
  package var deadline: Height
  package var slot: UInt16
  package var role: ReplicaRole
  package var bag: BagID
  package var manifest: ContentDigest
  package var price: Amount
  package var tau: UInt32
  /// τ more may be had once, with `Call.extend`.
  package var mayExtend: Bool
  /// What was committed to, once it was.
  package var commitDigest: Bytes32?
}

/// A bag without its tasks.
package struct BagSummary: Hashable, Sendable, Codable {
  package var id: BagID
  package var requester: Address
  package var order: BagOrder
  package var postedAt: Height
  package var escrowPerTask: Amount
  /// What is still locked.
  package var escrow: Amount
  /// Tasks by name of their state, such as `FINAL`; states without tasks are left out.
  package var tasks: [String: Int]

  /// Every task is FINAL, INCONCLUSIVE, TIMED_OUT or CANCELLED.
  package var isTerminal: Bool {
    tasks.keys.allSatisfy { ["FINAL", "INCONCLUSIVE", "TIMED_OUT", "CANCELLED"].contains($0) }
  }
}

/// A task with all its replicas.
package struct TaskSummary: Hashable, Sendable, Codable {
  package var id: TaskID
  package var state: TaskState

  package init(id: TaskID, state: TaskState) {
    self.id = id
    self.state = state
  }
}
