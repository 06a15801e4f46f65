import Ledger
import Logging
import Receipts
import Scheduling
import Workload

/// Registers the node where the ledger doesn't know it, and keeps an offer on the ledger that says what the heat plan says.
struct OfferService: RecurringService {
  let label = "offers"
  let node: Node
  var log: Logger { node.log }

  /// How many epochs an offer counts: a node that dies is drawn no longer than that.
  private static let epochsAhead: EpochNumber = 8

  func round() async throws {
    guard let record = try await node.ledger.node(node.account.address) else { return try await register() }
    if let plan = await node.heat.plan { try await offer(plan, record) }
    try await Task.sleep(for: .milliseconds(Int64(node.ledger.genesis.parameters.blockMilliseconds)))
  }

  private func register() async throws {
    try await node.account.call(
      .register(
        Registration(
          operatorAddress: node.configuration.identity.operatorAddress,
          site: Keccak256.hash(node.configuration.identity.site), hardwareClass: node.hardwareClass)))
    log.notice(
      "registered as \(node.account.address); its operator \(node.configuration.identity.operatorAddress) must bond it"
    )
  }

  private func offer(_ plan: HeatPlan, _ record: NodeRecord) async throws {
    guard record.standing.mayBeDrawn else { return }
    let terms = OfferTerms(plan, referenceRun: node.configuration.work.referenceRun)
    let slots = UInt16(clamping: min(terms.slots, record.slots.count { $0.bond > 0 }))
    let epoch = try await node.ledger.epoch().epoch
    let last = record.offers.last
    if slots == 0 {
      if let last, last.slots > 0, last.to > epoch + 2 { try await node.account.call(.withdrawOffer) }
      return
    }
    let isFresh = last.map { $0.to > epoch + Self.epochsAhead / 2 } ?? false
    if isFresh, let last, last.slots == slots,
      Self.isClose(last.minimumPrice, Amount(terms.minimumPrice.value))
    {
      return
    }
    try await node.account.call(
      .offer(
        Offer(
          slots: slots, minimumPrice: Amount(terms.minimumPrice.value), fromEpoch: epoch + 2,
          toEpoch: epoch + Self.epochsAhead)))
    log.info(
      "offers \(slots) slots from \(terms.minimumPrice.value) µEUR a replica: \(plan.reasons.first?.sentence ?? "")"
    )
  }

  /// A price within 5 % is not worth another call.
  private static func isClose(_ left: Amount, _ right: Amount) -> Bool {
    (left > right ? left - right : right - left) * 20 <= max(left, right)
  }
}
