package import Ledger
package import Receipts
package import Workload

/// What came of a bag: each task's state and verdict, and the outputs of the result that won.
package struct BagResults: Sendable {
  private let ledger: any ContributionLedger
  private let shared: SharedDirectory

  package init(ledger: any ContributionLedger, shared: SharedDirectory) {
    self.ledger = ledger
    self.shared = shared
  }

  /// One task of a bag.
  package struct TaskResult: Sendable, Hashable {
    package var name: String
    package var summary: TaskSummary
  }

  /// The bag as its requester wrote it, checked against the digest on the ledger.
  package func manifest(of bag: BagSummary) throws -> Bag {
    try Bag(manifest: shared.content.read(bag.order.manifest), digest: bag.order.manifest)
  }

  /// All tasks in the order of the bag.
  package func tasks(of bag: BagSummary) async throws -> [TaskResult] {
    let names = try manifest(of: bag).tasks.map(\.name)
    var results: [TaskResult] = []
    for (index, name) in names.enumerated() {
      guard let summary = try await ledger.task(bag.id.task(UInt32(index))) else { continue }
      results.append(TaskResult(name: name, summary: summary))
    }
    return results
  }

  /// The receipt of a node that gave the winning result, checked; nothing where there is no verdict yet.
  package func winningReceipt(of task: TaskSummary) throws -> SignedReceipt? {
    guard let verdict = task.state.verdict, let panel = task.state.panel else { return nil }
    for replica in panel.replicas {
      guard case .won(let result) = replica.status, result.resultRoot == verdict.resultRoot else { continue }
      guard let receipt = try shared.receipts.receipt(result.receiptHash) else { continue }
      let flaws = receipt.flaws(in: ledger.domain)
      guard flaws.isEmpty else { throw ResultFault.flawed(task: task.id, flaws) }
      return receipt
    }
    throw ResultFault.noReceipt(task: task.id)
  }

  /// Writes `stdout`, `stderr` and the kept files of a task's winning result into a directory, and says whether there
  /// was a verdict to fetch.
  package func fetch(_ task: TaskSummary, into directory: String) throws -> Bool {
    guard let receipt = try winningReceipt(of: task), let statement = receipt.statement else { return false }
    let result = try Statement(decoding: statement).predicate.result
    try LocalFile.makeDirectory(directory)
    try LocalFile.write(receipt.encoded(pretty: true), to: "\(directory)/receipt.json")
    for leaf in result {
      let name: String
      switch leaf.kind {
      case .outcome: continue
      case .standardOutput: name = "stdout"
      case .standardError: name = "stderr"
      case .file:
        // The name comes from a stranger's statement: it must not lead out of the directory.
        guard Self.staysBelow(leaf.name) else { throw ResultFault.unsafeName(task: task.id, name: leaf.name) }
        name = "work/\(leaf.name)"
      }
      let source = try shared.content.verified(ContentDigest(sha256: leaf.digest))
      let target = "\(directory)/\(name)"
      try LocalFile.makeDirectory(LocalFile.directory(of: target))
      let mode = leaf.kind == .file ? UInt32(truncatingIfNeeded: leaf.number) & 0o755 | 0o600 : 0o644
      _ = try LocalFile.copy(source, to: target, mode: mode)
    }
    return true
  }

  private static func staysBelow(_ path: String) -> Bool {
    !path.utf8.contains(0)
      && path.split(separator: "/", omittingEmptySubsequences: false).allSatisfy {
        !["", ".", ".."].contains($0)
      }
  }
}

/// Why a result can't be had although there is a verdict.
package enum ResultFault: Error, Sendable, CustomStringConvertible {
  case noReceipt(task: TaskID)
  case flawed(task: TaskID, [ReceiptFlaw])
  case unsafeName(task: TaskID, name: String)

  package var description: String {
    switch self {
    case .noReceipt(let task):
      "no receipt of the winning result of task \(task) is in the shared directory; its nodes put it there when they commit"
    case .unsafeName(let task, let name):
      "the result of task \(task) names the file '\(name)', which would lie outside of the directory to fetch into"
    case .flawed(let task, let flaws):
      "the receipt of task \(task) doesn't hold: \(flaws.map(\.description).joined(separator: "; "))"
    }
  }
}
