internal import Receipts

/// One node, one replica, two receipts.
extension ContributionState {
  mutating func report(_ proof: Equivocation) throws(Rejection) {
    let (first, second) = (proof.first, proof.second)
    guard first.node == second.node, first.taskID == second.taskID, first.round == second.round else {
      throw .badEvidence(reason: "the receipts are of two different replicas")
    }
    let digests = (first.digest(in: domain), second.digest(in: domain))
    guard digests.0 != digests.1 else { throw .badEvidence(reason: "both receipts are the same") }
    let id = TaskID(word: first.taskID)
    let place = try requirePlace(id)
    guard
      let replica = bags[place.bag].tasks[place.task].panel?.replicas.first(where: {
        $0.node == first.node && $0.round == first.round
      })
    else { throw .unknown(what: "replica of \(first.node) in round \(first.round) of task \(id)") }
    if nodes[replica.nodeNumber].isBanned {
      throw .wrongPhase(now: "BANNED", needs: "not banned yet")
    }
    // Always checked, whatever the policy: a simulation has no other evidence.
    for (digest, signature) in [(digests.0, proof.firstSignature), (digests.1, proof.secondSignature)] {
      guard signature.signer(of: digest) == first.node else {
        throw .badEvidence(reason: "a receipt is not signed by \(first.node)")
      }
    }
    emit(.equivocated(ReplicaName(task: id, round: first.round, node: first.node)))
    ban(replica, reason: .equivocation)
  }
}
