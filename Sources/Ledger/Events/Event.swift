package import Receipts
package import Workload

/// All that a call or a new block changed: whoever follows the events knows all that the state knows.
package enum Event: Hashable, Sendable, Codable {
  case deposited(to: Address, amount: Amount)
  case withdrawn(account: Address, amount: Amount, cumulative: Amount)

  case nodeRegistered(node: Address, Registration)
  case bonded(node: Address, slot: UInt16, amount: Amount, total: Amount)
  case exitBegun(node: Address, releasedFrom: Height)
  case bondsReleased(node: Address, to: Address, amount: Amount)
  case offered(node: Address, Offer)
  case offerWithdrawn(node: Address, lastEpoch: EpochNumber)

  case epochTurned(EpochRecord)

  case bagPosted(BagID, requester: Address, escrow: Amount, BagOrder)
  case tasksCancelled(BagID, count: UInt32, refund: Amount)

  case roundOpened(RoundOpening)
  case drawn(ReplicaName, slot: UInt16, acknowledgeBy: Height)
  case acknowledged(ReplicaName, commitBy: Height)
  case declined(ReplicaName)
  case extended(ReplicaName, commitBy: Height)
  case committed(ReplicaName, digest: Bytes32)
  /// Whether the sealed round is audited.
  case auditRolled(TaskID, AuditRoll)
  case sealed(TaskID, round: UInt32, beacon: Bytes32, revealBy: Height)
  case revealed(ReplicaName, ExecutionReceipt, receiptHash: Bytes32)
  case replicaTimedOut(ReplicaName)
  /// Two or more results: a jury decides.
  case disputed(TaskID, roots: [Bytes32])
  /// One verdict per replica, when the task's is given.
  case judged(ReplicaName, ReplicaVerdict)
  case provisional(TaskID, Verdict)
  /// These winners were banned or found wrong since, and without them the verdict does not stand.
  case reopened(TaskID, fallen: [Address])

  case slashed(Slash)
  case struck(node: Address, strikes: UInt32, credibility: UInt32)
  case credibilityGained(node: Address, credibility: UInt32)
  case jailed(node: Address, until: Height)
  /// Out of jail, or from probation to full standing.
  case standingChanged(node: Address, standing: String)
  case banned(node: Address)
  case operatorBanned(Address)
  case equivocated(ReplicaName)

  case paid(Payment)
  /// The AuditPool owes this; it is paid from the next money that enters the pool.
  case owed(to: Address, amount: Amount)
  case owedPaid(to: Address, amount: Amount)
  case leafAppended(epoch: EpochNumber, ReceiptLeaf)
  case ended(TaskID, Settlement)
}

/// One replica of a task: it has at most one commit, one reveal and one verdict.
package struct ReplicaName: Hashable, Sendable, Codable {
  package var task: TaskID
  package var round: UInt32
  package var node: Address

  package init(task: TaskID, round: UInt32, node: Address) {
    self.task = task
    self.round = round
    self.node = node
  }
}

/// A draw, with all that a verifier needs to repeat it: the list of the epoch, the seed, task and round.
package struct RoundOpening: Hashable, Sendable, Codable {
  package enum Reason: String, Hashable, Sendable, Codable {
    case first, replacement, additional, audit, jury, reaudit

    /// Of the replicas that it draws.
    package var role: ReplicaRole {
      switch self {
      case .first, .replacement, .additional: .vote
      case .audit: .audit
      case .jury: .jury
      case .reaudit: .reaudit
      }
    }
  }
  package var task: TaskID
  package var round: UInt32
  package var reason: Reason
  package var seed: Bytes32
  /// Of the fixed list that was drawn from.
  package var listEpoch: EpochNumber
  package var isLowDiversity: Bool
}

/// The roll that decides on an audit, with all that a verifier needs to repeat it.
package struct AuditRoll: Hashable, Sendable, Codable {
  /// Of the first block at least two after the last vote.
  package var beacon: Bytes32
  package var round: UInt32
  /// q in basis points.
  package var rate: UInt64
  /// uint256(keccak256("audit" ‖ beacon ‖ task ‖ uint32 round)) mod 10⁴: below `rate` the round is audited.
  package var roll: UInt64

  package var isAudited: Bool { roll < rate }

  init(beacon: Bytes32, task: TaskID, round: UInt32, rate: UInt64) {
    (self.beacon, self.round, self.rate) = (beacon, round, rate)
    var hash = Keccak256()
    hash.update(Array("audit".utf8))
    hash.update(beacon)
    hash.update(task.word)
    var writer = ByteWriter()
    writer.append(round)
    hash.update(writer.bytes)
    roll = UInt64(hash.finalized().remainder(dividingBy: 10_000))
  }
}

/// Money taken from a bond, and where it went. The parts add up to `amount`.
package struct Slash: Hashable, Sendable, Codable {
  package enum Reason: String, Hashable, Sendable, Codable {
    case declined, extended, timedOut, withheld, loneLoser, collusion, equivocation
  }
  package var node: Address
  package var slot: UInt16
  package var reason: Reason
  package var amount: Amount
  package var toAuditPool: Amount
  package var burned: Amount
  package var toTreasury: Amount
}

/// Pay for one replica.
package struct Payment: Hashable, Sendable, Codable {
  package enum Source: String, Hashable, Sendable, Codable {
    case escrow, auditPool
  }
  package var replica: ReplicaName
  /// The operator's account.
  package var to: Address
  package var amount: Amount
  package var source: Source
}
