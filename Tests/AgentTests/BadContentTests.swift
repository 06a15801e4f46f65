import Ledger
import Receipts
import TestSupport
import Testing
import Workload

@testable import Agent

/// Content that is not there, or not what its digest says: an outcome that is voted on and paid, never a crash.
@Suite struct BadContentTests {
  enum Damage: CaseIterable, Sendable {
    case missing, altered
  }

  @Test(arguments: Damage.allCases)
  func anInputThatCanNotBeHadIsAnOutcome(damage: Damage) async throws {
    try await TestNetwork.with([TestSite()]) { network in
      try await network.startAll()
      let resolved = try network.bag(tasks: 1)
      let input = try #require(resolved.bag.tasks[0].inputs.first { $0.path == "/in/prices.csv" })
      let path = network.shared.content.path(of: input.digest)
      // Put in and damaged before the bag is on the ledger: no node can be quicker.
      try network.shared.content.put(file: TestNetwork.prices)
      try network.shared.content.put(file: BuiltProgram("efast").path)
      switch damage {
      case .missing: try LocalFile.remove(path)
      case .altered:
        try LocalFile.write(LocalFile.read(path) + [0], to: path)
        #expect(throws: ContentError.self) { try network.shared.content.verified(input.digest) }
      }
      let bag = try await network.requester.post(
        BagOrder(
          manifest: network.shared.content.put(resolved.bag.manifest), taskCount: 1,
          price: resolved.bag.price, trust: 1, replicaCap: 1, tau: 20, queueBlocks: 10_000)
      ).bag
      try await network.complete(bag)
      let results = BagResults(ledger: network.ledger, shared: network.shared)
      let summary = try #require(try await network.ledger.bag(bag))
      #expect(summary.tasks == ["FINAL": 1])
      let task = try #require(try await results.tasks(of: summary).first)
      let receipt = try #require(try results.winningReceipt(of: task.summary))
      let statement = try Statement(decoding: #require(receipt.statement))
      #expect(statement.predicate.outcome == "input not fetchable: \(input.digest)")
      #expect(statement.predicate.result.map(\.digest) == [input.digest.sha256])
      #expect(receipt.receipt.exitCode == 125)
      let place = try TemporaryDirectory()
      #expect(try results.fetch(task.summary, into: place.path + "/task"))
      #expect(try directoryNames(place.path + "/task") == ["receipt.json"])
      #expect(network.agents.allSatisfy { $0.ended == nil })
      #expect(try Audit.run(network.ledgerDirectory).isClean)
    }
  }

  /// The bag itself is not what the ledger names: the node gives its replicas back, and goes on with other work.
  @Test func aManifestThatIsNotThereIsDeclined() async throws {
    let site = TestSite()
    try await TestNetwork.with([site]) { network in
      try await network.startAll()
      let nowhere = try await network.requester.post(
        BagOrder(
          manifest: ContentDigest(of: "nowhere".utf8), taskCount: 1, price: MicroEuros(2_000), trust: 1,
          replicaCap: 1, tau: 20, queueBlocks: 10_000)
      ).bag
      try await network.until("the replica is declined") {
        try await network.events().contains { if case .declined = $0 { true } else { false } }
      }
      let bag = try await network.post(network.bag(tasks: 1))
      try await network.complete(bag)
      #expect(try await network.ledger.bag(bag)?.tasks == ["FINAL": 1])
      #expect(network.logged(site).contains("is not in the content store"))
      #expect(try await network.ledger.bag(nowhere)?.tasks["FINAL"] == nil)
      #expect(network.agents.allSatisfy { $0.ended == nil })
    }
  }
}
