internal import Receipts

/// Penalties. What is taken goes to the AuditPool and the fire, never to co-voters or the requester: framing
/// a minority must not pay.
extension ContributionState {
  /// Takes up to `amount` from a slot's bond: half to the AuditPool, half burnt, an odd millionth to the
  /// Treasury. Returns what was there to be taken.
  @discardableResult
  mutating func slash(_ number: Int, slot: UInt16, amount: Amount, reason: Slash.Reason) -> Amount {
    let taken = min(amount, nodes[number].slots[Int(slot)].bond)
    guard taken > 0 else { return 0 }
    let half = taken / 2
    nodes[number].slots[Int(slot)].bond -= taken
    nodes[number].slashed += taken
    pools.burned += half
    pools.treasury += taken - 2 * half
    emit(
      .slashed(
        Slash(
          node: nodes[number].address, slot: slot, reason: reason, amount: taken, toAuditPool: half,
          burned: half,
          toTreasury: taken - 2 * half)))
    addToAuditPool(half)
    return taken
  }

  /// A lone loser, or a withheld reveal: k halves, a strike, and p from the bond.
  @discardableResult
  mutating func punishLoneLoser(_ replica: Replica, price: Amount, reason: Slash.Reason) -> Amount {
    let number = replica.nodeNumber
    let taken = slash(number, slot: replica.slot, amount: price, reason: reason)
    nodes[number].credibility /= 2
    nodes[number].strikes += 1
    emit(
      .struck(
        node: replica.node, strikes: nodes[number].strikes, credibility: nodes[number].credibility))
    guard nodes[number].strikes >= parameters.strikesToJail, nodes[number].standing.mayBeDrawn else {
      return taken
    }
    let until = height + parameters.jailBlocks
    nodes[number].standing = .jailed(until: until)
    emit(.jailed(node: replica.node, until: until))
    return taken
  }

  /// Collusion or equivocation: k = 0, the slot's whole bond, banned for ever. All that it has won is looked at
  /// again, and for a hold more rounds are audited where it colluded.
  @discardableResult
  mutating func ban(_ replica: Replica, reason: Slash.Reason) -> Amount {
    let number = replica.nodeNumber
    let taken = slash(number, slot: replica.slot, amount: .max, reason: reason)
    nodes[number].credibility = 0
    if reason == .collusion { alertUntil = height + parameters.holdBlocks }
    if nodes[number].isBanned { return taken }
    nodes[number].standing = .banned(since: height)
    emit(.banned(node: replica.node))
    countBan(of: number)
    reconsider(number)
    return taken
  }

  private mutating func countBan(of number: Int) {
    let address = nodes[number].operatorAddress
    guard var record = operators[address] else { return }
    record.bannedNodes += 1
    let share = UInt64(record.bannedNodes) * 10_000
    if !record.isBanned, record.bannedNodes >= 2,
      share > UInt64(record.nodes) * parameters.operatorBanBasisPoints
    {
      record.bannedAt = height
      emit(.operatorBanned(address))
    }
    operators[address] = record
    guard record.bannedAt == height else { return }
    for other in nodes.indices where nodes[other].operatorAddress == address { reconsider(other) }
  }

  /// A winner's k grows by one, at most to KCAP, and at most so much a day by one requester's work.
  mutating func reward(_ replica: Replica, requester: Address) {
    let number = replica.nodeNumber
    let day = height / parameters.dayBlocks
    if nodes[number].gainDay != day {
      nodes[number].gainDay = day
      nodes[number].gains = [:]
    }
    guard nodes[number].gains[requester, default: 0] < parameters.dailyCredibilityGain,
      nodes[number].credibility < parameters.maximumCredibility
    else { return }
    if nodes[number].isBanned { return }
    nodes[number].gains[requester, default: 0] += 1
    nodes[number].credibility += 1
    emit(.credibilityGained(node: replica.node, credibility: nodes[number].credibility))
    guard case .probation(let winsLeft) = nodes[number].standing else { return }
    nodes[number].standing = winsLeft <= 1 ? .active : .probation(winsLeft: winsLeft - 1)
    if winsLeft <= 1 {
      emit(.standingChanged(node: replica.node, standing: nodes[number].standing.name))
    }
  }
}
