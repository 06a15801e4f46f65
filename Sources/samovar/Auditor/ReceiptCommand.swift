import ArgumentParser
import Receipts
import Workload

/// `samovar receipt`: looks at signed receipts, checks them, and proves where they stand.
struct ReceiptCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "receipt",
    abstract: "Show, verify and prove signed receipts.",
    subcommands: [Show.self, Verify.self, Prove.self, VerifyProof.self])

  /// A receipt's statement holds a task's inputs and outputs by digest: far below this.
  static let most = ByteCount.mebibytes(16)

  static func read(_ file: String) throws -> SignedReceipt {
    try SignedReceipt(decoding: LocalFile.readArgument(file, limit: most))
  }

  struct Show: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Show what a receipt says.")

    @Argument(help: "The receipt, as JSON; - for standard input.")
    var file: String
    @Flag(help: "The receipt, its hash, its signer and its statement in JSON.")
    var json = false
    @Flag(help: "What was signed, in the JSON form of eth_signTypedData_v4, for any Ethereum tool.")
    var typedData = false

    func run() throws {
      let signed = try ReceiptCommand.read(file)
      if typedData {
        print(String(decoding: try signed.receipt.typedData(in: signed.domain), as: UTF8.self))
        return
      }
      let statement = try signed.statement.map { bytes in try Statement(decoding: bytes) }
      if json {
        try JSONOutput.print(
          ReceiptDocument(
            domain: signed.domain, receipt: signed.receipt, signature: signed.signature,
            receiptHash: signed.hash,
            signer: signed.signer, statement: statement))
      } else {
        print(ReceiptText.describe(signed, statement: statement))
      }
    }
  }

  struct Verify: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Check a receipt's signature, statement and result.",
      discussion: "Ends with 1 and all reasons where it doesn't hold.")

    @Argument(help: "The receipt, as JSON; - for standard input.")
    var file: String
    @Option(help: "The chain for which it must have been signed.")
    var chainID: UInt64?
    @Option(help: "The contract (or the embedded ledger's address) for which it must have been signed.")
    var contract: Address?
    @Option(help: "The node that must have signed it.")
    var node: Address?
    @Flag(help: "Say it in JSON.") var json = false

    func run() throws {
      let signed = try ReceiptCommand.read(file)
      let expected = EIP712Domain.proofOfContribution(
        chainID: chainID ?? signed.domain.chainID,
        verifyingContract: contract ?? signed.domain.verifyingContract)
      var reasons = signed.flaws(in: expected).map(\.description)
      if let node, node != signed.receipt.node {
        reasons.append("it is the receipt of \(signed.receipt.node), not of \(node)")
      }
      if json {
        try JSONOutput.print(
          Verdict(
            verified: reasons.isEmpty, reasons: reasons, node: signed.receipt.node, receiptHash: signed.hash,
            resultRoot: signed.receipt.resultRoot, statement: signed.statement != nil))
      } else if reasons.isEmpty {
        print("Verified: signed by \(signed.receipt.node)")
        print("Receipt hash \(signed.hash)")
        print(
          signed.statement == nil
            ? "No statement is attached: only the signature was checked."
            : "Statement and result agree with what was signed.")
      } else {
        print("NOT verified:")
        for reason in reasons { print("- \(reason)") }
      }
      if !reasons.isEmpty { throw ExitCode(1) }
    }
  }
}

private struct ReceiptDocument: Encodable {
  var domain: EIP712Domain
  var receipt: ExecutionReceipt
  var signature: Signature
  var receiptHash: Bytes32
  var signer: Address?
  var statement: Statement?
}

private struct Verdict: Encodable {
  var verified: Bool
  var reasons: [String]
  var node: Address
  var receiptHash: Bytes32
  var resultRoot: Bytes32
  /// Whether one is attached and was checked.
  var statement: Bool
}

extension Address: ExpressibleByArgument {
  package init?(argument: String) { self.init(argument) }
}
