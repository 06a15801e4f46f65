import Foundation
import Receipts
import Testing
import Workload

@Suite struct ReceiptProofTests {
  @Test func aProofIsReadAsItWasWritten() throws {
    for count in [1, 2, 7] {
      let proofs = try Fixture.proofs(count)
      for proof in proofs {
        #expect(try ReceiptProof(decoding: proof.encoded()) == proof)
        #expect(proof.flaws() == [])
        #expect(proof.flaws(knownRoot: proof.anchor.receiptsRoot) == [])
      }
      let array = [UInt8](try JSONEncoder().encode(proofs))
      #expect(try ReceiptProof.list(decoding: array) == proofs)
      #expect(try ReceiptProof.list(decoding: proofs[0].encoded()) == [proofs[0]])
    }
  }

  @Test func eachFlawIsNamed() throws {
    let good = try Fixture.proofs(5)[2]
    let other = try Fixture.proofs(5)[3]
    func flaws(_ change: (inout ReceiptProof) -> Void) -> [ReceiptProofFlaw] {
      var proof = good
      change(&proof)
      return proof.flaws()
    }
    let stated = good.anchor.receiptsRoot
    #expect(
      flaws { $0.receiptHash = .zero } == [
        .receiptHash(stated: .zero, found: good.receipt.digest(in: good.domain))
      ])
    #expect(flaws { $0.signature = other.signature }.count == 1)
    // Another receipt of the same node: neither the signature nor the leaf is of it.
    let altered = flaws { $0.receipt.energyMilliWh += 1 }
    #expect(altered.count == 3)
    #expect(
      flaws { $0.value.amount += 1 }.contains { if case .leaf(good.leaf, _) = $0 { true } else { false } })
    #expect(
      flaws { $0.value.task = .zero }.contains(.leafTask(.zero, receipt: good.receipt.taskID)))
    #expect(flaws { $0.value.node = .zero }.contains(.leafNode(.zero, receipt: good.receipt.node)))
    #expect(
      flaws { $0.value.receiptHash = .zero }.contains(.leafReceiptHash(.zero, receipt: good.receiptHash)))
    for index in good.proof.indices {
      let wrong = flaws { $0.proof[index] = .zero }
      guard case .root(stated, _) = wrong.first, wrong.count == 1 else {
        Issue.record("\(wrong)")
        continue
      }
    }
    #expect(flaws { $0.proof = other.proof }.count == 1)
    #expect(good.flaws(knownRoot: .zero) == [.otherRoot(stated, known: .zero)])
  }

  @Test func whatIsNoProofIsRefusedWithItsPlace() throws {
    let text = String(decoding: try Fixture.proofs(2)[0].encoded(), as: UTF8.self)
    for (part, instead, said) in [
      ("samovar-receipt-proof-1", "samovar-receipt-proof-2", "'format'"),
      ("\"uint8\"", "\"uint16\"", "'leafEncoding'"), ("\"heatMilliWh\"", "\"heatMilli\"", "typedData"),
      ("\"ExecutionReceipt\"", "\"Receipt\"", "typedData"), ("\"950\"", "\"-950\"", "value"),
      ("\"signature\"", "\"signed\"", "signature"),
    ] {
      #expect(text.contains(part), "\(part)")
      let error = #expect(throws: ReceiptProofError.self) {
        try ReceiptProof(decoding: Array(text.replacingOccurrences(of: part, with: instead).utf8))
      }
      #expect(error.map { "\($0)" }?.contains(said) == true, "\(String(describing: error))")
    }
    for text in ["", "{}", "[]", "[1]", "null"] {
      #expect(throws: ReceiptProofError.self) { try ReceiptProof.list(decoding: Array(text.utf8)) }
    }
  }
}

extension Fixture {
  /// Proofs of all leaves of an epoch with so many.
  static func proofs(_ count: Int) throws -> [ReceiptProof] {
    let key = try key()
    let signed = try (0..<count).map { index in
      var receipt = try Fixture.receipt().receipt
      receipt.taskID = Keccak256.hash("task \(index)")
      return (receipt, key.sign(receipt, in: domain))
    }
    let values = signed.map { receipt, _ in
      ReceiptProof.LeafValue(
        task: receipt.taskID, receiptHash: receipt.digest(in: domain), node: receipt.node, verdict: 0x81,
        amount: 950)
    }
    let tree = try #require(StandardMerkleTree(leafHashes: values.map(\.hash)))
    let anchor = ReceiptProof.Anchor(
      epoch: 3, receiptsRoot: tree.root, receiptCount: UInt32(count), blockNumber: 41, blockHeight: 16,
      blockHash: Keccak256.hash("block"), genesis: Keccak256.hash("genesis"))
    return signed.enumerated().map { index, pair in
      ReceiptProof(
        domain: domain, receipt: pair.0, signature: pair.1, value: values[index],
        proof: tree.proof(ofLeaf: index),
        anchor: anchor)
    }
  }
}
