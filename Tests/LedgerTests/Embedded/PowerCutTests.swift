import Receipts
import TestSupport
import Testing
import Workload

@testable import Ledger

/// What the disk holds when a writer is killed: database and log as they are at that moment, without the shared memory.
@Suite struct PowerCutTests {
  private func crashImage(of network: EmbeddedNetwork, _ name: String, logBytes: Int? = nil) throws
    -> LedgerDirectory
  {
    let image = LedgerDirectory("\(network.scratch.path)/\(name)")
    try LocalFile.makeDirectory(image.path)
    _ = try LocalFile.copy(network.directory.genesisFile, to: image.genesisFile)
    _ = try LocalFile.copy(network.directory.database, to: image.database)
    let log = try LocalFile.read("\(network.directory.database)-wal")
    try LocalFile.write(Array(log.prefix(logBytes ?? log.count)), to: "\(image.database)-wal")
    return image
  }

  @Test func anAcknowledgedCallIsThereAfterTheWriterIsKilled() async throws {
    let network = try EmbeddedNetwork()
    let ledger = try network.open()
    try await network.tick(ledger)
    for round in 0..<10 {
      let inclusion = try await network.send(.withdraw(amount: 1), by: network.requester, to: ledger)
      let image = try crashImage(of: network, "killed \(round)")
      let survivor = try EmbeddedLedger(image, key: network.ledgerKey, now: network.clock.now)
      #expect(try await survivor.account(network.requester.address).cumulativeClaim == Amount(round + 1))
      #expect(try await survivor.tip() == ledger.tip())
      #expect(try await survivor.height() == inclusion.height)
    }
  }

  @Test func aLogThatWasCutOffGivesBackAPrefixOfTheChain() async throws {
    let network = try EmbeddedNetwork()
    let ledger = try network.open()
    var hashes: [Bytes32] = [try network.genesis.digest]
    for _ in 0..<20 {
      try await network.tick(ledger)
      hashes.append(try await ledger.tip().hash)
    }
    let whole = try LocalFile.read("\(network.directory.database)-wal").count
    for (number, length) in stride(from: 0, through: whole, by: 4_999).enumerated() {
      let image = try crashImage(of: network, "cut \(number)", logBytes: length)
      let survivor = try EmbeddedLedger(image, key: network.ledgerKey, now: network.clock.now)
      let tip = try await survivor.tip()
      #expect(tip.hash == hashes[Int(tip.block)], "log of \(length) bytes")
      // It goes on from there, and what it writes then is sound.
      network.clock.advance(milliseconds: 100)
      _ = try await survivor.tick()
      try await survivor.close()
      #expect(try Audit.run(image.path).fault == nil, "log of \(length) bytes")
    }
  }
}
