package import Workload

/// What is wrong with a receipt proof.
package enum ReceiptProofFlaw: Hashable, Sendable, CustomStringConvertible {
  case receiptHash(stated: Bytes32, found: Bytes32)
  case signature(of: Address?, expected: Address)
  case leafTask(Bytes32, receipt: Bytes32)
  case leafReceiptHash(Bytes32, receipt: Bytes32)
  case leafNode(Address, receipt: Address)
  case leaf(stated: Bytes32, found: Bytes32)
  /// Where the leaf and its siblings lead.
  case root(stated: Bytes32, found: Bytes32)
  /// The root is another than the one that the checker knows.
  case otherRoot(Bytes32, known: Bytes32)

  package var description: String {
    switch self {
    case .receiptHash(let stated, let found): "receiptHash is \(stated), and the receipt's is \(found)"
    case .signature(let signer, let expected):
      "the signature is of \(signer.map(\.description) ?? "nobody"), not of the node \(expected)"
    case .leafTask(let task, let receipt): "the leaf is of task \(task), and the receipt of \(receipt)"
    case .leafReceiptHash(let hash, let receipt):
      "the leaf is of receipt \(hash), and the receipt's hash is \(receipt)"
    case .leafNode(let node, let receipt): "the leaf is of node \(node), and the receipt of \(receipt)"
    case .leaf(let stated, let found): "leaf is \(stated), and the value's hash is \(found)"
    case .root(let stated, let found): "receiptsRoot is \(stated), and the proof leads to \(found)"
    case .otherRoot(let root, let known):
      "receiptsRoot is \(root), and not \(known), the one given with --root"
    }
  }
}

extension ReceiptProof {
  /// All that is wrong with it; empty where it holds.
  ///
  /// - Parameter knownRoot: the epoch's receiptsRoot from somewhere that the checker trusts. Without it a proof is only
  ///   checked against the root that it states itself.
  package func flaws(knownRoot: Bytes32? = nil) -> [ReceiptProofFlaw] {
    var flaws: [ReceiptProofFlaw] = []
    let digest = receipt.digest(in: domain)
    if digest != receiptHash { flaws.append(.receiptHash(stated: receiptHash, found: digest)) }
    let signer = signature.signer(of: digest)
    if signer != receipt.node { flaws.append(.signature(of: signer, expected: receipt.node)) }
    if value.task != receipt.taskID { flaws.append(.leafTask(value.task, receipt: receipt.taskID)) }
    if value.receiptHash != digest { flaws.append(.leafReceiptHash(value.receiptHash, receipt: digest)) }
    if value.node != receipt.node { flaws.append(.leafNode(value.node, receipt: receipt.node)) }
    if value.hash != leaf { flaws.append(.leaf(stated: leaf, found: value.hash)) }
    let root = StandardMerkleTree.root(leafHash: leaf, proof: proof)
    if root != anchor.receiptsRoot { flaws.append(.root(stated: anchor.receiptsRoot, found: root)) }
    if let knownRoot, knownRoot != anchor.receiptsRoot {
      flaws.append(.otherRoot(anchor.receiptsRoot, known: knownRoot))
    }
    return flaws
  }
}
