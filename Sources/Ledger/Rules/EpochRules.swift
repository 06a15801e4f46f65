internal import Receipts
package import Workload

/// The turn of an epoch: roots of the old one, seed and lists of the new. Its work is bounded by
/// `maximumNodes` times `maximumSlotsPerNode` and by the leaves of one epoch.
extension ContributionState {
  /// Where epochs without a block were passed over, the seed chain takes one step for all of them: they drew
  /// nothing.
  mutating func turnEpoch(to next: EpochNumber, beacon: Bytes32) {
    let ended = epoch
    seed = Keccak256.hash(seed, beacon)
    epoch = next
    endJail()
    if lists.last?.epoch != next { lists.append(eligibleList(for: next)) }
    let present = lists[lists.count - 1]
    lists.append(eligibleList(for: next + 1))
    lists.removeFirst(max(0, lists.count - Self.listsKept))
    epochRecord = EpochRecord(
      epoch: next, seed: seed, offersRoot: present.root, endedEpoch: ended,
      receiptsRoot: StandardMerkleTree(leafHashes: leaves.map(\.hash))?.root ?? .zero,
      receiptCount: UInt32(leaves.count), balancesRoot: balancesRoot)
    leaves.removeAll(keepingCapacity: true)
    emit(.epochTurned(epochRecord))
  }

  /// All slots on offer in an epoch, by node and slot. Standing and price are looked at again when one is
  /// drawn.
  private func eligibleList(for epoch: EpochNumber) -> EligibleList {
    var entries: [EligibleSlot] = []
    for (number, node) in nodes.enumerated().sorted(by: { $0.element.address < $1.element.address }) {
      guard node.standing.mayBeDrawn,
        let offer = node.offers.last(where: { $0.from <= epoch && epoch <= $0.to })
      else { continue }
      for (index, slot) in node.slots.prefix(Int(offer.slots)).enumerated() where slot.bond > 0 {
        entries.append(
          EligibleSlot(
            node: node.address, nodeNumber: number, slot: UInt16(index), minimumPrice: offer.minimumPrice))
      }
    }
    return EligibleList(epoch: epoch, entries: entries)
  }

  private mutating func endJail() {
    for number in nodes.indices {
      guard case .jailed(let until) = nodes[number].standing, until <= height else { continue }
      nodes[number].standing = .probation(winsLeft: parameters.minimumCredibility)
      nodes[number].strikes = 0
      emit(.standingChanged(node: nodes[number].address, standing: nodes[number].standing.name))
    }
  }

  /// Of leaves (address account, uint128 cumulative), for all who ever withdrew.
  package var balancesRoot: Bytes32 {
    let claims = accounts.filter { $0.value.cumulativeClaim > 0 }
    let leaves = claims.map { StandardMerkleTree.leafHash([.word($0.key), .word($0.value.cumulativeClaim)]) }
    return StandardMerkleTree(leafHashes: leaves)?.root ?? .zero
  }

  /// The beacon of the first block at or after a height; nothing while there is none. Of beacons that are no
  /// longer kept the oldest kept one stands in.
  func beacon(from height: Height) -> Bytes32? {
    beacons.first { $0.height >= height }?.beacon
  }
}

extension EligibleList {
  /// Of leaves (address node, uint16 slot, uint128 minPrice).
  package var root: Bytes32 {
    let leaves = entries.map {
      StandardMerkleTree.leafHash([.word($0.node), .word($0.slot), .word($0.minimumPrice)])
    }
    return StandardMerkleTree(leafHashes: leaves)?.root ?? .zero
  }
}
