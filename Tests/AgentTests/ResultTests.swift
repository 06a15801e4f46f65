import Receipts
import TestSupport
import Testing
import Workload

@testable import Agent
@testable import Ledger

/// What a requester fetches was written by strangers.
@Suite struct ResultTests {
  private let place: TemporaryDirectory
  private let shared: SharedDirectory
  private let ledger: EmbeddedLedger
  private let node = PrivateKey.generate()

  init() throws {
    place = try TemporaryDirectory()
    let key = PrivateKey.generate()
    let directory = LedgerDirectory(place.path + "/ledger")
    try directory.create(genesis: Genesis(chainID: 1337, ledgerKey: key.address), key: key)
    ledger = try EmbeddedLedger(directory, key: key, now: { Instant(0) })
    shared = try SharedDirectory(path: directory.path)
  }

  /// A node's signed receipt of a run that made a file of this name.
  private func receipt(fileNamed name: String) throws -> SignedReceipt {
    let content = try shared.content.put(Array("content".utf8))
    let nothing = CapturedStream(digest: try shared.content.put([]), size: .zero, isTruncated: false)
    let run = CompletedRun(
      outcome: .exited(code: 0), usage: Usage(wallMilliseconds: 1, cpuMilliseconds: 1),
      standardOutput: nothing, standardError: nothing,
      outputs: [OutputFile(path: name, mode: 0o644, size: ByteCount(7), digest: content)], exemptions: [],
      profileDigest: ContentDigest(of: []), startedAt: .zero, finishedAt: .zero)
    let attestation = Attestation(
      taskID: Keccak256.hash("task"), round: 0,
      specification: TaskSpec(name: "task", command: ["/bin/task"]), price: MicroEuros(1),
      agentVersion: "test")
    return try attestation.receipt(for: run, signedBy: node, in: ledger.domain)
  }

  /// A task whose verdict is that this receipt's result is right.
  private func won(_ receipt: SignedReceipt) -> TaskSummary {
    let root = receipt.receipt.resultRoot
    let result = RevealedResult(resultRoot: root, receiptHash: receipt.hash, energyMilliWh: 0, heatMilliWh: 0)
    let replica = Replica(
      round: 0, node: node.address, nodeNumber: 0, slot: 0, role: .vote, status: .won(result))
    let panel = Panel(
      round: 0, replacementRounds: 0, assignedAt: 1, settledAt: 1, wanted: 1, isLowDiversity: false,
      drawing: Drawing(seed: .zero, listEpoch: 1, steps: 1), replicas: [replica])
    let verdict = Verdict(
      resultRoot: root, decidedAt: 1, finalFrom: 2, byJury: false, credibilityPPM: 1, isLowDiversity: false,
      bounty: 0)
    return TaskSummary(id: TaskID(word: receipt.receipt.taskID), state: .provisional(panel, verdict))
  }

  private var results: BagResults { BagResults(ledger: ledger, shared: shared) }

  @Test func aResultIsFetched() throws {
    let receipt = try receipt(fileNamed: "a/b.txt")
    try shared.receipts.put(receipt)
    #expect(try results.fetch(won(receipt), into: place.path + "/out"))
    #expect(try LocalFile.readText(place.path + "/out/work/a/b.txt") == "content")
  }

  @Test(arguments: [
    "../evil", "../../evil", "a/../../../evil", "/evil", "", ".", "a//b", "a/.", "evil\0.txt",
  ])
  func aNameThatLeavesTheDirectoryIsRefused(name: String) throws {
    let receipt = try receipt(fileNamed: name)
    try shared.receipts.put(receipt)
    #expect(throws: ResultFault.self) { try results.fetch(won(receipt), into: place.path + "/out/task") }
    #expect(!LocalFile.exists("/evil"))
    #expect(!LocalFile.exists(place.path + "/evil"))
    #expect(!LocalFile.exists(place.path + "/out/evil"))
    #expect(!LocalFile.exists(place.path + "/out/task/evil"))
  }

  @Test func aVerdictWithoutItsReceiptSaysSo() throws {
    let task = won(try receipt(fileNamed: "a"))
    let fault = #expect(throws: ResultFault.self) { try results.fetch(task, into: place.path + "/out") }
    #expect(fault?.description.contains("no receipt of the winning result") == true)
  }

  @Test func theStoreGivesWhatItWasGiven() throws {
    let receipt = try receipt(fileNamed: "a")
    #expect(try shared.receipts.receipt(receipt.hash) == nil)
    try shared.receipts.put(receipt)
    #expect(try shared.receipts.receipt(receipt.hash) == receipt)
  }

  @Test func aReceiptUnderAnothersNameIsRefused() throws {
    let receipt = try receipt(fileNamed: "a")
    let other = Keccak256.hash("another")
    try LocalFile.write(receipt.encoded(), to: shared.receipts.path(of: other))
    #expect(
      throws: ReceiptStoreError.otherReceipt(path: shared.receipts.path(of: other), found: receipt.hash)
    ) {
      try shared.receipts.receipt(other)
    }
  }

  @Test func aReceiptWhoseStatementWasChangedIsNotUsed() throws {
    var receipt = try receipt(fileNamed: "a")
    receipt.statement?.append(UInt8(ascii: " "))
    try LocalFile.write(receipt.encoded(), to: shared.receipts.path(of: receipt.hash))
    let fault = #expect(throws: ResultFault.self) {
      try results.fetch(won(receipt), into: place.path + "/out")
    }
    #expect(fault?.description.contains("doesn't hold") == true)
  }
}
