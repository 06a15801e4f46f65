import Receipts
import Testing
import Workload

@testable import Ledger

/// Receipts out of a ledger's file, with their place in an epoch's root.
@Suite struct ReceiptProvingTests {
  @Test func paidReceiptsAreProvenOnceTheirEpochIsOver() async throws {
    let network = try EmbeddedNetwork()
    let ledger = try network.open()
    let bag = try await network.runBag(tasks: 3, through: [ledger])
    let reference = try TaskReference("\(bag.word.hex.prefix(8))/1")
    // The task ended in this epoch, or another of the bag moved the ledger on; so tick until the root is there.
    var proofs: [ReceiptProof] = []
    for _ in 0..<10 where proofs.isEmpty {
      do {
        proofs = try Audit.proofs(of: reference, node: nil, in: network.directory.path).proofs
      } catch let error as ReceiptProvingError {
        guard case .epochOpen(_, let endsAt, let now) = error else { throw error }
        #expect(endsAt > now && endsAt.isMultiple(of: 5))
        try await network.tick(ledger)
      }
    }
    #expect(proofs.count == 2)
    for proof in proofs {
      #expect(proof.flaws(knownRoot: proof.anchor.receiptsRoot) == [])
      #expect(proof.receipt.taskID == bag.task(1).word)
      #expect(proof.anchor.genesis == (try network.genesis.digest))
      #expect(proof.value.amount == 980_000)
      let one = try Audit.proofs(of: reference, node: proof.receipt.node, in: network.directory.path).proofs
      #expect(one == [proof])
    }
    let drawn = Set(proofs.map(\.receipt.node))
    let idle = try #require(network.nodes.map(\.address).first { !drawn.contains($0) })
    #expect(throws: ReceiptProvingError.self) {
      try Audit.proofs(of: reference, node: idle, in: network.directory.path)
    }
    let story = try #require(try Audit.story(of: reference, in: network.directory.path).story)
    #expect(story.money.addsUp == true)
    #expect(story.record.entries.allSatisfy { $0.block != nil })
    #expect(Set(story.record.reveals.map(\.receipt.node)) == drawn)
    try await ledger.close()
  }

  @Test func aTaskWithoutAnEndHasNoProofYet() async throws {
    let network = try EmbeddedNetwork()
    let ledger = try network.open()
    try await network.tick(ledger)
    let posted = try await network.send(.postBag(order()), by: network.requester, to: ledger)
    guard case .bagPosted(let bag, _, _, _) = posted.events.first else { throw Unexpected() }
    let reference = try TaskReference(bag.description)
    #expect(throws: ReceiptProvingError.open("QUEUED", finalFrom: nil, now: 1)) {
      try Audit.proofs(of: reference, node: nil, in: network.directory.path)
    }
    try await network.send(.cancelBag(bag), by: network.requester, to: ledger)
    #expect(throws: ReceiptProvingError.nobodyPaid("CANCELLED")) {
      try Audit.proofs(of: reference, node: nil, in: network.directory.path)
    }
    try await ledger.close()
  }
}
