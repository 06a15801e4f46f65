/// Writes values of a plan as little-endian numbers and counted bytes.
struct PlanWriter {
  private(set) var bytes: [UInt8] = []

  mutating func number<Number: FixedWidthInteger>(_ value: Number) {
    withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) }
  }

  mutating func flag(_ value: Bool) { number(UInt8(value ? 1 : 0)) }

  mutating func blob(_ value: [UInt8]) {
    number(UInt32(value.count))
    bytes += value
  }

  mutating func text(_ value: String) { blob(Array(value.utf8)) }

  mutating func optional<Value>(_ value: Value?, _ write: (inout PlanWriter, Value) -> Void) {
    flag(value != nil)
    if let value { write(&self, value) }
  }

  mutating func list<Element>(_ values: [Element], _ write: (inout PlanWriter, Element) -> Void) {
    number(UInt32(values.count))
    for value in values { write(&self, value) }
  }
}

/// Bytes that are no plan: cut off, an unknown step, a text that is not UTF-8 or holds a NUL, or something
/// left over.
package struct MalformedPlan: Error, Hashable, Sendable {
  /// Where reading stopped.
  package let offset: Int
}

/// Reads what `PlanWriter` wrote. Any bytes whatever lead to a value or to `MalformedPlan`.
struct PlanReader {
  private let bytes: [UInt8]
  private var offset = 0

  init(_ bytes: [UInt8]) {
    self.bytes = bytes
  }

  var isAtEnd: Bool { offset == bytes.count }
  var malformed: MalformedPlan { MalformedPlan(offset: offset) }

  mutating func number<Number: FixedWidthInteger>(_ type: Number.Type = Number.self) throws(MalformedPlan)
    -> Number
  {
    let width = Number.bitWidth / 8
    guard bytes.count - offset >= width else { throw malformed }
    var value: Number = 0
    for index in (0..<width).reversed() {
      value = value << 8 | Number(truncatingIfNeeded: bytes[offset + index])
    }
    offset += width
    return value
  }

  mutating func flag() throws(MalformedPlan) -> Bool {
    switch try number(UInt8.self) {
    case 0: return false
    case 1: return true
    default: throw malformed
    }
  }

  mutating func blob() throws(MalformedPlan) -> [UInt8] {
    let count = Int(try number(UInt32.self))
    guard bytes.count - offset >= count else { throw malformed }
    defer { offset += count }
    return Array(bytes[offset..<offset + count])
  }

  mutating func text() throws(MalformedPlan) -> String {
    let bytes = try blob()
    guard !bytes.contains(0), let text = String(validating: bytes, as: UTF8.self) else { throw malformed }
    return text
  }

  mutating func optional<Value>(
    _ read: (inout PlanReader) throws(MalformedPlan) -> Value
  ) throws(MalformedPlan) -> Value? {
    try flag() ? try read(&self) : nil
  }

  mutating func list<Element>(
    _ read: (inout PlanReader) throws(MalformedPlan) -> Element
  ) throws(MalformedPlan) -> [Element] {
    let count = Int(try number(UInt32.self))
    // Every element takes a byte at least: a count beyond what is left is a lie, not a reason to reserve
    // memory.
    guard count <= bytes.count - offset else { throw malformed }
    var elements: [Element] = []
    for _ in 0..<count { elements.append(try read(&self)) }
    return elements
  }
}
