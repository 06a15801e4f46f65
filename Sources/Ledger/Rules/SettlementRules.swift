internal import Receipts

/// Money when a task ends. Until then its whole escrow E stays locked: the premium enters the AuditPool only
/// when a task is FINAL, so that a refund never has to be taken back from a pool that may have spent it.
extension ContributionState {
  mutating func finalize(_ id: TaskID) throws(Rejection) {
    let place = try requirePlace(id)
    let state = bags[place.bag].tasks[place.task]
    guard case .provisional(let panel, let verdict) = state else {
      throw .wrongPhase(now: state.name, needs: "PROVISIONAL")
    }
    guard height >= verdict.finalFrom else { throw .tooEarly(from: verdict.finalFrom) }
    guard !needsReaudit(place) else {
      throw .wrongPhase(now: "PROVISIONAL by nodes that have fallen since", needs: "re-audited")
    }
    let terms = bags[place.bag].terms
    let fee = parameters.fee(price: terms.price)
    let premium = parameters.premium(price: terms.price)
    let winners = panel.replicas.filter(\.status.isWon)
    var settlement = Settlement(
      end: .final, at: height, paid: 0, fees: 0, premium: premium, refunded: 0, fromAuditPool: 0)
    addToAuditPool(premium)
    for winner in winners {
      let bounty = winner.role == .audit || winner.role == .reaudit ? verdict.bounty : 0
      pay(
        winner, of: id, amount: terms.price - fee + bounty, fee: fee, verdict: .won, into: &settlement,
        panel: panel)
    }
    settle(&settlement, place)
    let tookPart = Set(
      panel.replicas.filter { $0.status.result != nil }.map { nodes[$0.nodeNumber].operatorAddress })
    if tookPart.count >= 2 {
      for winner in winners { reward(winner, requester: terms.requester) }
    }
    emit(.ended(id, settlement))
    set(place, .final(panel, verdict, settlement))
  }

  /// Ends a task without a verdict.
  mutating func end(_ place: TaskPlace, _ panel: Panel, as end: Settlement.End) {
    var panel = panel
    close(&panel)
    let terms = bags[place.bag].terms
    let id = terms.id.task(UInt32(place.task))
    let fee = parameters.fee(price: terms.price)
    var settlement = Settlement(
      end: end, at: height, paid: 0, fees: 0, premium: 0, refunded: 0, fromAuditPool: 0)
    for index in panel.replicas.indices {
      let replica = panel.replicas[index]
      switch replica.status {
      case .assigned, .acknowledged, .committed:
        free(replica, of: id)
        unlock(replica, price: terms.price)
      case .revealed(let result), .won(let result), .lost(let result):
        if case .revealed = replica.status { unlock(replica, price: terms.price) }
        panel.replicas[index].status = .undecided(result)
        // A banned node's word is worth nothing where nothing else confirms it.
        guard end == .inconclusive, !isBanned(replica.nodeNumber) else { continue }
        emit(.judged(ReplicaName(task: id, round: replica.round, node: replica.node), .inconclusive))
        pay(
          replica, of: id, amount: terms.price / 2 - fee, fee: fee, verdict: .inconclusive, into: &settlement,
          panel: panel)
      case .declined, .timedOut, .withheld, .undecided: break
      }
    }
    settle(&settlement, place)
    emit(.ended(id, settlement))
    set(place, end == .timedOut ? .timedOut(panel, settlement) : .inconclusive(panel, settlement))
  }

  /// Pays a replica and appends its one leaf. Voters are paid from the escrow, which also bears the fee;
  /// everybody else from the AuditPool.
  private mutating func pay(
    _ replica: Replica, of id: TaskID, amount: Amount, fee: Amount, verdict: ReplicaVerdict,
    into settlement: inout Settlement, panel: Panel
  ) {
    guard let result = replica.status.result else { return }
    let to = nodes[replica.nodeNumber].operatorAddress
    let name = ReplicaName(task: id, round: replica.round, node: replica.node)
    nodes[replica.nodeNumber].earned += amount
    if replica.role.paysFromEscrow {
      accounts[to, default: Account()].free += amount
      pools.treasury += fee
      settlement.paid += amount
      settlement.fees += fee
    } else {
      payFromAuditPool(amount, to: to)
      settlement.fromAuditPool += amount
    }
    emit(
      .paid(
        Payment(
          replica: name, to: to, amount: amount, source: replica.role.paysFromEscrow ? .escrow : .auditPool)))
    let leaf = ReceiptLeaf(
      task: id, receiptHash: result.receiptHash, node: replica.node,
      verdict: verdict.rawValue | (panel.isLowDiversity ? ReceiptLeaf.lowDiversity : 0), amount: amount)
    leaves.append(leaf)
    emit(.leafAppended(epoch: epoch, leaf))
  }

  /// Releases the task's escrow; what nobody got goes back to who locked it.
  private mutating func settle(_ settlement: inout Settlement, _ place: TaskPlace) {
    let terms = bags[place.bag].terms
    settlement.refunded = terms.escrowPerTask - settlement.paid - settlement.fees - settlement.premium
    bags[place.bag].escrow -= terms.escrowPerTask
    accounts[terms.requester, default: Account()].free += settlement.refunded
  }
}
