package import Receipts
internal import Workload

/// A node as the ledger knows it.
package struct NodeRecord: Hashable, Sendable, Codable {
  package let address: Address
  package let registration: Registration
  package var standing: Standing
  /// k.
  package var credibility: UInt32
  package var strikes: UInt32
  package var slots: [Slot]
  /// In order of the epochs from which they count; at most three.
  package var offers: [StandingOffer]
  /// The epoch of the last decline and how many there were in it: the first is free.
  package var declines: DeclineCount
  /// Credibility gained on `gainDay`, by requester.
  package var gainDay: UInt64
  package var gains: [Address: UInt32]
  /// When a verdict last found it wrong; 0 where none has.
  package var convictedAt: Height
  /// Tasks that it was judged on and that are open again.
  package var reopened: UInt32
  /// Sums of all that it was paid and slashed, for reports.
  package var earned: Amount
  package var slashed: Amount

  package struct DeclineCount: Hashable, Sendable, Codable {
    package var epoch: EpochNumber
    package var count: UInt32
  }

  package var operatorAddress: Address { registration.operatorAddress }

  /// Nothing of its slots is running or awaits a verdict, the first or a second one.
  package var isIdle: Bool { reopened == 0 && slots.allSatisfy { $0.running == nil && $0.locked == 0 } }

  package var isBanned: Bool { if case .banned = standing { true } else { false } }
}

/// Whether and how a node takes part.
package enum Standing: Hashable, Sendable, Codable {
  /// Its word counts as one among equals until it has won so many more times.
  case probation(winsLeft: UInt32)
  case active
  case jailed(until: Height)
  case exiting(since: Height)
  /// For ever.
  case banned(since: Height)

  package var name: String {
    switch self {
    case .probation: "PROBATION"
    case .active: "ACTIVE"
    case .jailed: "JAILED"
    case .exiting: "EXITING"
    case .banned: "BANNED"
    }
  }

  package var mayBeDrawn: Bool {
    switch self {
    case .probation, .active: true
    case .jailed, .exiting, .banned: false
    }
  }
}

/// One slot runs one replica at a time.
package struct Slot: Hashable, Sendable, Codable {
  package var bond: Amount
  /// Prices of replicas whose verdict is still open; a lone loser's slash is covered by them.
  package var locked: Amount
  /// The task whose replica it runs now, until the commit.
  package var running: TaskID?
}

/// An offer with the epochs in which it really counts.
package struct StandingOffer: Hashable, Sendable, Codable {
  package var slots: UInt16
  package var minimumPrice: Amount
  package var from: EpochNumber
  package var to: EpochNumber
}

/// Who answers for nodes and is paid for them.
package struct OperatorRecord: Hashable, Sendable, Codable {
  /// Nodes that it bonded.
  package var nodes: UInt32
  package var bannedNodes: UInt32
  /// With all its nodes, for ever.
  package var bannedAt: Height?

  package var isBanned: Bool { bannedAt != nil }
}
