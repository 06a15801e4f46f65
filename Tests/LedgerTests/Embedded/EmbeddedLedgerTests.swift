import Glibc
import Receipts
import Testing
import Workload

@testable import Ledger

@Suite struct EmbeddedLedgerTests {
  @Test func aBagIsPaidThroughThreeHandlesOfOneFile() async throws {
    let network = try EmbeddedNetwork()
    let ledgers = [try network.open(), try network.open(), try network.open()]
    let bag = try await network.runBag(tasks: 3, through: ledgers)
    let summary = try #require(try await ledgers[1].bag(bag))
    #expect(summary.tasks == ["FINAL": 3])
    let hashes = try await [
      ledgers[0].tip().stateHash, ledgers[1].tip().stateHash, ledgers[2].tip().stateHash,
    ]
    #expect(Set(hashes).count == 1)
    // What was paid is there when all is closed and opened again.
    for ledger in ledgers { try await ledger.close() }
    let again = try network.open()
    #expect(try await again.tip().stateHash == hashes[0])
    #expect(try await again.bag(bag)?.tasks == ["FINAL": 3])
  }

  @Test func aCommitIsSyncedToTheDisk() async throws {
    let network = try EmbeddedNetwork()
    #expect(try await network.open().synchronous() == 2)
  }

  @Test func concurrentCallsOfOneProcessShareABlock() async throws {
    let network = try EmbeddedNetwork()
    let ledger = try network.open()
    try await network.tick(ledger)
    let keys = (0..<40).map { _ in PrivateKey.generate() }
    let domain = ledger.domain
    try await withThrowingTaskGroup(of: Void.self) { group in
      for key in keys {
        group.addTask {
          let registration = Registration(operatorAddress: key.address, site: .zero, hardwareClass: .zero)
          _ = try await ledger.submit(SignedCall(.register(registration), nonce: 1, key: key, domain: domain))
        }
      }
      try await group.waitForAll()
    }
    for key in keys { #expect(try await ledger.node(key.address) != nil) }
    // One tick, and far fewer blocks than calls.
    #expect(try await ledger.tip().block < 20)
  }

  @Test func twoHandlesWriteAtOnceAndAgree() async throws {
    let network = try EmbeddedNetwork()
    let ledgers = [try network.open(), try network.open()]
    try await network.tick(ledgers[0])
    let domain = ledgers[0].domain
    try await withThrowingTaskGroup(of: Void.self) { group in
      for ledger in ledgers {
        for _ in 0..<8 {
          group.addTask {
            let key = PrivateKey.generate()
            let registration = Registration(operatorAddress: key.address, site: .zero, hardwareClass: .zero)
            _ = try await ledger.submit(
              SignedCall(.register(registration), nonce: 1, key: key, domain: domain))
          }
        }
      }
      try await group.waitForAll()
    }
    #expect(try await ledgers[0].snapshot().nodes.count == 16)
    #expect(try await ledgers[0].tip() == ledgers[1].tip())
  }

  @Test func aRejectedCallLeavesNoTrace() async throws {
    let network = try EmbeddedNetwork()
    let ledger = try network.open()
    try await network.tick(ledger)
    let before = try await ledger.tip()
    let call = SignedCall(.withdraw(amount: 1), nonce: 1, key: PrivateKey.generate(), domain: ledger.domain)
    await #expect(throws: LedgerError.rejected(.insufficientBalance(has: 0, needs: 1))) {
      try await ledger.submit(call)
    }
    let forged = SignedCall(
      from: network.requester.address, nonce: 1, payload: call.payload, signature: call.signature)
    await #expect(throws: LedgerError.rejected(.wrongSignature(from: network.requester.address))) {
      try await ledger.submit(forged)
    }
    #expect(try await ledger.tip() == before)
    #expect(try await ledger.inclusion(of: call.digest(in: ledger.domain)) == nil)
  }

  /// The signature in a reveal is looked up before the rules are asked, and means the same to them.
  @Test func aReceiptThatAnotherSignedIsNotRevealed() async throws {
    let network = try EmbeddedNetwork()
    var refused = 0
    try await network.runBag(tasks: 2, through: [try network.open()]) { reveal, node, ledger in
      let stranger = PrivateKey.generate().sign(reveal.receipt.digest(in: ledger.domain))
      let forged = Reveal(receipt: reveal.receipt, signature: stranger, salt: reveal.salt)
      do {
        try await network.send(.reveal(forged), by: node, to: ledger)
      } catch LedgerError.rejected(.badEvidence(let reason)) {
        refused += reason.contains("not signed by") ? 1 : 0
      }
    }
    #expect(refused == 4)
  }

  @Test func aCallIsIncludedOnceAndFoundByItsDigest() async throws {
    let network = try EmbeddedNetwork()
    let ledger = try network.open()
    try await network.tick(ledger)
    let call = SignedCall(.withdraw(amount: 5), nonce: 1, key: network.requester, domain: ledger.domain)
    let inclusion = try await ledger.submit(call)
    await #expect(throws: LedgerError.rejected(.staleNonce(last: 1))) { try await ledger.submit(call) }
    #expect(try await ledger.inclusion(of: call.digest(in: ledger.domain)) == inclusion)
    // Another process finds it too.
    #expect(try await network.open().inclusion(of: call.digest(in: ledger.domain)) == inclusion)
    #expect(
      try await ledger.events(after: .start, limit: 10).last?.event
        == .withdrawn(account: network.requester.address, amount: 5, cumulative: 5))
  }

  @Test func heightsFollowTheClock() async throws {
    let network = try EmbeddedNetwork()
    let ledger = try network.open()
    #expect(try await network.tick(ledger) == 1)
    #expect(try await ledger.tick() == 1)
    #expect(try await network.tick(ledger) == 2)
    // Nobody has work: a long stop is one row, and the heights are those of the clock.
    network.clock.advance(milliseconds: 1_000_000 * 100)
    #expect(try await ledger.tick() == 1_000_002)
    #expect(try await ledger.tip().block == 3)
    // A clock that was set back stops the heights and breaks nothing.
    network.clock.advance(milliseconds: -5_000)
    #expect(try await ledger.tick() == 1_000_002)
    try await network.send(.withdraw(amount: 1), by: network.requester, to: ledger)
    #expect(try await network.open().height() == 1_000_002)
  }

  @Test func whileNodesHaveWorkAStopOfTheLedgerCostsThemNoDeadline() async throws {
    let network = try EmbeddedNetwork()
    let ledger = try network.open()
    try await network.tick(ledger)
    try await network.join([ledger])
    try await network.send(.postBag(order(tasks: 1)), by: network.requester, to: ledger)
    for _ in 0..<40 {
      try await network.tick(ledger)
      for call in try await ledger.dueCalls(limit: 10) {
        try await network.send(call, by: network.nodes[0], to: ledger)
      }
      if try await !ledger.snapshot().running.isEmpty { break }
    }
    let height = try await ledger.height()
    #expect(try await !ledger.snapshot().running.isEmpty)
    network.clock.advance(milliseconds: 3_600_000)
    #expect(try await ledger.tick() == height + 1)
  }

  @Test func whoHasNoKeyFollowsOnly() async throws {
    let network = try EmbeddedNetwork()
    let ledger = try network.open()
    try await network.tick(ledger)
    let follower = try network.open(key: false)
    #expect(try await follower.height() == 1)
    let call = SignedCall(.withdraw(amount: 5), nonce: 1, key: network.requester, domain: ledger.domain)
    await #expect(throws: LedgerError.self) { try await follower.submit(call) }
    #expect(try await ledger.account(network.requester.address).lastNonce == 0)
  }

  @Test func waitingForAHeightMakesIt() async throws {
    let network = try EmbeddedNetwork()
    let ledger = try network.open()
    try await network.tick(ledger)
    network.clock.advance(milliseconds: 100)
    #expect(try await ledger.waitForHeight(2) == 2)
    let waiting = Task { try await ledger.waitForHeight(1_000) }
    waiting.cancel()
    await #expect(throws: LedgerError.cancelled) { try await waiting.value }
  }
}

@Suite struct LedgerFileTests {
  @Test func aLedgerOfAnotherGenesisIsRefused() async throws {
    let (one, other) = (try EmbeddedNetwork(), try EmbeddedNetwork(chainID: 4))
    #expect(throws: LedgerFileError.self) {
      try EmbeddedLedger(one.directory, key: nil, expecting: try other.genesis.digest, now: one.clock.now)
    }
    // The database of one with the genesis of the other.
    try LocalFile.write(try other.genesis.json, to: one.directory.genesisFile)
    #expect(
      throws: LedgerFileError.otherGenesis(
        path: one.directory.database, expected: try other.genesis.digest, found: try one.genesis.digest)
    ) { try one.open() }
    #expect(throws: LedgerFileError.exists(path: other.directory.path)) {
      try other.directory.create(genesis: one.genesis)
    }
    #expect(throws: LedgerFileError.absent(path: "/nonexistent")) {
      try LedgerDirectory("/nonexistent").genesis()
    }
  }

  @Test func aKeyThatOthersMayReadIsRefused() throws {
    let network = try EmbeddedNetwork()
    #expect(chmod(network.directory.keyFile, 0o644) == 0)
    #expect(throws: LedgerFileError.self) { try network.directory.key() }
    #expect(throws: LedgerFileError.self) {
      try EmbeddedLedger(network.directory, key: network.requester, now: network.clock.now)
    }
  }

  @Test func aFileThatIsNoLedgerIsRefused() async throws {
    let network = try EmbeddedNetwork()
    try LocalFile.write(
      Array("hello, I am a text file and no database, and long enough to be looked at".utf8),
      to: network.directory.database)
    #expect {
      try network.open()
    } throws: {
      if case LedgerFileError.corrupt = $0 { true } else { false }
    }
  }

  @Test func aDamagedPageIsReportedAndNothingIsWritten() async throws {
    let network = try EmbeddedNetwork()
    let ledger = try network.open()
    try await network.runBag(tasks: 1, through: [ledger])
    try await ledger.close()
    var bytes = try LocalFile.read(network.directory.database)
    for offset in 2 * 4096..<bytes.count { bytes[offset] = 0x5a }
    try LocalFile.write(bytes, to: network.directory.database)
    let damaged = try network.open()
    await #expect {
      _ = try await damaged.height()
    } throws: {
      if case LedgerError.unusable(let reason) = $0 { reason.contains("samovar audit") } else { false }
    }
    try await damaged.close()
    #expect(try LocalFile.read(network.directory.database) == bytes)
  }

  @Test func aFullDiskIsSaidAndLosesNothing() async throws {
    let network = try EmbeddedNetwork()
    let ledger = try network.open()
    try await network.tick(ledger)
    let before = try await ledger.tip()
    // A limit on the pages stands for the full disk: SQLite says SQLITE_FULL of both.
    try await ledger.limitPages(to: 6)
    let key = PrivateKey.generate()
    var refused: LedgerError?
    for nonce in 1...2_000 as ClosedRange<UInt64> {
      do {
        _ = try await ledger.submit(
          SignedCall(.withdraw(amount: 1), nonce: nonce, key: network.requester, domain: ledger.domain))
      } catch {
        refused = error
        break
      }
    }
    guard case .unavailable(let reason) = refused else {
      Issue.record("\(String(describing: refused))")
      return
    }
    #expect(reason.contains("no space left"))
    #expect(try await ledger.tip().block > before.block)
    try await ledger.limitPages(to: 1_000_000)
    let registration = Registration(operatorAddress: key.address, site: .zero, hardwareClass: .zero)
    _ = try await ledger.submit(
      SignedCall(.register(registration), nonce: 1, key: key, domain: ledger.domain))
    let tip = try await ledger.tip()
    try await ledger.close()
    #expect(try await network.open().tip() == tip)
  }
}
