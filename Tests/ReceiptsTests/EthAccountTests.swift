import Foundation
import Receipts
import Testing
import Workload

enum CheckingPython {
  static let path = ProcessInfo.processInfo.environment["SAMOVAR_PYTHON"]
}

/// Against eth-account from PyPI, in both directions: what we sign and lock it must accept, and the other way
/// round.
@Suite(
  "eth-account",
  .enabled(
    if: CheckingPython.path != nil,
    "SAMOVAR_PYTHON is not set: it names a python that has Tests/requirements.txt installed"))
struct EthAccountTests {
  private struct Answer: Decodable {
    struct Signed: Decodable {
      let digest: Bytes32
      let signature: Signature
      let address: Address
    }
    let failures: [String]
    let checked: Int
    let signatures: [Signed]
  }

  private struct Question {
    var signed: [[String: Any]] = []
    var keyFiles: [[String: Any]] = []
    var receipts: [Any] = []
    var proofs: [Any] = []
    var toSign: [[String: Any]] = []
    var toLock: [[String: Any]] = []

    func ask() throws -> (answer: Answer, keyFiles: [Any]) {
      let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appendingPathComponent("eth_account_check.py").path
      let document: [String: Any] = [
        "signed": signed, "keyFiles": keyFiles, "receipts": receipts, "proofs": proofs, "toSign": toSign,
        "toLock": toLock,
      ]
      let output = try Command.run(
        try #require(CheckingPython.path), [script],
        input: try JSONSerialization.data(withJSONObject: document))
      let parsed = try JSONSerialization.jsonObject(with: output) as? [String: Any]
      return (try JSONDecoder().decode(Answer.self, from: output), parsed?["keyFiles"] as? [Any] ?? [])
    }
  }

  private func json(_ bytes: [UInt8]) throws -> Any { try JSONSerialization.jsonObject(with: Data(bytes)) }

  /// All three types, with the least and greatest value of every member and some between.
  private func samples() -> [any TypedStruct] {
    var samples: [any TypedStruct] = []
    for seed in 0..<12 {
      func word(_ name: String) -> Bytes32 { Keccak256.hash("\(name) \(seed)") }
      func pick<Number: FixedWidthInteger>(_ name: String, _ type: Number.Type = Number.self) -> Number {
        let some = Number(truncatingIfNeeded: word(name).words[0])
        return seed == 0 ? .min : seed == 1 ? .max : some
      }
      let node = seed == 0 ? Address.zero : Address(lastBytesOf: word("node"))
      samples.append(
        ExecutionReceipt(
          taskID: seed == 0 ? .zero : word("task"), round: pick("round"), node: node, appDigest: word("app"),
          inputRoot: word("input"), resultRoot: word("result"), hwClass: word("class"),
          exitCode: pick("exit"),
          startedAt: pick("start"), finishedAt: pick("finish"), cpuMillis: pick("cpu"),
          energyMilliWh: pick("energy"), heatMilliWh: pick("heat"),
          price: seed == 0 ? 0 : seed == 1 ? .max : UInt128(pick("price", UInt64.self)) << 60,
          statementHash: word("statement")))
      samples.append(
        Commit(
          taskID: word("task"), round: pick("round"), node: node, resultRoot: word("result"),
          receiptHash: word("receipt"), salt: word("salt")))
      samples.append(
        EpochAnchor(
          epoch: pick("epoch"), receiptsRoot: word("receipts"), balancesRoot: word("balances"),
          stateRoot: word("state"), count: pick("count"), prevAnchor: word("anchor")))
    }
    return samples
  }

  @Test func ethAccountAcceptsWhatWeSign() throws {
    let key = try Fixture.key()
    var question = Question()
    for sample in samples() {
      question.signed.append([
        "typedData": try json(sample.typedData(in: Fixture.domain)),
        "digest": sample.digest(in: Fixture.domain).description,
        "signature": key.sign(sample.digest(in: Fixture.domain)).description,
        "signer": key.address.description,
      ])
    }
    let (answer, _) = try question.ask()
    #expect(answer.failures == [])
    #expect(answer.checked == 72)
  }

  @Test func weAcceptWhatEthAccountSigns() throws {
    let key = try Fixture.key("theirs")
    let samples = samples()
    var question = Question()
    for sample in samples {
      question.toSign.append([
        "typedData": try json(sample.typedData(in: Fixture.domain)),
        "privateKey": key.withBytes { "0x" + Hex.encode($0) },
      ])
    }
    let (answer, _) = try question.ask()
    try #require(answer.signatures.count == samples.count)
    for (sample, signed) in zip(samples, answer.signatures) {
      #expect(signed.address == key.address)
      #expect(signed.digest == sample.digest(in: Fixture.domain))
      #expect(signed.signature.signer(of: signed.digest) == key.address)
      // Both follow RFC 6979, so even the signatures are the same bytes.
      #expect(signed.signature == key.sign(signed.digest))
      let generic = try JSONDecoder().decode(TypedData.self, from: Data(sample.typedData(in: Fixture.domain)))
      #expect(try generic.digest() == signed.digest)
    }
  }

  @Test func ethAccountFindsTheSameRootsInReceipts() throws {
    var question = Question()
    let outcomes: [RunOutcome] = [
      .exited(code: 0), .exited(code: -7), .signalled(signal: 9), .outOfMemory, .timedOut, .deniedSystemCall,
      .outputRefused(path: "π"), .inputNotFetchable(ContentDigest(of: [9])),
    ]
    for outcome in outcomes {
      let signed = try Fixture.receipt(outcome)
      question.receipts.append(try json(signed.encoded()))
      question.signed.append([
        "typedData": try json(signed.receipt.typedData(in: signed.domain)), "digest": signed.hash.description,
        "signature": signed.signature.description, "signer": signed.receipt.node.description,
      ])
    }
    let (answer, _) = try question.ask()
    #expect(answer.failures == [])
    #expect(answer.checked == 5 * outcomes.count)
  }

  @Test func ethAccountChecksReceiptProofs() throws {
    var question = Question()
    for count in [1, 2, 3, 8, 13] {
      question.proofs += try Fixture.proofs(count).map { try json($0.encoded()) }
    }
    let (answer, _) = try question.ask()
    #expect(answer.failures == [])
    #expect(answer.checked == 5 * 27)
    // It sees a proof that is wrong.
    var wrong = try Fixture.proofs(8)[1]
    wrong.value.amount += 1
    question.proofs = [try json(wrong.encoded())]
    #expect(try question.ask().answer.failures.count == 2)
  }

  @Test func keyFilesOpenOnBothSides() throws {
    var question = Question()
    let passwords = ["a", "pässwörd ☕", "correct horse battery staple"]
    for (index, password) in passwords.enumerated() {
      let key = try Fixture.key(password)
      let secret = key.withBytes { "0x" + Hex.encode($0) }
      for derivation in [KeyDerivation.scrypt(n: 1024, r: 8, p: 1), .pbkdf2(iterations: 1000)] {
        let keystore = try Keystore(
          locking: key, password: Array(password.utf8), derivation: derivation, randomness: .system())
        question.keyFiles.append([
          "json": try json(keystore.encoded()), "password": password, "privateKey": secret,
        ])
      }
      question.toLock.append([
        "privateKey": secret, "password": password, "kdf": index == 0 ? "pbkdf2" : "scrypt",
        "iterations": 1024,
      ])
    }
    let (answer, keyFiles) = try question.ask()
    #expect(answer.failures == [])
    #expect(answer.checked == 6)
    try #require(keyFiles.count == passwords.count)
    for (password, file) in zip(passwords, keyFiles) {
      let keystore = try Keystore(decoding: Array(try JSONSerialization.data(withJSONObject: file)))
      #expect(try keystore.unlock(password: Array(password.utf8)).address == Fixture.key(password).address)
      #expect(throws: KeystoreError.wrongPassword) {
        try keystore.unlock(password: Array("\(password)!".utf8))
      }
    }
  }
}
