internal import Receipts

/// Offers of slots. An offer, and its withdrawal, counts two epochs later: the list of slots for an epoch is
/// fixed one epoch before the seed that draws from it is known.
extension ContributionState {
  /// Offers that a node may have at once: those of this epoch, the next, the one after, and one further
  /// ahead.
  private static let offersPerNode = 4
  private static let leadEpochs: EpochNumber = 2

  mutating func accept(_ offer: Offer, from: Address) throws(Rejection) {
    let number = try nodeNumber(from)
    guard nodes[number].standing.mayBeDrawn else {
      throw .wrongPhase(now: nodes[number].standing.name, needs: "PROBATION or ACTIVE")
    }
    guard offer.slots > 0, Int(offer.slots) <= nodes[number].slots.count else {
      throw .outOfBounds(
        reason: "\(nodes[number].slots.count) slots are bonded, and \(offer.slots) are offered")
    }
    let first = max(offer.fromEpoch, epoch + Self.leadEpochs)
    guard offer.toEpoch >= first else {
      throw .outOfBounds(
        reason: "the offer would end with epoch \(offer.toEpoch), before it counts in epoch \(first)")
    }
    var offers = cut(nodes[number].offers, after: first - 1)
    guard offers.count < Self.offersPerNode else {
      throw .outOfBounds(reason: "a node has at most \(Self.offersPerNode) offers at once")
    }
    offers.append(
      StandingOffer(slots: offer.slots, minimumPrice: offer.minimumPrice, from: first, to: offer.toEpoch))
    nodes[number].offers = offers
    emit(
      .offered(
        node: from,
        Offer(slots: offer.slots, minimumPrice: offer.minimumPrice, fromEpoch: first, toEpoch: offer.toEpoch))
    )
  }

  mutating func withdrawOffer(from: Address) throws(Rejection) {
    let number = try nodeNumber(from)
    let last = epoch + Self.leadEpochs - 1
    let offers = cut(nodes[number].offers, after: last)
    guard nodes[number].offers.contains(where: { $0.to > last }) else {
      throw .unknown(what: "offer that counts after epoch \(last)")
    }
    nodes[number].offers = offers
    emit(.offerWithdrawn(node: from, lastEpoch: last))
  }

  /// Without what is over, and ending with `last`.
  private func cut(_ offers: [StandingOffer], after last: EpochNumber) -> [StandingOffer] {
    offers.compactMap { offer in
      var offer = offer
      offer.to = min(offer.to, last)
      return offer.from <= offer.to && offer.to >= epoch ? offer : nil
    }
  }
}
