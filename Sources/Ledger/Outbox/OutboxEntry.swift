package import Workload

/// One replica of a task as its node knows it: what journal and outbox are keyed by.
package struct ReplicaKey: Hashable, Sendable, Codable, CustomStringConvertible {
  package var task: TaskID
  package var round: UInt32

  package init(task: TaskID, round: UInt32) {
    self.task = task
    self.round = round
  }

  package var description: String { "\(task) round \(round)" }
}

/// A call that the node owes the ledger. It has no nonce yet: that is given when it is sent, so that a call which was
/// refused leaves no gap.
package struct OutboxEntry: Hashable, Sendable {
  package enum Kind: String, Hashable, Sendable, Codable, CaseIterable {
    case acknowledge, decline, extend, commit, reveal
  }

  package enum Status: String, Hashable, Sendable, Codable {
    case pending
    /// The ledger accepted it, or had it already.
    case delivered
    /// The ledger will never accept it: too late, or the task has gone on without it.
    case refused
  }

  package var replica: ReplicaKey
  package var kind: Kind
  package var call: Call
  package var status: Status
  package var enqueuedAt: Instant
  /// What the ledger said, where it did not simply accept.
  package var note: String?
}

/// How far a replica has come on its node. Each stage is written down before the next begins.
package enum ReplicaStage: String, Hashable, Sendable, Codable, CaseIterable, Comparable {
  case assigned, running, attested, committed, revealed, done

  package static func < (left: ReplicaStage, right: ReplicaStage) -> Bool { left.place < right.place }

  private var place: Int {
    switch self {
    case .assigned: 0
    case .running: 1
    case .attested: 2
    case .committed: 3
    case .revealed: 4
    case .done: 5
    }
  }
}

/// What a node finds of a replica when it starts again.
package struct ReplicaRecord: Hashable, Sendable {
  package var replica: ReplicaKey
  package var stage: ReplicaStage
  package var changedAt: Instant
  /// From `attested` on: the one receipt of this replica, its signature and salt. Never replaced.
  package var vote: Reveal?
  /// How it ended, once it is done, in words.
  package var note: String?
}
