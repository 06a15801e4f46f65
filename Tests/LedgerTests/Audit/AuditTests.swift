import Receipts
import TestSupport
import Testing
import Workload

@testable import Ledger

/// A small ledger that was worked with and closed: all stages of tasks, payments and receipts are in it.
private func workedLedger(tasks: UInt32 = 2) async throws -> EmbeddedNetwork {
  let network = try EmbeddedNetwork()
  let ledger = try network.open()
  try await network.runBag(tasks: tasks, through: [ledger])
  try await ledger.close()
  return network
}

@Suite struct AuditTests {
  @Test func aSoundLedgerPassesWithItsSums() async throws {
    let network = try await workedLedger()
    var last: Audit.Progress?
    let report = try Audit.run(network.directory.path) { last = $0 }
    #expect(report.fault == nil)
    #expect(report.tasks == ["FINAL": 2])
    #expect(report.receipts == 4)
    #expect(report.draws == 2)
    #expect(report.sums.isConserved)
    #expect(report.sums.deposited == 4_000_000_000)
    #expect(report.genesis == (try network.genesis.digest))
    #expect(last?.blocks == report.blocks)
    #expect(last?.ofBlocks == report.blocks)
    #expect(last?.entries == report.blocks + report.calls)
    #expect(last?.ofEntries == last?.entries)
    let ledger = try network.open()
    #expect(try await ledger.tip().hash == report.tip)
    #expect(try await ledger.tip().stateHash == report.stateHash)
  }

  @Test func aLedgerInUseIsAuditedWithItsLog() async throws {
    let network = try EmbeddedNetwork()
    let ledger = try network.open()
    try await network.runBag(tasks: 1, through: [ledger])
    #expect(try LocalFile.read("\(network.directory.database)-wal").count > 0)
    let report = try Audit.run(network.directory.path)
    #expect(report.fault == nil)
    #expect(try await ledger.tip().hash == report.tip)
    // The audit took nothing away: the ledger goes on.
    try await network.send(.withdraw(amount: 1), by: network.requester, to: ledger)
    #expect(try Audit.run(network.directory.path).calls == report.calls + 1)
  }

  @Test func aCopiedFileAloneIsAuditedAndSaysWhatIsMissing() async throws {
    let network = try await workedLedger(tasks: 1)
    let copy = "\(network.scratch.path)/copy/one.sqlite"
    try LocalFile.makeDirectory("\(network.scratch.path)/copy")
    _ = try LocalFile.copy(network.directory.database, to: copy)
    let report = try Audit.run(copy)
    #expect(report.fault == nil)
    #expect(report.notes.count == 1)
    #expect(throws: LedgerFileError.self) { try Audit.run("/nonexistent/ledger.sqlite") }
  }

  @Test func anotherGenesisBesideTheFileIsFound() async throws {
    let network = try await workedLedger(tasks: 1)
    var genesis = network.genesis
    genesis.chainID += 1
    try LocalFile.write(try genesis.json, to: network.directory.genesisFile)
    #expect(try Audit.run(network.directory.path).fault?.block == 0)
  }
}

/// What somebody who has the ledger's key, or only the file, may have done to it.
@Suite struct AuditFaultTests {
  /// Changes the rows of a copy of a ledger with SQL.
  private func report(of network: EmbeddedNetwork, after sql: String) throws -> AuditReport {
    let path = "\(network.scratch.path)/changed.sqlite"
    _ = try LocalFile.copy(network.directory.database, to: path)
    try BlockStore(path: path).execute(sql)
    return try Audit.run(path)
  }

  @Test func theFirstWrongEntryIsNamed() async throws {
    let network = try await workedLedger()
    let sound = try Audit.run(network.directory.path)
    let third = "(SELECT max(block) FROM call WHERE block < 9)"
    let cases: [(sql: String, block: UInt64?, what: String)] = [
      ("UPDATE block SET height = height + 5 WHERE number = 1", 1, "height"),
      ("UPDATE block SET height = height + 1 WHERE number = 4", 4, "height of a block with calls"),
      ("UPDATE block SET time = time - 100000 WHERE number = 5", 5, "time"),
      ("UPDATE block SET previous = zeroblob(32) WHERE number = 6", 6, "hash of the block before"),
      ("UPDATE block SET calls_root = zeroblob(32) WHERE number = 7", 7, "root of the calls"),
      ("UPDATE block SET state_hash = zeroblob(32) WHERE number = 1", 1, "signature of the block"),
      ("UPDATE block SET signature = zeroblob(65) WHERE number = 3", 3, "signature of the block"),
      (
        "UPDATE block SET signature = (SELECT signature FROM block WHERE number = 2) WHERE number = 3", 3,
        "signature of the block"
      ),
      (
        "UPDATE block SET beacon = (SELECT signature FROM block WHERE number = 2) WHERE number = 1", 1,
        "beacon"
      ),
      ("UPDATE block SET signature = NULL WHERE number = 3", nil, ""),
      ("DELETE FROM block WHERE number = 8", 8, "number of the block"),
      ("DELETE FROM call WHERE sequence = 3", 4, "calls"),
      ("UPDATE call SET payload = zeroblob(200) WHERE block = \(third)", nil, "root of the calls"),
      (
        "INSERT INTO call VALUES ((SELECT max(sequence) + 1 FROM call), 999999, x'00')", sound.blocks,
        "call \(sound.calls + 1) after the last block"
      ),
      ("UPDATE genesis SET json = replace(json, '31337', '31338')", nil, "hash of the block before"),
      ("DELETE FROM genesis", 0, "genesis"),
      ("CREATE TABLE extra (a)", nil, "size of the file"),
    ]
    for test in cases {
      let report: AuditReport
      do {
        report = try self.report(of: network, after: test.sql)
      } catch {
        // STRICT tables refuse some of it at once.
        #expect(test.what.isEmpty, "\(test.sql): \(error)")
        continue
      }
      let fault = try #require(report.fault, "\(test.sql)")
      #expect(fault.what == test.what, "\(test.sql): \(fault)")
      if let block = test.block { #expect(fault.block == block, "\(test.sql): \(fault)") }
    }
  }

  @Test func aBlockThatTheKeySignedAgainstTheRulesIsFound() async throws {
    let network = try await workedLedger(tasks: 1)
    let path = "\(network.scratch.path)/forged.sqlite"
    _ = try LocalFile.copy(network.directory.database, to: path)
    let sound = try Audit.run(network.directory.path)
    let store = try BlockStore(path: path)
    // The owner of the ledger's key writes a call that its account never signed.
    var replay = try ChainReplay(genesis: network.genesis)
    try store.read(after: 0, nextCall: 1) { _ = try replay.apply($0, depth: .rules) }
    let nonce = replay.state.account(network.requester.address).lastNonce + 1
    let theft = SignedCall(
      .withdraw(amount: 7), nonce: nonce, key: network.ledgerKey, domain: replay.state.domain)
    let forged = SignedCall(
      from: network.requester.address, nonce: nonce, payload: theft.payload, signature: theft.signature)
    let firstCall = replay.nextCall
    _ = try replay.include(unchecked: forged)
    let block = replay.makeBlock(of: [forged], at: replay.time, key: network.ledgerKey)
    try store.append { try $0.insert(block, firstCall: firstCall) }
    try store.close()
    let fault = try #require(try Audit.run(path).fault)
    #expect(fault.block == sound.blocks + 1)
    #expect(fault.call == 0)
    #expect(fault.found.contains("signature"))
  }
}

@Suite struct BitFlipTests {
  @Test func anyBitOfTheFileThatFlipsIsFound() async throws {
    let network = try await workedLedger(tasks: 1)
    let sound = try LocalFile.read(network.directory.database)
    let path = "\(network.scratch.path)/flipped.sqlite"
    var places = SplitMix64(1)
    // A bit of every byte of the file's head and of the first pages' heads, and bits all over each page.
    var offsets = Array(0..<112)
    for page in stride(from: 0, to: sound.count, by: 4_096) {
      offsets += (0..<12).map { page + $0 }
      offsets += (0..<16).map { _ in page + Int.random(in: 0..<4_096, using: &places) }
    }
    for offset in offsets {
      var bytes = sound
      bytes[offset] ^= 1 << UInt8.random(in: 0..<8, using: &places)
      try LocalFile.writeInPlace(bytes, to: path)
      let report = try Audit.run(path)
      #expect(
        report.fault != nil,
        "byte \(offset): 0x\(Hex.encode([sound[offset]])) → 0x\(Hex.encode([bytes[offset]]))")
    }
  }

  @Test func anyBitOfTheLogThatFlipsIsFound() async throws {
    let network = try EmbeddedNetwork()
    let ledger = try network.open()
    for _ in 0..<12 { try await network.tick(ledger) }
    let path = "\(network.scratch.path)/flipped.sqlite"
    _ = try LocalFile.copy(network.directory.database, to: path)
    let log = try LocalFile.read("\(network.directory.database)-wal")
    #expect(log.count > 40_000)
    var places = SplitMix64(2)
    let frame = 24 + 4_096
    var offsets = Array(0..<32)
    for start in stride(from: 32, to: log.count, by: frame) {
      offsets += (0..<24).map { start + $0 }
      offsets += (0..<4).map { _ in start + Int.random(in: 0..<frame, using: &places) }
    }
    for offset in offsets {
      var bytes = log
      bytes[offset] ^= 1 << UInt8.random(in: 0..<8, using: &places)
      #expect(WriteAheadLog(bytes).fault() != nil, "byte \(offset)")
    }
    #expect(WriteAheadLog(log).fault() == nil)
    var damaged = log
    damaged[log.count - 100] ^= 1
    try LocalFile.write(damaged, to: "\(path)-wal")
    #expect(try Audit.run(path).fault?.what.contains("write-ahead log") == true)
  }

  @Test func anyBitOfTheGenesisFileThatFlipsIsFound() async throws {
    let network = try await workedLedger(tasks: 1)
    let sound = try LocalFile.read(network.directory.genesisFile)
    var places = SplitMix64(3)
    for offset in stride(from: 0, to: sound.count, by: 60) {
      var bytes = sound
      bytes[offset] ^= 1 << UInt8.random(in: 0..<8, using: &places)
      try LocalFile.writeInPlace(bytes, to: network.directory.genesisFile)
      #expect(try Audit.run(network.directory.path).fault?.block == 0, "byte \(offset)")
    }
  }
}
