import Receipts
import TestSupport
import Testing
import Workload

@testable import Ledger

/// What the disk holds when a writer is killed: database and log as they are at that moment, without the shared memory.
@Suite struct PowerCutTests {
  private func crashImage(
    of network: EmbeddedNetwork, _ name: String, logBytes: Int? = nil, tail: [UInt8] = []
  ) throws -> LedgerDirectory {
    let image = LedgerDirectory("\(network.scratch.path)/\(name)")
    try LocalFile.makeDirectory(image.path)
    _ = try LocalFile.copy(network.directory.genesisFile, to: image.genesisFile)
    _ = try LocalFile.copy(network.directory.database, to: image.database)
    let log = try LocalFile.read("\(network.directory.database)-wal")
    try LocalFile.write(Array(log.prefix(logBytes ?? log.count)) + tail, to: "\(image.database)-wal")
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

  /// Whatever stands behind the last sync after a power cut: nothing, part of a frame, zeros where the file system had
  /// given room, old blocks of the disk. What was acknowledged before is there; the ledger opens and goes on.
  @Test(arguments: [1, 2] as [UInt64])
  func noTailOfTheLogTakesAnAcknowledgedBlockWithIt(seed: UInt64) async throws {
    let network = try EmbeddedNetwork()
    let ledger = try network.open()
    let wal = "\(network.directory.database)-wal"
    var synced = [(logBytes: 0, block: UInt64(0), hash: try network.genesis.digest)]
    for round in 0..<24 {
      if round.isMultiple(of: 3) {
        try await network.tick(ledger)
      } else {
        try await network.send(.withdraw(amount: 1), by: network.requester, to: ledger)
      }
      let tip = try await ledger.tip()
      synced.append((try LocalFile.read(wal).count, tip.block, tip.hash))
    }
    let frame = 24 + 4_096
    var random = SplitMix64(seed)
    for number in 0..<40 {
      let whole = try #require(synced.last).logBytes
      // In the head of the log, in the head of a frame, in its page, on its edge.
      let frameStart = 32 + Int.random(in: 0..<(whole - 32) / frame, using: &random) * frame
      let kinds = [
        Int.random(in: 0..<32, using: &random), frameStart,
        frameStart + Int.random(in: 1..<24, using: &random),
        frameStart + Int.random(in: 24..<frame, using: &random), whole,
      ]
      let cut = kinds[number % kinds.count]
      let room = Int.random(in: 0..<2 * frame, using: &random)
      let tail: [UInt8] =
        switch number % 3 {
        case 0: []
        case 1: Array(repeating: 0, count: room)
        default: (0..<room).map { _ in UInt8.random(in: 0...255, using: &random) }
        }
      let place = "seed \(seed), log cut at \(cut), \(tail.count) bytes behind it"
      let image = try crashImage(of: network, "tail \(seed) \(number)", logBytes: cut, tail: tail)
      let survivor = try EmbeddedLedger(image, key: network.ledgerKey, now: network.clock.now)
      let tip = try await survivor.tip()
      let acknowledged = try #require(synced.last { $0.logBytes <= cut }, "\(place)")
      #expect(tip.block >= acknowledged.block, "\(place)")
      #expect(synced.contains { $0.block == tip.block && $0.hash == tip.hash }, "\(place)")
      network.clock.advance(milliseconds: 100)
      _ = try await survivor.tick()
      try await survivor.close()
      #expect(try Audit.run(image.path).fault == nil, "\(place)")
    }
  }

  /// A file that lost its end, as a bad copy does: never a wrong answer, and the error says what to do.
  @Test func aFileThatLostItsEndIsRefusedInWords() async throws {
    let network = try EmbeddedNetwork()
    let ledger = try network.open()
    try await network.runBag(tasks: 2, through: [ledger])
    let sound = try await ledger.tip()
    try await ledger.close()
    let bytes = try LocalFile.read(network.directory.database)
    var random = SplitMix64(3)
    var refused = 0
    for number in 0..<40 {
      let length = Int.random(in: 0..<bytes.count, using: &random)
      let image = LedgerDirectory("\(network.scratch.path)/short \(number)")
      try LocalFile.makeDirectory(image.path)
      _ = try LocalFile.copy(network.directory.genesisFile, to: image.genesisFile)
      try LocalFile.write(Array(bytes.prefix(length)), to: image.database)
      do {
        let short = try EmbeddedLedger(image, key: network.ledgerKey, now: network.clock.now)
        #expect(try await short.tip() == sound, "\(length) of \(bytes.count) bytes")
      } catch {
        refused += 1
        #expect("\(error)".contains(image.database), "\(length) bytes: \(error)")
        #expect(
          "\(error)".contains("audit") || "\(error)".contains("not a valid ledger")
            || "\(error)".contains("no ledger of Samovar's"), "\(length) bytes: \(error)")
      }
      // Refusing changes nothing of what there is.
      #expect(try LocalFile.read(image.database) == Array(bytes.prefix(length)))
    }
    #expect(refused > 30)
  }
}
