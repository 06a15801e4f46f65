import Ledger
import Receipts
import Workload

/// What a replica's vote speaks of, outputs and receipt, from the vote until the reveal. Only the node reads it: whoever
/// saw it while commits are awaited could vote with it and work nothing.
struct SealedResult {
  private let directory: String
  private var receiptFile: String { "\(directory)/receipt.json" }

  /// `directory` is the replica's own.
  init(directory: String) {
    self.directory = directory
  }

  /// Keeps the outputs that lie in a run's directory. All of it is on the disk when this returns.
  func keep(_ run: CompletedRun, in outputs: String, _ receipt: SignedReceipt) throws {
    try RunDirectory.makeEmpty(directory)
    let content = try ContentStore(directory: directory)
    for path in ["stdout", "stderr"] + run.outputs.map(\.path) {
      _ = try content.put(file: "\(outputs)/\(path)")
    }
    try LocalFile.write(receipt.encoded(), to: receiptFile, mode: 0o600)
  }

  /// Puts it where requesters find it. Nothing to do where that was done before a restart.
  func publish(in shared: SharedDirectory) throws {
    guard LocalFile.exists(receiptFile) else { return }
    let receipt = try SignedReceipt(decoding: LocalFile.read(receiptFile))
    let content = try ContentStore(directory: directory)
    for leaf in try receipt.statement.map({ try Statement(decoding: $0).predicate.result }) ?? []
    where leaf.kind != .outcome {
      _ = try shared.content.put(file: content.path(of: ContentDigest(sha256: leaf.digest)))
    }
    try shared.receipts.put(receipt)
  }

  func remove() throws { try RunDirectory.remove(directory) }

  /// Removes what nobody will be shown: results of replicas whose tasks ended before their reveal.
  static func sweep(_ parent: String, endedIn ledger: any ContributionLedger) async throws {
    try LocalFile.makeDirectory(parent, mode: 0o700)
    for name in try LocalFile.names(in: parent) {
      let word = name.split(separator: "-").first.flatMap { Bytes32(hex: $0) }
      if let word, let task = try await ledger.task(TaskID(word: word)), !task.state.isTerminal { continue }
      try RunDirectory.remove("\(parent)/\(name)")
    }
  }
}
