package import Workload

/// What a node offers to the ledger: slots, a least price, a window. The ledger's `Offer` is this with a
/// signature and the window in epochs.
package struct OfferTerms: Hashable, Sendable, Codable {
  /// Slots that may be drawn. 0: withdraw what was offered before.
  package var slots: Int
  /// For one replica of the reference length.
  package var minimumPrice: MicroEuros
  package var validFrom: Instant
  package var validUntil: Instant
  /// Why, the deciding reason first.
  package var reasons: [HeatReason]

  /// - Parameter referenceRun: the expected length of one replica, by which a price per hour becomes one per
  ///   replica.
  package init(_ plan: HeatPlan, referenceRun: Duration) {
    slots = plan.slots
    minimumPrice = plan.leastPrice(of: referenceRun, slots: 1)
    validFrom = plan.madeAt
    validUntil = plan.validUntil
    reasons = plan.reasons
  }
}

extension HeatPlan {
  /// What a run of that length must bring: never negative, since nobody pays for being heated.
  package func leastPrice(of run: Duration, slots: Int) -> MicroEuros {
    let one = max(0, ask.cost(of: max(.zero, run)).value)
    let (all, isTooLarge) = one.multipliedReportingOverflow(by: Int64(max(0, slots)))
    return MicroEuros(isTooLarge ? .max : UInt64(all))
  }
}
