package import Receipts
internal import Workload

extension Audit {
  /// Audits a ledger as `run` does, and where all is right proves the receipts of a task.
  ///
  /// - Parameter node: whose receipt; without it, those of all replicas that were paid.
  /// - Throws: as `run`; `TaskReferenceError`; `ReceiptProvingError` where there is no proof, or none yet.
  package static func proofs(
    of reference: TaskReference, node: Address?, in path: String, temporaryDirectory: String = "/tmp",
    progress: (Progress) -> Void = { _ in }
  ) throws -> (report: AuditReport, proofs: [ReceiptProof]) {
    var proofs: [ReceiptProof] = []
    let report = try run(path, temporaryDirectory: temporaryDirectory, progress: progress) { copy in
      let walk = try ChainWalk(path: copy)
      let task = try reference.resolve(among: walk.bags())
      var recorder = LeafRecorder(task: task)
      let end = try walk.follow(&recorder)
      proofs = try ReceiptProving(task: task, recorder: recorder, end: end).proofs(of: node)
    }
    return (report, proofs)
  }
}

/// Makes proofs of what was recorded.
struct ReceiptProving {
  let task: TaskID
  let recorder: LeafRecorder
  /// Of the ledger.
  let end: ContributionState

  func proofs(of node: Address?) throws -> [ReceiptProof] {
    guard let state = end.task(task)?.state else {
      throw TaskReferenceError.unknown(task.description, bags: end.bags.map(\.terms.id))
    }
    if let node { try requirePaid(node, state) }
    guard let epoch = recorder.epoch else { throw whyNone(state) }
    guard let tree = StandardMerkleTree(leafHashes: epoch.leaves.map(\.hash)),
      tree.root == epoch.record.receiptsRoot
    else {
      throw LedgerFault(
        block: epoch.blockNumber, what: "receiptsRoot of epoch \(epoch.record.endedEpoch)",
        expected: "the root of its leaves", found: "\(epoch.record.receiptsRoot)")
    }
    let anchor = ReceiptProof.Anchor(
      epoch: epoch.record.endedEpoch, receiptsRoot: tree.root, receiptCount: epoch.record.receiptCount,
      blockNumber: epoch.blockNumber, blockHeight: epoch.blockHeight, blockHash: epoch.blockHash,
      genesis: try end.genesis.digest)
    return epoch.leaves.enumerated().compactMap { index, leaf in
      guard leaf.task == task, node == nil || leaf.node == node,
        let reveal = recorder.reveals.first(where: { $0.receipt.digest(in: end.domain) == leaf.receiptHash })
      else { return nil }
      return ReceiptProof(
        domain: end.domain, receipt: reveal.receipt, signature: reveal.signature,
        value: leaf.value,
        proof: tree.proof(ofLeaf: index), anchor: anchor)
    }
  }

  /// Only paid replicas have a leaf.
  private func requirePaid(_ node: Address, _ state: TaskState) throws(ReceiptProvingError) {
    let replicas = state.panel?.replicas ?? []
    let own = replicas.filter { $0.node == node }
    guard let last = own.last else { throw .notDrawn(node, drawn: replicas.map(\.node)) }
    guard state.isTerminal else { return }
    let isPaid = own.contains { replica in
      switch replica.status {
      case .won, .undecided: true
      default: false
      }
    }
    guard isPaid else { throw .notPaid(node, status: last.status.name) }
  }

  private func whyNone(_ state: TaskState) -> ReceiptProvingError {
    if end.leaves.contains(where: { $0.task == task }) {
      return .epochOpen(
        end.epoch, endsAt: (end.epoch + 1) * end.genesis.parameters.epochBlocks, now: end.height)
    }
    if state.isTerminal { return .nobodyPaid(state.name) }
    return .open(state.name, finalFrom: state.verdict?.finalFrom, now: end.height)
  }
}

/// Why there is no proof.
package enum ReceiptProvingError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The task has no end yet.
  case open(String, finalFrom: Height?, now: Height)
  /// The leaf is there, and its epoch is not over.
  case epochOpen(EpochNumber, endsAt: Height, now: Height)
  case nobodyPaid(String)
  case notDrawn(Address, drawn: [Address])
  case notPaid(Address, status: String)

  package var description: String {
    switch self {
    case .open(let state, let finalFrom, let now):
      "the task is \(state) at height \(now), where this ledger ends: its receipts get their leaves when it is paid"
        + (finalFrom.map { ", from height \($0) on" } ?? "")
    case .epochOpen(let epoch, let endsAt, let now):
      "the receipts have their leaves in epoch \(epoch), which gets its root with the first block from height \(endsAt) "
        + "on; this ledger ends at height \(now): ask again then"
    case .nobodyPaid(let state): "the task is \(state) and nobody was paid for it: it has no receipt leaves"
    case .notDrawn(let node, let drawn):
      "\(node) was never drawn for the task"
        + (drawn.isEmpty ? "" : "; drawn were \(drawn.map(\.description).joined(separator: ", "))")
    case .notPaid(let node, let status):
      "\(node) is \(status) and was not paid: only paid replicas have a receipt leaf"
    }
  }
}
