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
  /// Sequence number of the next event.
  private var next: UInt64 = 1
  private var places: [Bytes32: Place] = [:]
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
      places[applied.digest] = Place(
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
  }

  func place(of digest: Bytes32) -> Place? { places[digest] }

  /// Events after a cursor; nothing where the first of them is no longer kept.
  func events(after cursor: EventCursor, limit: Int) -> [RecordedEvent]? {
    guard cursor.sequence + 1 < next, limit > 0 else { return [] }
    guard cursor.sequence + 1 >= firstKept else { return nil }
    let start = Int(cursor.sequence + 1 - firstKept)
    return Array(recent[start..<min(recent.count, start + limit)])
  }
}
