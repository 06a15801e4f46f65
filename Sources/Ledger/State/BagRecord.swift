package import Receipts
internal import Workload

/// A bag on the ledger.
package struct BagRecord: Hashable, Sendable, Codable {
  package let id: BagID
  /// Who locked the escrow, and who is refunded.
  package let requester: Address
  package let order: BagOrder
  package let postedAt: Height
  /// Seeds of later epochs draw its tasks: this one was known or could be.
  package let postedInEpoch: EpochNumber
  /// E.
  package let escrowPerTask: Amount
  /// What is still locked.
  package var escrow: Amount
  /// By index.
  package var tasks: [TaskState]
  /// No task before this index is QUEUED.
  package var firstQueued: Int
  /// Tasks without a terminal state.
  package var open: Int

  package var price: Amount { Amount(order.price) }
  /// From this height on its queued tasks may be given back by anyone.
  package var queuedUntil: Height { postedAt + order.queueBlocks }
}
