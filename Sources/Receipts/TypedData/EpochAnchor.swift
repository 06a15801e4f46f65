package import Workload

/// The roots of an epoch, chained to those before: the `EpochAnchor` of Proof-of-Contribution.
package struct EpochAnchor: TypedStruct {
  package var epoch: UInt64
  package var receiptsRoot: Bytes32
  package var balancesRoot: Bytes32
  package var stateRoot: Bytes32
  /// Receipts in the epoch.
  package var count: UInt32
  /// Struct hash of the anchor before, zero for the first.
  package var prevAnchor: Bytes32

  package init(
    epoch: UInt64, receiptsRoot: Bytes32, balancesRoot: Bytes32, stateRoot: Bytes32, count: UInt32,
    prevAnchor: Bytes32
  ) {
    self.epoch = epoch
    self.receiptsRoot = receiptsRoot
    self.balancesRoot = balancesRoot
    self.stateRoot = stateRoot
    self.count = count
    self.prevAnchor = prevAnchor
  }

  package static let encodedType = """
    EpochAnchor(uint64 epoch,bytes32 receiptsRoot,bytes32 balancesRoot,bytes32 stateRoot,uint32 count,\
    bytes32 prevAnchor)
    """
  package static let typeHash = Keccak256.hash(encodedType)

  package var words: [Bytes32] {
    [epoch.abiWord, receiptsRoot, balancesRoot, stateRoot, count.abiWord, prevAnchor]
  }
}
