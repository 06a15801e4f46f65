package import Receipts
package import Workload

/// An epoch, as it is told when it begins. The roots are of what the epoch before it left.
package struct EpochRecord: Hashable, Sendable, Codable {
  package var epoch: EpochNumber
  /// keccak(seed before ‖ beacon before).
  package var seed: Bytes32
  /// Of the list that this epoch's draws use: leaves (address node, uint16 slot, uint128 minPrice).
  package var offersRoot: Bytes32
  /// The epoch that ended.
  package var endedEpoch: EpochNumber
  /// Of the ended epoch's receipt leaves; zero where there are none.
  package var receiptsRoot: Bytes32
  package var receiptCount: UInt32
  /// Of all cumulative claims: leaves (address account, uint128 cumulative); zero where there are none.
  package var balancesRoot: Bytes32
}

/// A leaf of an epoch's receiptsRoot.
package struct ReceiptLeaf: Hashable, Sendable, Codable {
  package var task: TaskID
  package var receiptHash: Bytes32
  package var node: Address
  /// A `ReplicaVerdict`; `lowDiversity` is added where the task ran with too few operators to draw from.
  package var verdict: UInt8
  package var amount: Amount

  package static let lowDiversity: UInt8 = 0x80

  /// What a proof shows of it.
  package var value: ReceiptProof.LeafValue {
    ReceiptProof.LeafValue(
      task: task.word, receiptHash: receiptHash, node: node, verdict: verdict, amount: amount)
  }

  package var hash: Bytes32 { value.hash }
}

/// The slots that may be drawn in an epoch. Fixed one epoch before the epoch's seed is known.
package struct EligibleList: Hashable, Sendable, Codable {
  package var epoch: EpochNumber
  /// By address of the node, then slot.
  package var entries: [EligibleSlot]
}

/// A slot on offer.
package struct EligibleSlot: Hashable, Sendable, Codable {
  package var node: Address
  let nodeNumber: Int
  package var slot: UInt16
  package var minimumPrice: Amount
}

/// A block as the rules see it.
package struct BlockContext: Hashable, Sendable, Codable {
  /// Above that of the block before.
  package var height: Height
  /// Randomness that became known with this block and that nobody could know before: Keccak-256 of the ledger
  /// key's signature over the block before (embedded ledger), `block.prevrandao` (contract).
  package var beacon: Bytes32

  package init(height: Height, beacon: Bytes32) {
    self.height = height
    self.beacon = beacon
  }
}
