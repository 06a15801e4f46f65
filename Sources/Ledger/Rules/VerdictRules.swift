internal import Receipts
internal import Workload

/// Judging every replica by the root that won. After a re-audit those who were judged before are judged again, and only
/// who comes off otherwise than before notices it.
extension ContributionState {
  mutating func decide(_ place: TaskPlace, _ panel: Panel, root: Bytes32, byJury: Bool) {
    var panel = panel
    close(&panel)
    let terms = bags[place.bag].terms
    let id = terms.id.task(UInt32(place.task))
    let revealed = panel.replicas.filter { $0.status.result != nil }
    let credibility = credibilityPPM(of: root, among: revealed)
    let colluding = sharedRoots(among: revealed, without: root)
    var slashed: Amount = 0
    for index in panel.replicas.indices {
      let replica = panel.replicas[index]
      guard let result = replica.status.result else { continue }
      if !replica.status.isJudged { unlock(replica, price: terms.price) }
      let after: ReplicaStatus = result.resultRoot == root ? .won(result) : .lost(result)
      if after.isWon { remember(replica, of: place) }
      guard after != replica.status else { continue }
      panel.replicas[index].status = after
      let name = ReplicaName(task: id, round: replica.round, node: replica.node)
      emit(.judged(name, after.isWon ? .won : .lost))
      guard !after.isWon else { continue }
      nodes[replica.nodeNumber].convictedAt = height
      if colluding.contains(result.resultRoot) {
        slashed += ban(replica, reason: .collusion)
      } else {
        slashed += punishLoneLoser(replica, price: terms.price, reason: .loneLoser)
        reconsider(replica.nodeNumber)
      }
    }
    let verdict = Verdict(
      resultRoot: root, decidedAt: height, finalFrom: height + parameters.holdBlocks, byJury: byJury,
      credibilityPPM: credibility, isLowDiversity: panel.isLowDiversity,
      bounty: byJury && isDissentRight(panel) ? min(terms.price, slashed / 10) : 0)
    emit(.provisional(id, verdict))
    set(place, .provisional(panel, verdict))
  }

  /// Most voters were wrong, so the auditors who won were in dissent.
  private func isDissentRight(_ panel: Panel) -> Bool {
    let votes = panel.replicas.filter { $0.role == .vote && $0.status.isJudged }
    return 2 * votes.count(where: \.status.isWon) < votes.count
  }

  /// Losing roots that several operators share: collusion.
  private func sharedRoots(among revealed: [Replica], without root: Bytes32) -> [Bytes32] {
    revealed.distinctRoots.filter { other in
      other != root
        && Set(revealed.filter { $0.status.result?.resultRoot == other }.map(operatorAddress)).count > 1
    }
  }

  private func credibilityPPM(of root: Bytes32, among revealed: [Replica]) -> UInt32 {
    var winner: UInt128 = 1
    let groups = revealed.distinctRoots.map { other in
      let odds = Odds.group(weights(of: revealed.filter { $0.status.result?.resultRoot == other }))
      if other == root { winner = odds }
      return odds
    }
    return Odds.credibilityPPM(of: winner, among: groups)
  }

  /// The greatest weight of each operator among some replicas, by operator.
  func weights(of replicas: [Replica]) -> [UInt64] {
    var greatest: [(operatorAddress: Address, weight: UInt64)] = []
    for replica in replicas {
      let address = operatorAddress(of: replica)
      let weight = weight(of: replica.nodeNumber)
      if let index = greatest.firstIndex(where: { $0.operatorAddress == address }) {
        greatest[index].weight = max(greatest[index].weight, weight)
      } else {
        greatest.append((address, weight))
      }
    }
    return greatest.map(\.weight)
  }

  private func operatorAddress(of replica: Replica) -> Address { nodes[replica.nodeNumber].operatorAddress }
}

extension [Replica] {
  /// The revealed results, sorted: the order of reveals tells nothing.
  var distinctRoots: [Bytes32] {
    var roots: [Bytes32] = []
    for replica in self {
      guard let root = replica.status.result?.resultRoot, !roots.contains(root) else { continue }
      roots.append(root)
    }
    return roots.sorted()
  }
}
