/// Writes values of a cache's entry as little-endian numbers and counted bytes.
struct CacheWriter {
  private(set) var bytes: [UInt8] = []

  mutating func number<Number: FixedWidthInteger>(_ value: Number) {
    withUnsafeBytes(of: value.littleEndian) { bytes += $0 }
  }

  mutating func blob(_ value: [UInt8]) {
    number(UInt32(value.count))
    bytes += value
  }

  mutating func text(_ value: String) {
    number(UInt32(value.utf8.count))
    bytes += value.utf8
  }

  mutating func list<Element>(_ values: [Element], _ write: (inout CacheWriter, Element) -> Void) {
    number(UInt32(values.count))
    for value in values { write(&self, value) }
  }
}

/// Bytes that are no entry: cut off, a number that stands for nothing, text that is not UTF-8, or something left over.
struct MalformedEntry: Error, Hashable, Sendable {}

/// Reads what `CacheWriter` wrote. Any bytes whatever lead to a value or to `MalformedEntry`.
struct CacheReader {
  private let bytes: ArraySlice<UInt8>
  private var offset: Int

  init(_ bytes: ArraySlice<UInt8>) {
    self.bytes = bytes
    offset = bytes.startIndex
  }

  private var left: Int { bytes.endIndex - offset }

  func expectEnd() throws(MalformedEntry) {
    guard left == 0 else { throw MalformedEntry() }
  }

  mutating func number<Number: FixedWidthInteger>(
    _ type: Number.Type = Number.self
  ) throws(MalformedEntry) -> Number {
    let width = MemoryLayout<Number>.size
    guard left >= width else { throw MalformedEntry() }
    defer { offset += width }
    let value = bytes.withUnsafeBytes {
      $0.loadUnaligned(fromByteOffset: offset - bytes.startIndex, as: Number.self)
    }
    return Number(littleEndian: value)
  }

  mutating func blob() throws(MalformedEntry) -> [UInt8] { Array(try slice()) }

  mutating func text() throws(MalformedEntry) -> String {
    guard let text = String(validating: try slice(), as: UTF8.self) else { throw MalformedEntry() }
    return text
  }

  private mutating func slice() throws(MalformedEntry) -> ArraySlice<UInt8> {
    let count = Int(try number(UInt32.self))
    guard left >= count else { throw MalformedEntry() }
    defer { offset += count }
    return bytes[offset..<offset + count]
  }

  mutating func list<Element>(
    _ read: (inout CacheReader) throws(MalformedEntry) -> Element
  ) throws(MalformedEntry) -> [Element] {
    let count = Int(try number(UInt32.self))
    // Every element takes a byte at least: a count beyond what is left is a lie, not a reason to reserve memory.
    guard count <= left else { throw MalformedEntry() }
    var elements: [Element] = []
    elements.reserveCapacity(count)
    for _ in 0..<count { elements.append(try read(&self)) }
    return elements
  }
}
