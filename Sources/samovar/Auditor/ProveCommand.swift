import ArgumentParser
import Ledger
import Receipts
import Workload

extension ReceiptCommand {
  /// `samovar receipt prove`: a receipt with its place in an epoch's root.
  struct Prove: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Write receipts of a task with the Merkle proof that they stand in an epoch's root.",
      discussion: """
        Audits the ledger first. With --node one proof, else an array with those of all replicas that were paid. The \
        file holds what eth-account's encode_typed_data and OpenZeppelin's StandardMerkleTree.verify take.
        """)

    @Argument(
      help:
        "The task: its name, the first digits of it, or the first digits of its bag and its number in it.",
      transform: { try TaskReference($0) })
    var task: TaskReference
    @Option(
      help: ArgumentHelp(
        "The ledger's directory, or a copy of its ledger.sqlite. Without it: $\(LedgerOptions.variable).",
        valueName: "directory|file"))
    var ledger: String?
    @Option(help: ArgumentHelp("The node whose receipt is proven.", valueName: "address"))
    var node: Address?
    @Option(help: ArgumentHelp("Write it here and not to standard output.", valueName: "file"))
    var out: String?
    @Option(
      help: ArgumentHelp(
        "Where a copy and a second writing of the ledger find room.", valueName: "directory"))
    var temporary = "/tmp"

    func run() throws {
      let ledger = try Setting.of(self.ledger, option: "--ledger", variable: LedgerOptions.variable)
      let (report, proofs) = try Audit.proofs(
        of: task, node: node, in: ledger, temporaryDirectory: temporary)
      if let fault = report.fault {
        StandardStream.error.write("samovar: \(ledger) is wrong, so nothing is proven: \(fault)\n")
        throw ExitCode(1)
      }
      let bytes =
        if node != nil, let only = proofs.first { try only.encoded() } else { try JSONOutput.bytes(proofs) }
      guard let out else { return print(String(decoding: bytes, as: UTF8.self)) }
      try LocalFile.write(bytes + [UInt8(ascii: "\n")], to: out, mode: 0o644)
      for proof in proofs {
        print("\(proof.value.node) in epoch \(proof.anchor.epoch), receiptsRoot \(proof.anchor.receiptsRoot)")
      }
    }
  }

  /// `samovar receipt verify-proof`: checks such a file, without a ledger.
  struct VerifyProof: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "verify-proof",
      abstract: "Check what `samovar receipt prove` wrote: signature, leaf and Merkle proof.",
      discussion: "Ends with 1 and all reasons where it doesn't hold. Needs no ledger and no network.")

    /// Far above what a bag's replicas make.
    private static let most = ByteCount.mebibytes(16)

    @Argument(help: "The proof, as JSON; - for standard input.")
    var file: String
    @Option(
      help: ArgumentHelp(
        "The epoch's receiptsRoot, from where you trust it. Without it the file's own root is believed.",
        valueName: "root"))
    var root: Bytes32?
    @Flag(help: "Say it in JSON.") var json = false

    func run() throws {
      let proofs = try ReceiptProof.list(decoding: LocalFile.readArgument(file, limit: Self.most))
      let checked = proofs.map { proof in
        Checked(
          node: proof.receipt.node, task: proof.receipt.taskID, epoch: proof.anchor.epoch,
          receiptsRoot: proof.anchor.receiptsRoot, reasons: proof.flaws(knownRoot: root).map(\.description))
      }
      if json { try JSONOutput.print(checked) } else { checked.forEach(show) }
      if !checked.allSatisfy(\.reasons.isEmpty) { throw ExitCode(1) }
    }

    private struct Checked: Encodable {
      var node: Address
      var task: Bytes32
      var epoch: UInt64
      var receiptsRoot: Bytes32
      /// Empty where it holds.
      var reasons: [String]
    }

    private func show(_ checked: Checked) {
      if checked.reasons.isEmpty {
        print("Verified: \(checked.node) signed its receipt of task \(checked.task),")
        print("and it stands below receiptsRoot \(checked.receiptsRoot) of epoch \(checked.epoch).")
        if root == nil {
          print("The root is the file's own: compare it with one that you trust, or give it with --root.")
        }
      } else {
        print("NOT verified, \(checked.node):")
        for reason in checked.reasons { print("- \(reason)") }
      }
    }
  }
}

extension Bytes32: ExpressibleByArgument {
  package init?(argument: String) { self.init(hex: argument) }
}
