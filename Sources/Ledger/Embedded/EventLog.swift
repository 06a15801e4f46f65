internal import Receipts
internal import Workload

/// The events of the chain in their one sequence, the last ones kept in memory, and where each call is in the chain.
struct EventLog {
  /// Events kept at least; older ones are derived again from the file when somebody asks.
  static let kept = 65_536

  /// Where a call is, and which events are its own.
  struct Place {
    var height: Height
    var index: UInt32
    /// Sequence number of the first.
    var firstEvent: UInt64
    var eventCount: Int
  }

  private var recent: [RecordedEvent] = []
  /// Encoded events that come before `recent`, from a checkpoint; read when somebody asks for one of them.
  private var frozen: [UInt8]?
  /// Sequence number of the next event.
  private(set) var next: UInt64 = 1
  /// Of the calls since `places` was last folded.
  private var newPlaces: [Bytes32: Place] = [:]
  private var places = PlaceTable()
  private let bound: Int

  /// `keeping`: how many events stay in memory at least.
  init(keeping: Int = EventLog.kept) {
    bound = keeping
  }

  private var firstKept: UInt64 { next - UInt64(recent.count) }

  mutating func record(_ effect: ChainReplay.Effect, height: Height) {
    append(effect.opening, height: height)
    for applied in effect.calls {
      let inclusion = applied.inclusion
      newPlaces[applied.checked.digest] = Place(
        height: inclusion.height, index: inclusion.index, firstEvent: next, eventCount: inclusion.events.count
      )
      append(inclusion.events, height: height)
    }
  }

  private mutating func append(_ events: [Event], height: Height) {
    for event in events {
      recent.append(RecordedEvent(cursor: EventCursor(sequence: next), height: height, event: event))
      next += 1
    }
    // Twice the bound, so that the array is moved once for many events.
    if recent.count > bound * 2 { recent.removeFirst(recent.count - bound) }
    if recent.count >= bound { frozen = nil }
  }

  func place(of digest: Bytes32) -> Place? { newPlaces[digest] ?? places.place(of: digest) }

  /// Events after a cursor; nothing where the first of them is no longer kept.
  mutating func events(after cursor: EventCursor, limit: Int) -> [RecordedEvent]? {
    guard cursor.sequence + 1 < next, limit > 0 else { return [] }
    if cursor.sequence + 1 < firstKept { thaw() }
    guard cursor.sequence + 1 >= firstKept else { return nil }
    let start = Int(cursor.sequence + 1 - firstKept)
    return Array(recent[start..<min(recent.count, start + limit)])
  }
}

// MARK: - Checkpoints

extension EventLog {
  /// The log as a checkpoint left it.
  init(next: UInt64, places: PlaceTable, events: [UInt8]) {
    self.init()
    self.next = next
    self.places = places
    frozen = events
  }

  /// Sorts the places of the last calls in among the others, where they take less room.
  mutating func foldPlaces() {
    places.add(newPlaces)
    newPlaces = [:]
  }

  /// For a checkpoint, after `foldPlaces`.
  var foldedPlaces: PlaceTable { places }

  /// The last events for a checkpoint, encoded.
  mutating func encodedEvents() throws -> [UInt8] {
    thaw()
    return try CompactEncoder.encode(Array(recent.suffix(bound)))
  }

  /// Reads what a checkpoint had; what can't be read is derived again from the file.
  private mutating func thaw() {
    guard let bytes = frozen else { return }
    frozen = nil
    guard let events = try? CompactDecoder.decode([RecordedEvent].self, from: bytes[...]),
      let last = events.last, last.cursor.sequence == firstKept - 1
    else { return }
    recent.insert(contentsOf: events, at: 0)
  }
}
