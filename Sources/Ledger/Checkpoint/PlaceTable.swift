internal import Receipts
internal import Workload

/// Where calls are in the chain, sorted by their names: 40 bytes a call, and nothing to build when a ledger is opened.
struct PlaceTable: Sendable {
  /// As it lies in a checkpoint, in this machine's byte order.
  private struct Row: BitwiseCopyable {
    /// The first half of the call's digest. Two calls that share it are as likely as a guessed key.
    var high: UInt64
    var low: UInt64
    var height: UInt64
    var firstEvent: UInt64
    var index: UInt32
    var eventCount: UInt32

    var name: (UInt64, UInt64) { (high, low) }
  }

  private static let rowBytes = MemoryLayout<Row>.stride

  private var rows: [Row] = []

  init() {}

  /// Nothing where the bytes are no whole number of rows.
  init?(bytes: ArraySlice<UInt8>) {
    guard bytes.count.isMultiple(of: Self.rowBytes) else { return nil }
    let count = bytes.count / Self.rowBytes
    rows = [Row](unsafeUninitializedCapacity: count) { buffer, initialized in
      bytes.withUnsafeBytes { UnsafeMutableRawBufferPointer(buffer).copyMemory(from: $0) }
      initialized = count
    }
  }

  func append(to bytes: inout [UInt8]) {
    rows.withUnsafeBytes { bytes.append(contentsOf: $0) }
  }

  var byteCount: Int { rows.count * Self.rowBytes }

  func place(of digest: Bytes32) -> EventLog.Place? {
    let words = digest.words
    let name = (words[0], words[1])
    var (low, high) = (0, rows.count)
    while low < high {
      let middle = (low + high) / 2
      if rows[middle].name < name { low = middle + 1 } else { high = middle }
    }
    guard low < rows.count, rows[low].name == name else { return nil }
    let row = rows[low]
    return EventLog.Place(
      height: row.height, index: row.index, firstEvent: row.firstEvent, eventCount: Int(row.eventCount))
  }

  /// Takes time for all rows, not only for the new ones.
  mutating func add(_ places: [Bytes32: EventLog.Place]) {
    guard !places.isEmpty else { return }
    let new = places.map { digest, place in
      let words = digest.words
      return Row(
        high: words[0], low: words[1], height: place.height, firstEvent: place.firstEvent, index: place.index,
        eventCount: UInt32(clamping: place.eventCount))
    }.sorted { $0.name < $1.name }
    var merged: [Row] = []
    merged.reserveCapacity(rows.count + new.count)
    var old = 0
    for row in new {
      let start = old
      while old < rows.count, rows[old].name < row.name { old += 1 }
      merged.append(contentsOf: rows[start..<old])
      merged.append(row)
    }
    merged.append(contentsOf: rows[old...])
    rows = merged
  }
}
