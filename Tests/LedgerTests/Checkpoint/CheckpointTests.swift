import Receipts
import TestSupport
import Testing
import Workload

@testable import Ledger

/// A worked ledger with checkpoints at every few blocks, closed.
private func ledgerWithCheckpoints(tasks: UInt32 = 3) async throws -> EmbeddedNetwork {
  let network = try EmbeddedNetwork()
  let ledger = try network.open(checkpointStride: 20)
  try await network.runBag(tasks: tasks, through: [ledger])
  #expect(await ledger.checkpointNotes() == [])
  try await ledger.close()
  return network
}

extension EmbeddedNetwork {
  var checkpoints: CheckpointFiles { CheckpointFiles(directory: directory.path) }

  func path(_ number: Int) throws -> String {
    checkpoints.path(try #require(try checkpoints.numbers().dropFirst(number).first))
  }
}

@Suite struct CheckpointTests {
  /// All that the ledger answers, of two that must not differ.
  private func expectSame(_ one: EmbeddedLedger, _ other: EmbeddedLedger, of network: EmbeddedNetwork)
    async throws
  {
    #expect(try await one.tip() == other.tip())
    #expect(try await one.height() == other.height())
    #expect(try await one.dueCalls(limit: 100) == other.dueCalls(limit: 100))
    for node in network.nodes {
      #expect(try await one.duties(of: node.address) == other.duties(of: node.address))
      #expect(try await one.node(node.address) == other.node(node.address))
    }
    let all = try await one.events(after: .start, limit: .max)
    #expect(all.count > 50)
    for cursor in [0, 1, 7, all.count / 2, all.count - 1, all.count, all.count + 5] {
      let place = EventCursor(sequence: UInt64(cursor))
      #expect(try await one.events(after: place, limit: 9) == other.events(after: place, limit: 9))
    }
    let store = try BlockStore(path: network.directory.database)
    var digests: [Bytes32] = []
    try store.read(after: 0, nextCall: 1) { block in
      for call in block.calls { digests.append(try SignedCall(stored: call).digest(in: one.domain)) }
    }
    for digest in digests {
      let found = try await one.inclusion(of: digest)
      #expect(found != nil)
      #expect(try await other.inclusion(of: digest) == found)
    }
    #expect(try await other.inclusion(of: .zero) == nil)
  }

  @Test func aLedgerOpenedFromACheckpointIsTheSame() async throws {
    let network = try await ledgerWithCheckpoints()
    #expect(try network.checkpoints.numbers().count == CheckpointFiles.kept)
    let with = try network.open()
    #expect(try await with.openedAt() == network.checkpoints.numbers().first)
    let bare = try network.openWithoutCheckpoints()
    #expect(try await bare.openedAt() == 0)
    try await expectSame(with, bare, of: network)
    // Both go on, one after the other.
    try await network.tick(with)
    try await network.send(.withdraw(amount: 3), by: network.requester, to: bare)
    try await expectSame(with, bare, of: network)
    try await with.close()
    #expect(try Audit.run(network.directory.path).fault == nil)
  }

  @Test func aCheckpointThatDoesNotFitIsPassedOver() async throws {
    let network = try await ledgerWithCheckpoints()
    let (newest, older) = (try network.path(0), try network.path(1))
    let sound = try LocalFile.read(newest)
    let numbers = try network.checkpoints.numbers()
    var random = SplitMix64(11)
    var damages: [(name: String, bytes: [UInt8])] = [("empty", [])]
    for _ in 0..<20 {
      var bytes = sound
      bytes[Int.random(in: 0..<bytes.count, using: &random)] ^= 1 << UInt8.random(in: 0..<8, using: &random)
      damages.append(("a flipped bit", bytes))
      damages.append(("cut off", Array(sound.prefix(Int.random(in: 0..<sound.count, using: &random)))))
    }
    for damage in damages {
      try LocalFile.write(damage.bytes, to: newest)
      let ledger = try network.open()
      #expect(try await ledger.openedAt() == numbers[1], "\(damage.name)")
      #expect(await ledger.checkpointNotes().first?.contains(newest) == true, "\(damage.name)")
      #expect(try await ledger.bags(of: network.requester.address).first?.tasks == ["FINAL": 3])
      try await ledger.close()
    }
    // Neither of them: all blocks are replayed.
    try LocalFile.write([1, 2, 3], to: older)
    let ledger = try network.open()
    #expect(try await ledger.openedAt() == 0)
    #expect(await ledger.checkpointNotes().count == 2)
    try await ledger.close()
  }

  @Test func aCheckpointOfAnotherLedgerIsPassedOver() async throws {
    let (network, other) = (try await ledgerWithCheckpoints(), try EmbeddedNetwork(chainID: 5))
    let stranger = try other.open(checkpointStride: 20)
    try await other.runBag(tasks: 3, through: [stranger])
    try await stranger.close()
    let foreign = try LocalFile.read(try other.path(0))
    let number = try #require(try network.checkpoints.numbers().first) + 1_000
    try LocalFile.write(foreign, to: network.checkpoints.path(number))
    let ledger = try network.open()
    #expect(try await ledger.openedAt() < number)
    #expect(await ledger.checkpointNotes().first?.contains("another genesis") == true)
  }

  /// The file was restored from a copy that is older than the checkpoint, or went on differently.
  @Test func aCheckpointThatIsNewerThanTheFileIsPassedOver() async throws {
    let network = try EmbeddedNetwork()
    let ledger = try network.open(checkpointStride: 20)
    try await network.tick(ledger)
    try await ledger.close()
    let old = try LocalFile.read(network.directory.database)
    let again = try network.open(checkpointStride: 20)
    try await network.runBag(tasks: 1, through: [again])
    try await again.close()
    try LocalFile.write(old, to: network.directory.database)
    let restored = try network.open()
    #expect(try await restored.tip().block == 1)
    #expect(await restored.checkpointNotes().count == 2)
    // Other blocks of the same numbers.
    for _ in 0..<200 { try await network.tick(restored) }
    try await restored.close()
    let third = try network.open()
    #expect(try await third.openedAt() == 0)
    #expect(try await third.tip().block == 201)
    #expect(await third.checkpointNotes().contains { $0.contains("another one") })
  }

  /// A checkpoint whose checksum is right and whose state is not the one that the ledger's key signed.
  @Test func aForgedStateIsPassedOver() async throws {
    let network = try await ledgerWithCheckpoints()
    let bytes = try LocalFile.read(try network.path(0))
    let digest = try network.genesis.digest
    var forged = try Checkpoint(bytes: bytes, genesis: digest)
    #expect(try network.open().genesis == forged.replay.state.genesis)
    var state = forged.replay.state
    state.accounts[network.requester.address]?.free += 1_000_000
    forged.replay = forged.replay.with(state)
    try LocalFile.write(try forged.encoded(), to: try network.path(0))
    let ledger = try network.open()
    #expect(try await ledger.openedAt() == network.checkpoints.numbers()[1])
    #expect(await ledger.checkpointNotes().first?.contains("state hash") == true)
  }

  @Test func aWriterThatWasKilledLeavesNothingForLong() async throws {
    let network = try await ledgerWithCheckpoints()
    let number = try #require(try network.checkpoints.numbers().first)
    let sound = try LocalFile.read(try network.path(0))
    // What a writer that was killed halfway leaves: its draft.
    let draft = network.checkpoints.path(number) + ".Ab3xY9"
    try LocalFile.write(Array(sound.prefix(sound.count / 2)), to: draft)
    let ledger = try network.open(checkpointStride: 20)
    #expect(try await ledger.openedAt() == number)
    for _ in 0..<60 { try await network.tick(ledger) }
    try await ledger.close()
    #expect(try network.checkpoints.numbers().first ?? 0 > number)
    #expect(!LocalFile.exists(draft))
    let names = try LocalFile.names(in: network.directory.path).filter { $0.hasPrefix("checkpoint-") }
    #expect(names.count == CheckpointFiles.kept)
  }

  @Test func aNewLedgerHasNoOldCheckpoints() async throws {
    let network = try await ledgerWithCheckpoints()
    try LocalFile.remove(network.directory.genesisFile)
    try network.directory.create(genesis: network.genesis, key: network.ledgerKey)
    #expect(try network.checkpoints.numbers().isEmpty)
    #expect(try await network.open().height() == 0)
  }

  @Test func whereNoneCanBeWrittenTheLedgerGoesOnAndSaysSo() async throws {
    let network = try EmbeddedNetwork()
    let ledger = try network.open(checkpointStride: 5)
    // A directory in the way: no file can take its name.
    for number in 1...40 {
      try LocalFile.makeDirectory("\(network.checkpoints.path(UInt64(number)))/in the way")
    }
    for _ in 0..<12 { try await network.tick(ledger) }
    await ledger.finishCheckpoint()
    #expect(try await ledger.height() == 12)
    #expect(await ledger.checkpointNotes().contains { $0.contains("no checkpoint was written") })
  }
}
