import Receipts
import Testing
import Workload

@Suite("Signed receipts")
struct SignedReceiptTests {
  @Test func aReceiptHoldsAndSaysWhatHappened() throws {
    let signed = try Fixture.receipt()
    #expect(signed.flaws(in: Fixture.domain) == [])
    #expect(try signed.signer == Fixture.key().address)
    #expect(signed.receipt.energyMilliWh == 10)
    #expect(signed.receipt.heatMilliWh == 10)
    #expect(signed.receipt.startedAt == 1_700_000_000)
    let statement = try Statement(decoding: #require(signed.statement))
    #expect(statement.predicate.energy?.method == "rapl-by-cpu-time")
    #expect(statement.predicate.energy?.attestedBy == .node)
    #expect(statement.subject.map(\.name) == ["stdout", "stderr", "work/prices.csv", "work/δ/väR.json"])
    #expect(statement.subject[0].digest == ["sha256": ContentDigest(of: "42\n".utf8).sha256.hex])
  }

  @Test func theSameRunGivesTheSameBytes() throws {
    #expect(try Fixture.receipt().encoded() == Fixture.receipt().encoded())
  }

  @Test func jsonGoesThereAndBack() throws {
    for pretty in [true, false] {
      let signed = try Fixture.receipt(.signalled(signal: 11))
      #expect(try SignedReceipt(decoding: signed.encoded(pretty: pretty)) == signed)
    }
  }

  /// Each outcome of a run makes a receipt of its own result; a cancelled run makes none.
  @Test func everyEndHasItsOwnResult() throws {
    let outcomes: [RunOutcome] = [
      .exited(code: 0), .exited(code: 1), .exited(code: -1), .signalled(signal: 9), .outOfMemory, .timedOut,
      .deniedSystemCall, .outputRefused(path: "a"), .outputRefused(path: "b"),
      .inputNotFetchable(ContentDigest(of: [1])), .inputNotFetchable(ContentDigest(of: [2])),
    ]
    let roots = try outcomes.map { try Fixture.receipt($0).receipt.resultRoot }
    #expect(Set(roots).count == outcomes.count)
    for outcome in outcomes { #expect(try Fixture.receipt(outcome).flaws() == [], "\(outcome)") }
    #expect(resultRoot(of: Fixture.run(.cancelled)) == nil)
    #expect(throws: AttestationError.noResult(.cancelled)) { try Fixture.receipt(.cancelled) }
  }

  @Test func theResultIsTheOutputAndNotTheUsage() throws {
    let run = Fixture.run()
    var slower = run
    slower.usage.cpuMilliseconds += 1
    slower.usage.energy = nil
    slower.finishedAt = Instant(slower.finishedAt.value + 60_000)
    slower.exemptions = []
    slower.outputs.reverse()
    #expect(resultRoot(of: slower) == resultRoot(of: run))
    var changes: [CompletedRun] = []
    for index in run.outputs.indices {
      var other = run
      other.outputs[index].mode ^= 0o100
      changes.append(other)
      other = run
      other.outputs[index].path += "x"
      changes.append(other)
      other = run
      other.outputs[index].digest = ContentDigest(of: [7])
      changes.append(other)
      other = run
      other.outputs[index].size = ByteCount(99)
      changes.append(other)
      other = run
      other.outputs.remove(at: index)
      changes.append(other)
    }
    var other = run
    other.standardOutput.isTruncated = true
    changes.append(other)
    other = run
    swap(&other.standardOutput, &other.standardError)
    changes.append(other)
    let roots = Set((changes + [run]).compactMap { resultRoot(of: $0) })
    #expect(roots.count == changes.count + 1)
  }

  /// Where the clock or the memory limit stopped a run, honest nodes have different output and must still
  /// agree.
  @Test func outputOfAStoppedRunIsNotVotedOn() {
    for outcome in [RunOutcome.timedOut, .outOfMemory] {
      var further = Fixture.run(outcome)
      further.standardOutput.size = ByteCount(1_000)
      further.outputs = []
      #expect(resultRoot(of: further) == resultRoot(of: Fixture.run(outcome)), "\(outcome)")
    }
  }

  @Test func aProofShowsOneFileOfTheResult() throws {
    let result = try #require(ResultTree(of: Fixture.run()))
    for (index, leaf) in result.leaves.enumerated() {
      let proof = result.tree.proof(ofLeaf: index)
      #expect(StandardMerkleTree.verify(leafHash: leaf.hash, proof: proof, root: result.root))
      var other = leaf
      other.number += 1
      #expect(!StandardMerkleTree.verify(leafHash: other.hash, proof: proof, root: result.root))
    }
  }

  /// Whatever bit of the signed words changes, the node is no longer the signer.
  @Test func noBitOfAReceiptCanBeFlipped() throws {
    let signed = try Fixture.receipt()
    let words = signed.receipt.words
    #expect(words.count == 15)
    for word in words.indices {
      for bit in stride(from: 0, to: 256, by: 5) {
        var bytes = words[word].bytes
        bytes[bit / 8] ^= 1 << UInt8(bit % 8)
        var changed = words
        changed[word] = try #require(Bytes32(bytes))
        let digest = Keccak256.hash(
          [0x19, 0x01] + Fixture.domain.separator.bytes
            + Keccak256.hash(words: [ExecutionReceipt.typeHash] + changed).bytes)
        #expect(signed.signature.signer(of: digest) != signed.receipt.node, "word \(word), bit \(bit)")
      }
    }
  }

  /// A bit of the file is never flipped unnoticed: the JSON is refused, or the receipt has flaws, or says the
  /// same.
  @Test func noBitOfAFileCanBeFlippedUnnoticed() throws {
    let signed = try Fixture.receipt()
    let bytes = try signed.encoded()
    var noticed = 0
    for bit in 0..<(bytes.count * 8) where bit % 11 == 0 {
      var changed = bytes
      changed[bit / 8] ^= 1 << UInt8(bit % 8)
      guard let other = try? SignedReceipt(decoding: changed) else {
        noticed += 1
        continue
      }
      let isSame = other == signed
      let hasFlaws = !other.flaws(in: Fixture.domain).isEmpty
      // Only a statement that is gone leaves a receipt that still holds, for what was signed.
      let hasNoStatement = other.statement == nil && other.receipt == signed.receipt
      #expect(isSame || hasFlaws || hasNoStatement, "bit \(bit)")
      if hasFlaws { noticed += 1 }
    }
    #expect(noticed > bytes.count * 8 / 11 / 2)
  }

  @Test func allReasonsAreGivenAtOnce() throws {
    var signed = try Fixture.receipt()
    signed.receipt.cpuMillis = 1
    signed.receipt.finishedAt = 5
    signed.receipt.resultRoot = .zero
    signed.statement?.append(UInt8(ascii: "\n"))
    let elsewhere = EIP712Domain.proofOfContribution(chainID: 1, verifyingContract: .zero)
    let reasons = signed.flaws(in: elsewhere).map(\.description)
    for part in [
      "chain 31337", "the signature is of", "ends at 5", "statement hashes to", "the root", "cpuMillis is 1 ",
      "finishedAt is 5 ",
    ] {
      #expect(reasons.contains { $0.contains(part) }, "\(part) in \(reasons)")
    }
  }

  /// A node that signs a statement of another result than it votes for.
  @Test func aSignedContradictionIsFound() throws {
    var signed = try Fixture.receipt()
    let other = try #require(try Fixture.attestationStatement(of: .exited(code: 3)))
    signed.statement = other
    signed.receipt.statementHash = Statement.hash(ofEncoded: other)
    signed.signature = try Fixture.key().sign(signed.receipt, in: Fixture.domain)
    let flaws = signed.flaws(in: Fixture.domain)
    #expect(flaws.contains(.contradiction(field: "exitCode", receipt: "0", statement: "3")))
    #expect(flaws.contains { if case .otherResult = $0 { true } else { false } })
    #expect(!flaws.contains(.noSigner))
  }

  @Test func aSignatureOfAnotherDomainOrTypeNeverVerifies() throws {
    let signed = try Fixture.receipt()
    for domain in [
      EIP712Domain.proofOfContribution(chainID: 31338, verifyingContract: Fixture.domain.verifyingContract),
      EIP712Domain.proofOfContribution(chainID: 31337, verifyingContract: .zero),
      EIP712Domain(
        name: "Samovar PoC", version: "2", chainID: 31337, verifyingContract: Fixture.domain.verifyingContract
      ),
    ] {
      #expect(signed.signature.signer(of: signed.receipt, in: domain) != signed.receipt.node)
      #expect(signed.flaws(in: domain).count == 1)
    }
    let commit = Commit(
      taskID: signed.receipt.taskID, round: 1, node: signed.receipt.node,
      resultRoot: signed.receipt.resultRoot,
      receiptHash: signed.hash, salt: Keccak256.hash("salt"))
    #expect(signed.signature.signer(of: commit, in: Fixture.domain) != signed.receipt.node)
  }

  @Test func badFilesSayWhatIsWrong() throws {
    #expect(throws: SignedReceiptError.self) { try SignedReceipt(decoding: Array("{}".utf8)) }
    do {
      _ = try SignedReceipt(decoding: Array("{\"domain\":{\"name\":\"x\"}}".utf8))
      Issue.record("a receipt without a chain was read")
    } catch {
      #expect(error.description.contains("domain.version"), "\(error)")
    }
    #expect(throws: SignedReceiptError.self) { try SignedReceipt(decoding: []) }
    #expect(throws: SignedReceiptError.self) { try SignedReceipt(decoding: [0xff, 0x00]) }
  }

  /// The lengths are of bytes, not of characters; the example is the DSSE specification's own.
  @Test func preAuthenticationEncodingOfDSSE() {
    let encoded = PreAuthenticationEncoding.encode(
      payloadType: "http://example.com/HelloWorld", payload: Array("hello world".utf8))
    #expect(
      String(decoding: encoded, as: UTF8.self) == "DSSEv1 29 http://example.com/HelloWorld 11 hello world")
  }
}

extension Fixture {
  fileprivate static func attestationStatement(of outcome: RunOutcome) throws -> [UInt8]? {
    try receipt(outcome).statement
  }
}
