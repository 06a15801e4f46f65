internal import Receipts
internal import Workload

/// Opening the votes.
extension ContributionState {
  /// Anyone who has the preimage may reveal.
  mutating func apply(_ reveal: Reveal) throws(Rejection) {
    let receipt = reveal.receipt
    let id = TaskID(word: receipt.taskID)
    let place = try requirePlace(id)
    let state = bags[place.bag].tasks[place.task]
    guard let (sealed, reveals, stage) = state.openReveals else {
      throw .wrongPhase(now: state.name, needs: "REVEALING")
    }
    var panel = sealed
    guard height <= reveals.until else { throw .tooLate(since: reveals.until) }
    guard
      let index = panel.replicas.firstIndex(where: { $0.round == receipt.round && $0.node == receipt.node })
    else {
      throw .unknown(what: "replica of \(receipt.node) in round \(receipt.round) of task \(id)")
    }
    guard case .committed(let digest, _) = panel.replicas[index].status else {
      throw .wrongPhase(now: panel.replicas[index].status.name, needs: "COMMITTED")
    }
    let receiptHash = receipt.digest(in: domain)
    try check(reveal, receiptHash: receiptHash, against: digest, terms: bags[place.bag].terms)

    panel.replicas[index].status = .revealed(
      RevealedResult(
        resultRoot: receipt.resultRoot, receiptHash: receiptHash, energyMilliWh: receipt.energyMilliWh,
        heatMilliWh: receipt.heatMilliWh))
    set(place, stage.revealing(panel, reveals))
    emit(
      .revealed(
        ReplicaName(task: id, round: receipt.round, node: receipt.node), receipt, receiptHash: receiptHash))
  }

  private func check(
    _ reveal: Reveal, receiptHash: Bytes32, against digest: Bytes32, terms: BagTerms
  ) throws(Rejection) {
    let receipt = reveal.receipt
    let commit = Commit(to: receipt, receiptHash: receiptHash, salt: reveal.salt)
    guard commit.digest(in: domain) == digest else {
      throw .badEvidence(reason: "receipt and salt are not what was committed to")
    }
    guard receipt.price == terms.price else {
      throw .badEvidence(reason: "the receipt's price is \(receipt.price), the bag's \(terms.price)")
    }
    if terms.order.determinism == .hardwareClass,
      receipt.hwClass != node(receipt.node)?.registration.hardwareClass
    {
      throw .badEvidence(reason: "the receipt names another hardware class than the node registered")
    }
    try requireSignature(reveal.signature, of: receiptHash, by: receipt.node)
  }

  func requireSignature(_ signature: Signature, of digest: Bytes32, by node: Address) throws(Rejection) {
    switch signaturePolicy {
    case .assumeValid: return
    case .verify:
      guard signer(of: digest, by: signature) == node else {
        throw .badEvidence(reason: "the receipt is not signed by \(node)")
      }
    }
  }
}

extension TaskState {
  /// The panel of a task that takes reveals, and who reveals.
  var openReveals: (Panel, Reveals, CommitStage)? {
    switch self {
    case .revealing(let panel, let reveals): (panel, reveals, .voters)
    case .jury(let panel, .revealing(let reveals)): (panel, reveals, .jurors)
    case .reaudit(let panel, let verdict, .revealing(let reveals)): (panel, reveals, .reauditor(verdict))
    default: nil
    }
  }
}
