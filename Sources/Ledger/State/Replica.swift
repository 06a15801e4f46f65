package import Receipts
package import Workload

/// Why a replica was drawn. The raw values are those of the contract.
package enum ReplicaRole: UInt8, Hashable, Sendable, Codable {
  case vote = 0
  /// Drawn between commit and reveal.
  case audit = 1
  case jury = 2
  /// Drawn in place of a winner who was banned.
  case reaudit = 3

  /// VOTE is paid from the bag's escrow, all others from the AuditPool.
  package var paysFromEscrow: Bool { self == .vote }
}

/// One slot's work on one task (PoCo's contribution).
package struct Replica: Hashable, Sendable, Codable {
  package let round: UInt32
  package let node: Address
  /// Place in the state's list of nodes.
  let nodeNumber: Int
  package let slot: UInt16
  package let role: ReplicaRole
  package var status: ReplicaStatus
}

/// What a replica has come to, with what is known at that point and nothing else.
package enum ReplicaStatus: Hashable, Sendable, Codable {
  case assigned(acknowledgeBy: Height)
  case acknowledged(commitBy: Height, wasExtended: Bool)
  case declined
  case committed(digest: Bytes32, at: Height)
  case revealed(RevealedResult)
  case won(RevealedResult)
  case lost(RevealedResult)
  /// Revealed, but no result won.
  case undecided(RevealedResult)
  /// Committed and never revealed.
  case withheld
  case timedOut

  /// The name that the rules' page uses.
  package var name: String {
    switch self {
    case .assigned: "ASSIGNED"
    case .acknowledged: "ACKED"
    case .declined: "DECLINED"
    case .committed: "COMMITTED"
    case .revealed, .undecided: "REVEALED"
    case .won: "WON"
    case .lost: "LOST"
    case .withheld: "WITHHELD"
    case .timedOut: "TIMED_OUT"
    }
  }

  /// Its operator and site are taken for this task. A node that declined or never committed left the task: a
  /// network of three must be able to draw it again in a later round.
  package var isInTask: Bool {
    switch self {
    case .declined, .timedOut: false
    default: true
    }
  }

  /// Drawn, and its commit is still awaited.
  package var isPending: Bool {
    switch self {
    case .assigned, .acknowledged: true
    default: false
    }
  }

  /// The result, once it was revealed.
  package var result: RevealedResult? {
    switch self {
    case .revealed(let result), .won(let result), .lost(let result), .undecided(let result): result
    default: nil
    }
  }
}

/// What a reveal leaves in the state; the whole receipt is in the event.
package struct RevealedResult: Hashable, Sendable, Codable {
  package let resultRoot: Bytes32
  package let receiptHash: Bytes32
  package let energyMilliWh: UInt64
  package let heatMilliWh: UInt64
}

/// How one replica was judged. The raw values are those of receipt leaves.
package enum ReplicaVerdict: UInt8, Hashable, Sendable, Codable {
  case won = 1
  case lost = 2
  case withheld = 3
  case inconclusive = 4
}
