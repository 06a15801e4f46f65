package import Workload

/// One reason why a signed receipt doesn't hold.
package enum ReceiptFlaw: Error, Hashable, Sendable, CustomStringConvertible {
  case otherDomain(found: EIP712Domain, expected: EIP712Domain)
  /// No key at all gives this signature.
  case noSigner
  case otherSigner(found: Address, node: Address)
  case finishedBeforeStart(startedAt: UInt64, finishedAt: UInt64)
  case otherStatement(found: Bytes32, stated: Bytes32)
  case statement(StatementError)
  case otherResult(found: Bytes32?, stated: Bytes32)
  /// Statement and receipt were both signed, and contradict each other.
  case contradiction(field: String, receipt: String, statement: String)
  /// The statement's subjects are not the outputs of its own result.
  case otherSubject(name: String, digest: Bytes32)

  package var description: String {
    switch self {
    case .otherDomain(let found, let expected):
      """
      it was signed for \(found.name) \(found.version) on chain \(found.chainID), contract \
      \(found.verifyingContract), not for \(expected.name) \(expected.version) on chain \(expected.chainID), \
      contract \(expected.verifyingContract)
      """
    case .noSigner: "no key gives this signature"
    case .otherSigner(let found, let node):
      "the signature is of \(found), not of the node \(node): the receipt was altered, or another signed it"
    case .finishedBeforeStart(let startedAt, let finishedAt):
      "the run ends at \(finishedAt), before its start at \(startedAt)"
    case .otherStatement(let found, let stated):
      "the statement hashes to \(found), and the receipt says \(stated): it is altered or another's"
    case .statement(let error): error.description
    case .otherResult(let found, let stated):
      "the statement's result has \(found.map { "the root \($0)" } ?? "no root"), and the receipt says \(stated)"
    case .contradiction(let field, let receipt, let statement):
      "\(field) is \(receipt) in the receipt and \(statement) in the statement"
    case .otherSubject(let name, let digest):
      "the result has \(name) with the SHA-256 \(digest.hex), and the statement's subjects don't"
    }
  }
}

extension SignedReceipt {
  /// Whose key signed it; nothing where no key did.
  package var signer: Address? { signature.signer(of: hash) }

  /// All reasons why it doesn't hold; none where it does. Without `domain` the receipt's own domain counts,
  /// and the caller must look at that.
  package func flaws(in domain: EIP712Domain? = nil) -> [ReceiptFlaw] {
    var flaws: [ReceiptFlaw] = []
    if let domain, domain != self.domain { flaws.append(.otherDomain(found: self.domain, expected: domain)) }
    if let signer {
      if signer != receipt.node { flaws.append(.otherSigner(found: signer, node: receipt.node)) }
    } else {
      flaws.append(.noSigner)
    }
    if receipt.finishedAt < receipt.startedAt {
      flaws.append(.finishedBeforeStart(startedAt: receipt.startedAt, finishedAt: receipt.finishedAt))
    }
    if let statement { flaws += self.flaws(of: statement) }
    return flaws
  }

  private func flaws(of bytes: [UInt8]) -> [ReceiptFlaw] {
    var flaws: [ReceiptFlaw] = []
    let hash = Statement.hash(ofEncoded: bytes)
    if hash != receipt.statementHash {
      flaws.append(.otherStatement(found: hash, stated: receipt.statementHash))
    }
    do {
      let statement = try Statement(decoding: bytes)
      let root = ResultTree(leaves: statement.predicate.result)?.root
      if root != receipt.resultRoot { flaws.append(.otherResult(found: root, stated: receipt.resultRoot)) }
      flaws += contradictions(with: statement.predicate)
      flaws += statement.subjectFlaws
    } catch {
      flaws.append(.statement(error))
    }
    return flaws
  }

  private func contradictions(with predicate: RunPredicate) -> [ReceiptFlaw] {
    var flaws: [ReceiptFlaw] = []
    func compare<Value: Equatable>(_ field: String, _ receipt: Value, _ statement: Value) {
      guard receipt != statement else { return }
      flaws.append(.contradiction(field: field, receipt: "\(receipt)", statement: "\(statement)"))
    }
    compare("taskId", receipt.taskID, predicate.taskID)
    compare("round", receipt.round, predicate.round)
    compare("node", receipt.node, predicate.node)
    compare("appDigest", receipt.appDigest, Attestation.appDigest(of: predicate.specification))
    compare("inputRoot", receipt.inputRoot, Attestation.inputRoot(of: predicate.specification))
    compare("exitCode", receipt.exitCode, predicate.exitCode)
    compare("startedAt", receipt.startedAt, predicate.startedAt.seconds)
    compare("finishedAt", receipt.finishedAt, predicate.finishedAt.seconds)
    compare("cpuMillis", receipt.cpuMillis, predicate.cpuMillis)
    compare("energyMilliWh", receipt.energyMilliWh, predicate.energy?.milliWh ?? 0)
    compare("heatMilliWh", receipt.heatMilliWh, predicate.heat?.milliWh ?? 0)
    return flaws
  }
}

extension RunPredicate {
  /// As far as a statement tells of it.
  fileprivate var specification: TaskSpec {
    TaskSpec(name: "", command: command, root: root, inputs: inputs, environment: environment, limits: limits)
  }
}

extension Statement {
  fileprivate var subjectFlaws: [ReceiptFlaw] {
    let subjects = Set(subject)
    return predicate.result.compactMap { leaf in
      let name: String
      switch leaf.kind {
      case .outcome: return nil
      case .standardOutput: name = "stdout"
      case .standardError: name = "stderr"
      case .file: name = "work/" + leaf.name
      }
      let expected = Subject(name: name, digest: ContentDigest(sha256: leaf.digest))
      return subjects.contains(expected) ? nil : .otherSubject(name: name, digest: leaf.digest)
    }
  }
}
