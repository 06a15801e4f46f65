internal import Receipts
internal import Workload

/// What a ledger's blocks up to a tick lead to, kept beside the file so that opening it need not replay them.
///
/// It says nothing that the blocks don't say, and is believed only where the signed head of its tick in the ledger's file has
/// its block hash and its state hash. The audit never looks at one.
struct Checkpoint {
  /// At a tick: only ticks have a state hash.
  var replay: ChainReplay
  var log: EventLog

  /// Largest file that is read.
  static let greatest = ByteCount.mebibytes(16_384)
  /// In this machine's byte order, which the table of places is in too; the last byte counts versions of this form.
  private static let magic: UInt64 = 0x534D_564C_434B_5001
  private static let digestBytes = 32

  /// The file's bytes: magic, genesis, three counts of bytes, the three parts, and SHA-256 of all that.
  func encoded() throws -> [UInt8] {
    var log = log
    let state = try CompactEncoder.encode(replay)
    let events = try log.encodedEvents()
    let places = log.foldedPlaces
    var bytes: [UInt8] = []
    bytes.reserveCapacity(128 + state.count + events.count + places.byteCount)
    bytes.append(word: Self.magic)
    bytes += replay.genesisDigest.bytes
    for count in [state.count, events.count, places.byteCount] { bytes.append(word: UInt64(count)) }
    bytes.append(word: log.next)
    bytes += state
    bytes += events
    places.append(to: &bytes)
    return bytes + Self.digest(bytes[...])
  }

  /// Throws `CheckpointFlaw`.
  init(bytes: [UInt8], genesis: Bytes32) throws {
    let headBytes = 8 + 32 + 4 * 8
    guard bytes.count >= headBytes + Self.digestBytes else {
      throw CheckpointFlaw("it is cut off after \(bytes.count) bytes")
    }
    guard bytes.word(at: 0) == Self.magic else { throw CheckpointFlaw("it is of another form") }
    let content = bytes.dropLast(Self.digestBytes)
    guard Self.digest(content).elementsEqual(bytes[content.endIndex...]) else {
      throw CheckpointFlaw("its SHA-256 does not fit")
    }
    guard bytes[8..<40].elementsEqual(genesis.bytes) else {
      throw CheckpointFlaw("it is of a ledger of another genesis")
    }
    var start = headBytes
    func part(_ number: Int) throws -> ArraySlice<UInt8> {
      guard let count = Int(exactly: bytes.word(at: 40 + 8 * number)), count <= content.endIndex - start
      else {
        throw CheckpointFlaw("its parts are longer than itself")
      }
      defer { start += count }
      return content[start..<start + count]
    }
    let state = try part(0)
    let events = try part(1)
    guard let places = PlaceTable(bytes: try part(2)), start == content.endIndex else {
      throw CheckpointFlaw("its parts don't fill it")
    }
    do {
      replay = try CompactDecoder.decode(ChainReplay.self, from: state)
    } catch {
      throw CheckpointFlaw("another version of Samovar wrote it: \(error)")
    }
    log = EventLog(next: bytes.word(at: 64), places: places, events: Array(events))
  }

  init(replay: ChainReplay, log: EventLog) {
    self.replay = replay
    self.log = log
  }

  /// Throws where the ledger's file has another tick of this number, or none.
  mutating func verify(against tick: Block?, genesis: Genesis) throws {
    guard replay.state.genesis == genesis else { throw CheckpointFlaw("its genesis is another one") }
    guard let tick else {
      throw CheckpointFlaw("the ledger has no block \(replay.number) without calls")
    }
    guard tick.hash == replay.hash else {
      throw CheckpointFlaw("block \(replay.number) of the ledger is another one")
    }
    do {
      try replay.verifySeal(of: tick)
    } catch {
      throw CheckpointFlaw("\(error)")
    }
  }

  private static func digest(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
    var hash = SHA256()
    bytes.withUnsafeBytes { hash.update($0) }
    return hash.finalize().bytes
  }
}

/// Why a checkpoint isn't used.
struct CheckpointFlaw: Error, Hashable, CustomStringConvertible {
  let description: String

  init(_ description: String) { self.description = description }
}

extension [UInt8] {
  fileprivate mutating func append(word: UInt64) {
    Swift.withUnsafeBytes(of: word) { append(contentsOf: $0) }
  }

  fileprivate func word(at offset: Int) -> UInt64 {
    withUnsafeBytes { $0.loadUnaligned(fromByteOffset: offset, as: UInt64.self) }
  }
}
