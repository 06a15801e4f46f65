internal import Receipts
internal import Workload

/// Codable values as bytes that only the same types can read again: values stand one after another in the order in which
/// their type codes them, without names.
///
/// A million entries of a ledger leave a state of some hundred thousand tasks; JSON takes minutes for it. What keeps such
/// bytes from being read by a type that has changed is a byte of each member's name before its value, and whatever the file
/// they stand in is checked by.
///
/// Numbers are LEB128, signed ones in zigzag (as in Protocol Buffers). The name of an enum's case is written once and
/// numbered. A list has its count in four bytes before it.
final class CompactEncoder: Encoder {
  private(set) var bytes: [UInt8] = []
  private var names: [String: UInt64] = [:]

  var codingPath: [any CodingKey] { [] }
  var userInfo: [CodingUserInfoKey: Any] { [:] }

  /// The bytes of a value.
  static func encode(_ value: some Encodable) throws -> [UInt8] {
    let encoder = CompactEncoder()
    try encoder.put(value)
    return encoder.bytes
  }

  func container<Key>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
    KeyedEncodingContainer(CompactMembersOut(encoder: self))
  }

  func unkeyedContainer() -> any UnkeyedEncodingContainer { ListPart(encoder: self) }

  func singleValueContainer() -> any SingleValueEncodingContainer { SinglePart(encoder: self) }

  // MARK: - Values

  func put<Value: Encodable>(_ value: Value) throws {
    // The casts are of a type to itself: as?, which asks the runtime, takes ten times as long.
    if Value.self == UInt64.self { return put(number: unsafeBitCast(value, to: UInt64.self)) }
    if Value.self == UInt128.self { return put(wide: unsafeBitCast(value, to: UInt128.self)) }
    if Value.self == UInt32.self { return put(number: UInt64(unsafeBitCast(value, to: UInt32.self))) }
    if Value.self == Bytes32.self { return put(word: unsafeBitCast(value, to: Bytes32.self)) }
    if Value.self == Address.self { return put(address: unsafeBitCast(value, to: Address.self)) }
    if Value.self == Int.self { return put(signed: Int64(unsafeBitCast(value, to: Int.self))) }
    if Value.self == UInt16.self { return put(number: UInt64(unsafeBitCast(value, to: UInt16.self))) }
    if Value.self == UInt8.self { return bytes.append(unsafeBitCast(value, to: UInt8.self)) }
    if Value.self == Bool.self { return bytes.append(unsafeBitCast(value, to: Bool.self) ? 1 : 0) }
    if Value.self == Int32.self { return put(signed: Int64(unsafeBitCast(value, to: Int32.self))) }
    if Value.self == UInt.self { return put(number: UInt64(unsafeBitCast(value, to: UInt.self))) }
    if Value.self == Int16.self { return put(signed: Int64(unsafeBitCast(value, to: Int16.self))) }
    if Value.self == Int8.self { return put(signed: Int64(unsafeBitCast(value, to: Int8.self))) }
    if Value.self == Int64.self { return put(signed: unsafeBitCast(value, to: Int64.self)) }
    if let text = value as? String { return put(text: text) }
    if let value = value as? any CompactlyCoded { return try value.encode(compactly: self) }
    if Value.self == Signature.self { return put(signature: unsafeBitCast(value, to: Signature.self)) }
    try value.encode(to: self)
  }

  func put(number: UInt64) {
    var rest = number
    while rest >= 0x80 {
      bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    bytes.append(UInt8(truncatingIfNeeded: rest))
  }

  private func put(wide: UInt128) {
    put(number: UInt64(truncatingIfNeeded: wide))
    put(number: UInt64(truncatingIfNeeded: wide >> 64))
  }

  private func put(signed: Int64) { put(number: UInt64(bitPattern: signed << 1 ^ signed >> 63)) }

  private func put(word: Bytes32) {
    let words = word.words
    for index in 0..<4 { put(fixed: words[index]) }
  }

  private func put(address: Address) {
    let words = address.word.words
    put(fixed: UInt32(truncatingIfNeeded: words[1]))
    put(fixed: words[2])
    put(fixed: words[3])
  }

  private func put(signature: Signature) {
    put(word: signature.r)
    put(word: signature.s)
    bytes.append(signature.v)
  }

  private func put(text: String) {
    put(number: UInt64(text.utf8.count))
    bytes.append(contentsOf: text.utf8)
  }

  private func put(fixed number: some FixedWidthInteger) {
    withUnsafeBytes(of: number.littleEndian) { bytes.append(contentsOf: $0) }
  }

  // MARK: - Parts

  func put(name: String) {
    if let number = names[name] { return put(number: number) }
    let number = UInt64(names.count)
    names[name] = number
    put(number: number)
    put(text: name)
  }

  func put(mark key: some CodingKey) { bytes.append(CompactMark.of(key.stringValue)) }

  func put(flag: Bool) { bytes.append(flag ? 1 : 0) }

  func reserveCount() -> Int {
    bytes.append(contentsOf: [0, 0, 0, 0])
    return bytes.count - 4
  }

  func put(count: Int, at place: Int) {
    for byte in 0..<4 { bytes[place + byte] = UInt8(truncatingIfNeeded: count >> (8 * byte)) }
  }
}

/// What is left of a member's name.
enum CompactMark {
  static func of(_ name: String) -> UInt8 {
    let text = name.utf8
    return UInt8(truncatingIfNeeded: text.count) &* 37 ^ (text.first ?? 0) ^ (text.last ?? 0) &* 5
  }
}

/// Types whose own way of coding needs names or tells nothing from something.
protocol CompactlyCoded {
  func encode(compactly encoder: CompactEncoder) throws
  static func decode(compactly decoder: CompactDecoder) throws -> Self
}

extension Dictionary: CompactlyCoded where Key: Codable, Value: Codable {
  func encode(compactly encoder: CompactEncoder) throws {
    encoder.put(number: UInt64(count))
    for (key, value) in self {
      try encoder.put(key)
      try encoder.put(value)
    }
  }
}

extension Optional: CompactlyCoded where Wrapped: Codable {
  func encode(compactly encoder: CompactEncoder) throws {
    encoder.put(flag: self != nil)
    if let self { try encoder.put(self) }
  }
}

struct CompactMembersOut<Key: CodingKey>: KeyedEncodingContainerProtocol {
  let encoder: CompactEncoder
  var codingPath: [any CodingKey] { [] }

  func encodeNil(forKey key: Key) {
    encoder.put(mark: key)
    encoder.put(flag: false)
  }

  func encode<Value: Encodable>(_ value: Value, forKey key: Key) throws {
    encoder.put(mark: key)
    try encoder.put(value)
  }

  /// Enums code their case so, and nothing else does.
  func nestedContainer<Nested>(keyedBy: Nested.Type, forKey key: Key) -> KeyedEncodingContainer<Nested> {
    encoder.put(name: key.stringValue)
    return KeyedEncodingContainer(CompactMembersOut<Nested>(encoder: encoder))
  }

  func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedEncodingContainer {
    encoder.put(mark: key)
    return ListPart(encoder: encoder)
  }

  func superEncoder() -> any Encoder { encoder }
  func superEncoder(forKey key: Key) -> any Encoder { encoder }
}

private struct ListPart: UnkeyedEncodingContainer {
  let encoder: CompactEncoder
  private let place: Int
  private(set) var count = 0
  var codingPath: [any CodingKey] { [] }

  init(encoder: CompactEncoder) {
    self.encoder = encoder
    place = encoder.reserveCount()
  }

  private mutating func begin() {
    count += 1
    encoder.put(count: count, at: place)
  }

  mutating func encodeNil() {
    begin()
    encoder.put(flag: false)
  }

  mutating func encode<Value: Encodable>(_ value: Value) throws {
    begin()
    try encoder.put(value)
  }

  mutating func encode(_ value: UInt128) throws {
    begin()
    try encoder.put(value)
  }

  mutating func nestedContainer<Nested>(keyedBy: Nested.Type) -> KeyedEncodingContainer<Nested> {
    begin()
    return KeyedEncodingContainer(CompactMembersOut(encoder: encoder))
  }

  mutating func nestedUnkeyedContainer() -> any UnkeyedEncodingContainer {
    begin()
    return ListPart(encoder: encoder)
  }

  mutating func superEncoder() -> any Encoder {
    begin()
    return encoder
  }
}

private struct SinglePart: SingleValueEncodingContainer {
  let encoder: CompactEncoder
  var codingPath: [any CodingKey] { [] }

  func encodeNil() { encoder.put(flag: false) }
  func encode<Value: Encodable>(_ value: Value) throws { try encoder.put(value) }
  func encode(_ value: UInt128) throws { try encoder.put(value) }
}
