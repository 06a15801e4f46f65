import Glibc
import Receipts
import TestSupport
import Testing
import Workload

@testable import Ledger

/// A real process under load, killed at any moment.
@Suite struct KilledWriterTests {
  private static let accounts = 24

  private func key(_ number: Int) throws -> PrivateKey {
    try PrivateKey(bytes: Keccak256.hash("ledger writer \(number)").bytes)
  }

  private func makeLedger(in scratch: TemporaryDirectory) throws -> LedgerDirectory {
    let ledgerKey = PrivateKey.generate()
    // Two milliseconds a height, so that ticks and with them checkpoints are many.
    var genesis = demoGenesis(members: []) { $0.blockMilliseconds = 2 }
    genesis.ledgerKey = ledgerKey.address
    for number in 0..<Self.accounts {
      genesis.deposits[try key(number).address] = MicroEuros(1_000_000_000)
    }
    let directory = LedgerDirectory("\(scratch.path)/ledger")
    try directory.create(genesis: genesis, key: ledgerKey)
    return directory
  }

  /// The last nonce that each account was told of.
  private func acknowledged(in file: String) throws -> [Int: UInt64] {
    var last: [Int: UInt64] = [:]
    for line in try LocalFile.readText(file).split(separator: "\n") {
      let words = line.split(separator: " ")
      guard words.count == 2, let account = Int(words[0]), let nonce = UInt64(words[1]) else { continue }
      last[account] = max(last[account] ?? 0, nonce)
    }
    return last
  }

  @Test(
    .enabled(if: BuiltProgram("ledger-writer").isThere, "ledger-writer is not built beside the tests"),
    arguments: [1, 2] as [UInt64])
  func whatWasAcknowledgedIsThere(seed: UInt64) async throws {
    let scratch = try TemporaryDirectory()
    let directory = try makeLedger(in: scratch)
    let output = "\(scratch.path)/acknowledged"
    var random = SplitMix64(seed)
    var opened: Set<UInt64> = []
    for round in 0..<6 {
      // A stride so short that a checkpoint is being written at most times.
      let writer = try ChildProcess(
        BuiltProgram("ledger-writer").path, [directory.path, "\(Self.accounts)", "60"], output: output)
      usleep(100_000 + UInt32.random(in: 0..<400_000, using: &random))
      writer.kill()
      #expect(!writer.endedWell(), "it ends by being killed")
      let ledger = try EmbeddedLedger(directory, key: nil, now: { Instant(0) })
      for (account, nonce) in try acknowledged(in: output) {
        let found = try await ledger.account(key(account).address)
        #expect(found.lastNonce >= nonce, "seed \(seed), round \(round), account \(account)")
        #expect(found.cumulativeClaim == Amount(found.lastNonce))
      }
      // The checkpoint that survived says what the blocks say.
      let bare = LedgerDirectory("\(scratch.path)/bare \(round)")
      try LocalFile.makeDirectory(bare.path)
      _ = try LocalFile.copy(directory.genesisFile, to: bare.genesisFile)
      symlink(directory.database, bare.database)
      let replayed = try EmbeddedLedger(bare, key: nil, now: { Instant(0) })
      #expect(try await ledger.tip() == replayed.tip(), "seed \(seed), round \(round)")
      opened.insert(try await ledger.openedAt())
      #expect(await ledger.checkpointNotes() == [])
    }
    #expect(try acknowledged(in: output).values.reduce(0, +) > 100, "there was load")
    #expect(opened.count > 2, "it was opened from checkpoints; seed \(seed)")
    #expect(try Audit.run(directory.path).fault == nil)
  }
}
