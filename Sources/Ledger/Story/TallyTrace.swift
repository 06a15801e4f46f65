package import Receipts
package import Workload

/// What a tally saw: the results, who stands behind each, and the numbers that the decision is made of.
package struct TallyTrace: Hashable, Sendable, Codable {
  package struct Vote: Hashable, Sendable, Codable {
    package var node: Address
    package var operatorAddress: Address
    package var role: ReplicaRole
    /// k at the tally.
    package var credibility: UInt32
    /// w = 5k − 1, or 1 for a node that has not proven itself.
    package var weight: UInt64
  }

  package struct Group: Hashable, Sendable, Codable {
    package var resultRoot: Bytes32
    package var votes: [Vote]
    /// The greatest weight of each distinct operator.
    package var weights: [UInt64]
    /// G: their product.
    package var odds: UInt128
    /// Votes of jurors for it.
    package var jurors: Int
  }

  package var groups: [Group]
  /// Nodes that are banned since they voted: their word counts for nothing.
  package var unheard: [Address]
  /// r(T).
  package var required: Int
  /// T, as it was applied: at most 1 where diversity is low.
  package var trust: UInt32
  /// Whether fresh jurors decide, whatever the weights.
  package var isByJury: Bool
  /// d: by how many jurors a result must lead every other.
  package var lead: Int
}

/// Derives tallies again.
extension ContributionState {
  /// Of the state before a `tally`.
  func tallyTrace(of task: TaskID) -> TallyTrace? {
    guard let place = place(of: task), let panel = bags[place.bag].tasks[place.task].panel else { return nil }
    let order = bags[place.bag].terms.order
    let revealed = heard(panel)
    let groups = revealed.distinctRoots.map { root in
      let members = revealed.filter { $0.status.result?.resultRoot == root }
      let weights = weights(of: members)
      return TallyTrace.Group(
        resultRoot: root, votes: members.map(vote), weights: weights, odds: Odds.group(weights),
        jurors: members.count { $0.role == .jury })
    }
    return TallyTrace(
      groups: groups,
      unheard: panel.replicas.filter { $0.status.result != nil && isBanned($0.nodeNumber) }.map(\.node),
      required: parameters.requiredOperators(trust: order.trust),
      trust: panel.appliedTrust(order.trust),
      isByJury: bags[place.bag].tasks[place.task].name == "JURY",
      lead: parameters.juryLead(trust: order.trust))
  }

  private func vote(_ replica: Replica) -> TallyTrace.Vote {
    TallyTrace.Vote(
      node: replica.node, operatorAddress: nodes[replica.nodeNumber].operatorAddress, role: replica.role,
      credibility: nodes[replica.nodeNumber].credibility, weight: weight(of: replica.nodeNumber))
  }
}
