package import Receipts
internal import Workload

/// What a bag was posted with. Kept apart from its tasks, so that a rule may hold it while it changes them.
package struct BagTerms: Hashable, Sendable, Codable {
  package let id: BagID
  /// Who locked the escrow, and who is refunded.
  package let requester: Address
  package let order: BagOrder
  package let postedAt: Height
  /// Only seeds of later epochs draw its tasks: this one's was known.
  package let postedInEpoch: EpochNumber
  /// E.
  package let escrowPerTask: Amount

  package var price: Amount { Amount(order.price) }
  /// After this height its queued tasks may be given back by anyone.
  package var queuedUntil: Height { postedAt + order.queueBlocks }
}

/// A bag on the ledger.
package struct BagRecord: Hashable, Sendable, Codable {
  package let terms: BagTerms
  /// What is still locked.
  package var escrow: Amount
  /// By index.
  package var tasks: TaskList
  /// No task before this index is QUEUED.
  package var firstQueued: Int
  /// Tasks without a terminal state.
  package var open: Int
}
