internal import Receipts
package import Workload

/// A task's life: QUEUED → ASSIGNED → (SEALED) → REVEALING → (JURY) → PROVISIONAL → (REAUDIT) → FINAL, or
/// INCONCLUSIVE, TIMED_OUT, CANCELLED.
package enum TaskState: Hashable, Sendable, Codable {
  case queued
  /// A round of VOTE replicas runs and commits.
  case assigned(Panel)
  /// An AUDIT replica runs and commits while all votes are hidden.
  case sealed(Panel, AuditStage)
  case revealing(Panel, Reveals)
  case jury(Panel, FreshStage)
  case provisional(Panel, Verdict)
  /// A winner was banned since, and the rest are not enough: a REAUDIT replica stands in for the banned.
  case reaudit(Panel, Verdict, FreshStage)
  case final(Panel, Verdict, Settlement)
  case inconclusive(Panel, Settlement)
  case timedOut(Panel, Settlement)
  case cancelled

  /// The name that the rules' page uses.
  package var name: String {
    switch self {
    case .queued: "QUEUED"
    case .assigned: "ASSIGNED"
    case .sealed: "SEALED"
    case .revealing: "REVEALING"
    case .jury: "JURY"
    case .provisional: "PROVISIONAL"
    case .reaudit: "REAUDIT"
    case .final: "FINAL"
    case .inconclusive: "INCONCLUSIVE"
    case .timedOut: "TIMED_OUT"
    case .cancelled: "CANCELLED"
    }
  }

  package var isTerminal: Bool {
    switch self {
    case .final, .inconclusive, .timedOut, .cancelled: true
    default: false
    }
  }

  /// Nothing for a task that was never assigned.
  package var panel: Panel? {
    switch self {
    case .queued, .cancelled: nil
    case .assigned(let panel), .sealed(let panel, _), .revealing(let panel, _), .jury(let panel, _),
      .provisional(let panel, _), .reaudit(let panel, _, _), .final(let panel, _, _),
      .inconclusive(let panel, _),
      .timedOut(let panel, _):
      panel
    }
  }

  package var verdict: Verdict? {
    switch self {
    case .provisional(_, let verdict), .reaudit(_, let verdict, _), .final(_, let verdict, _): verdict
    default: nil
    }
  }

  package var settlement: Settlement? {
    switch self {
    case .final(_, _, let settlement), .inconclusive(_, let settlement), .timedOut(_, let settlement):
      settlement
    default: nil
    }
  }
}

/// All replicas that a task has had, and the draw that the present round continues.
package struct Panel: Hashable, Sendable, Codable {
  /// The present round, from 0. Every draw opens one.
  package var round: UInt32
  package var replacementRounds: UInt32
  /// When its replicas began to be drawn, or drawn again for a re-audit: the hard stop counts from here.
  package var assignedAt: Height
  /// When a seat of this round was last settled, by a commit, a decline or a timeout.
  package var settledAt: Height
  /// VOTE replicas that should be in agreement before the first tally.
  package var wanted: Int
  /// Too few operators to draw from: trust is capped at 1 for acceptance.
  package var isLowDiversity: Bool
  /// A verdict on it was opened again.
  package var isReopened = false
  package var drawing: Drawing
  /// In the order in which they were drawn.
  package var replicas: [Replica]

  /// T as acceptance asks for it.
  func appliedTrust(_ trust: UInt32) -> UInt32 { isLowDiversity ? min(1, trust) : trust }
}

/// Where a draw from a fixed list stands: enough to continue the same permutation.
package struct Drawing: Hashable, Sendable, Codable {
  package var seed: Bytes32
  package var listEpoch: EpochNumber
  /// Places of the permutation already looked at.
  package var steps: UInt32
}

/// A sealed round.
package struct Reveals: Hashable, Sendable, Codable {
  /// The last height at which a vote may be revealed.
  package var until: Height
  /// Of the first block at least two after all votes were in: draws audits and juries.
  package var beacon: Bytes32
}

/// Where an audit stands.
package enum AuditStage: Hashable, Sendable, Codable {
  /// Everybody who may audit is busy: one is drawn with this beacon when he is free, or nobody after `until`.
  case drawing(beacon: Bytes32, until: Height)
  case committing
}

/// Where a dispute or a re-audit stands.
package enum FreshStage: Hashable, Sendable, Codable {
  /// The next replicas are to be drawn, with this beacon; with nobody eligible by `until` the task is
  /// INCONCLUSIVE.
  case drawing(beacon: Bytes32, until: Height)
  case committing
  case revealing(Reveals)
}

/// The decision on a task.
package struct Verdict: Hashable, Sendable, Codable {
  package var resultRoot: Bytes32
  package var decidedAt: Height
  /// The end of the hold.
  package var finalFrom: Height
  package var byJury: Bool
  /// 10⁶ · G / (1 + ΣG), rounded down, in millionths.
  package var credibilityPPM: UInt32
  package var isLowDiversity: Bool
  /// For each auditor who dissented and was proven right: min(p, ⌊S/10⌋) of what the losers were slashed.
  package var bounty: Amount
}

/// Where a task's escrow went: paid + fees + premium + refunded = E.
package struct Settlement: Hashable, Sendable, Codable {
  package enum End: String, Hashable, Sendable, Codable {
    case final = "FINAL"
    case inconclusive = "INCONCLUSIVE"
    case timedOut = "TIMED_OUT"
  }
  package var end: End
  package var at: Height
  /// From the escrow to operators.
  package var paid: Amount
  /// From the escrow to the Treasury.
  package var fees: Amount
  /// From the escrow to the AuditPool.
  package var premium: Amount
  /// From the escrow to who locked it.
  package var refunded: Amount
  /// From the AuditPool to operators of jurors, paid or still owed.
  package var fromAuditPool: Amount
}
