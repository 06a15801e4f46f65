internal import Receipts
internal import Workload

/// Reads what `CompactEncoder` wrote. Of bytes that are anything else it throws, and never traps or takes more memory than
/// a small multiple of them.
final class CompactDecoder: Decoder {
  private let bytes: ArraySlice<UInt8>
  private var position: Int
  private var names: [String] = []

  var codingPath: [any CodingKey] { [] }
  var userInfo: [CodingUserInfoKey: Any] { [:] }

  private init(_ bytes: ArraySlice<UInt8>) {
    self.bytes = bytes
    position = bytes.startIndex
  }

  /// A value whose bytes these are, to the last.
  static func decode<Value: Decodable>(_ type: Value.Type, from bytes: ArraySlice<UInt8>) throws -> Value {
    let decoder = CompactDecoder(bytes)
    let value = try decoder.take(type)
    guard decoder.position == bytes.endIndex else {
      throw decoder.corrupted("\(bytes.endIndex - decoder.position) bytes follow the end")
    }
    return value
  }

  func container<Key>(keyedBy type: Key.Type) -> KeyedDecodingContainer<Key> {
    KeyedDecodingContainer(CompactMembersIn(decoder: self))
  }

  func unkeyedContainer() throws -> any UnkeyedDecodingContainer { try ListPart(decoder: self) }

  func singleValueContainer() -> any SingleValueDecodingContainer { SinglePart(decoder: self) }

  // MARK: - Values

  func take<Value: Decodable>(_ type: Value.Type = Value.self) throws -> Value {
    if Value.self == UInt64.self { return unsafeBitCast(try takeNumber() as UInt64, to: Value.self) }
    if Value.self == UInt128.self { return unsafeBitCast(try takeWide(), to: Value.self) }
    if Value.self == UInt32.self { return unsafeBitCast(try takeNumber() as UInt32, to: Value.self) }
    if Value.self == Bytes32.self { return unsafeBitCast(try takeWord(), to: Value.self) }
    if Value.self == Address.self { return unsafeBitCast(try takeAddress(), to: Value.self) }
    if Value.self == Int.self { return unsafeBitCast(try takeSigned() as Int, to: Value.self) }
    if Value.self == UInt16.self { return unsafeBitCast(try takeNumber() as UInt16, to: Value.self) }
    if Value.self == UInt8.self { return unsafeBitCast(try takeByte(), to: Value.self) }
    if Value.self == Bool.self { return unsafeBitCast(try takeFlag(), to: Value.self) }
    if Value.self == Int32.self { return unsafeBitCast(try takeSigned() as Int32, to: Value.self) }
    if Value.self == UInt.self { return unsafeBitCast(try takeNumber() as UInt, to: Value.self) }
    if Value.self == Int16.self { return unsafeBitCast(try takeSigned() as Int16, to: Value.self) }
    if Value.self == Int8.self { return unsafeBitCast(try takeSigned() as Int8, to: Value.self) }
    if Value.self == Int64.self { return unsafeBitCast(try takeSigned() as Int64, to: Value.self) }
    if Value.self == String.self { return try cast(takeText()) }
    if let type = Value.self as? any CompactlyCoded.Type { return try cast(type.decode(compactly: self)) }
    if Value.self == Signature.self { return try cast(takeSignature()) }
    return try Value(from: self)
  }

  private func cast<Value>(_ value: Any) throws -> Value {
    guard let value = value as? Value else { throw corrupted("it is no \(Value.self)") }
    return value
  }

  func takeByte() throws -> UInt8 {
    guard position < bytes.endIndex else { throw corrupted("it ends too early") }
    defer { position += 1 }
    return bytes[position]
  }

  func takeFlag() throws -> Bool {
    switch try takeByte() {
    case 0: false
    case 1: true
    case let byte: throw corrupted("\(byte) is neither yes nor no")
    }
  }

  func takeNumber<Number: FixedWidthInteger & UnsignedInteger>() throws -> Number {
    var number: UInt64 = 0
    for shift in stride(from: UInt64(0), to: 70, by: 7) {
      let byte = try takeByte()
      guard shift < 63 || byte <= 1 else { break }
      number |= UInt64(byte & 0x7f) << shift
      if byte < 0x80 {
        guard let number = Number(exactly: number) else { throw corrupted("\(number) is too large") }
        return number
      }
    }
    throw corrupted("a number is too long")
  }

  private func takeSigned<Number: FixedWidthInteger & SignedInteger>() throws -> Number {
    let coded: UInt64 = try takeNumber()
    let number = Int64(bitPattern: coded >> 1) ^ -Int64(bitPattern: coded & 1)
    guard let number = Number(exactly: number) else { throw corrupted("\(number) is too large") }
    return number
  }

  private func takeWide() throws -> UInt128 {
    let low: UInt64 = try takeNumber()
    let high: UInt64 = try takeNumber()
    return UInt128(high) << 64 | UInt128(low)
  }

  private func takeWord() throws -> Bytes32 {
    Bytes32(try takeFixed(), try takeFixed(), try takeFixed(), try takeFixed())
  }

  private func takeAddress() throws -> Address {
    let high: UInt32 = try takeFixed()
    return Address(lastBytesOf: Bytes32(0, UInt64(high), try takeFixed(), try takeFixed()))
  }

  private func takeSignature() throws -> Signature {
    guard let signature = Signature(r: try takeWord(), s: try takeWord(), v: try takeByte()) else {
      throw corrupted("it is no signature")
    }
    return signature
  }

  private func takeText() throws -> String {
    let count: UInt64 = try takeNumber()
    guard count <= UInt64(bytes.endIndex - position) else { throw corrupted("a text ends too late") }
    defer { position += Int(count) }
    return String(decoding: bytes[position..<position + Int(count)], as: UTF8.self)
  }

  func takeFixed<Number: FixedWidthInteger>() throws -> Number {
    let width = Number.bitWidth / 8
    guard bytes.endIndex - position >= width else { throw corrupted("it ends too early") }
    defer { position += width }
    let offset = position - bytes.startIndex
    return bytes.withUnsafeBytes {
      Number(littleEndian: $0.loadUnaligned(fromByteOffset: offset, as: Number.self))
    }
  }

  // MARK: - Parts

  /// The name of an enum's case; nothing is taken with `peeking`.
  func takeName(peeking: Bool = false) throws -> String {
    let start = position
    defer { if peeking { position = start } }
    let number: UInt64 = try takeNumber()
    if number < UInt64(names.count) { return names[Int(number)] }
    guard number == UInt64(names.count) else { throw corrupted("there is no name of number \(number)") }
    let name = try takeText()
    if !peeking { names.append(name) }
    return name
  }

  func takeMark(_ key: some CodingKey) throws {
    guard try takeByte() == CompactMark.of(key.stringValue) else {
      throw corrupted("\(key.stringValue) does not stand where this Samovar has it")
    }
  }

  func corrupted(_ reason: String) -> DecodingError {
    .dataCorrupted(
      .init(codingPath: [], debugDescription: "\(reason), at byte \(position - bytes.startIndex)"))
  }
}

extension Dictionary {
  static func decode(compactly decoder: CompactDecoder) throws -> Self where Key: Codable, Value: Codable {
    var found: Self = [:]
    let count: UInt64 = try decoder.takeNumber()
    for _ in 0..<count {
      let key: Key = try decoder.take()
      guard found.updateValue(try decoder.take(), forKey: key) == nil else {
        throw decoder.corrupted("\(key) stands twice")
      }
    }
    return found
  }
}

extension Optional {
  static func decode(compactly decoder: CompactDecoder) throws -> Self where Wrapped: Codable {
    try decoder.takeFlag() ? decoder.take(Wrapped.self) : nil
  }
}

struct CompactMembersIn<Key: CodingKey>: KeyedDecodingContainerProtocol {
  let decoder: CompactDecoder
  var codingPath: [any CodingKey] { [] }

  /// The case that comes next, of an enum.
  var allKeys: [Key] {
    guard let name = try? decoder.takeName(peeking: true), let key = Key(stringValue: name) else { return [] }
    return [key]
  }

  func contains(_ key: Key) -> Bool { true }

  func decodeNil(forKey key: Key) throws -> Bool {
    try decoder.takeMark(key)
    return try !decoder.takeFlag()
  }

  func decode<Value: Decodable>(_ type: Value.Type, forKey key: Key) throws -> Value {
    try decoder.takeMark(key)
    return try decoder.take()
  }

  func nestedContainer<Nested>(keyedBy type: Nested.Type, forKey key: Key) throws -> KeyedDecodingContainer<
    Nested
  > {
    _ = try decoder.takeName()
    return KeyedDecodingContainer(CompactMembersIn<Nested>(decoder: decoder))
  }

  func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer {
    try decoder.takeMark(key)
    return try ListPart(decoder: decoder)
  }

  func superDecoder() -> any Decoder { decoder }
  func superDecoder(forKey key: Key) -> any Decoder { decoder }
}

private struct ListPart: UnkeyedDecodingContainer {
  let decoder: CompactDecoder
  private let all: Int
  private(set) var currentIndex = 0
  var codingPath: [any CodingKey] { [] }

  init(decoder: CompactDecoder) throws {
    self.decoder = decoder
    let all: UInt32 = try decoder.takeFixed()
    self.all = Int(all)
  }

  var count: Int? { all }
  var isAtEnd: Bool { currentIndex >= all }

  mutating func decodeNil() throws -> Bool { false }

  mutating func decode<Value: Decodable>(_ type: Value.Type) throws -> Value {
    currentIndex += 1
    return try decoder.take()
  }

  mutating func decode(_ type: UInt128.Type) throws -> UInt128 {
    currentIndex += 1
    return try decoder.take()
  }

  mutating func nestedContainer<Nested>(keyedBy type: Nested.Type) -> KeyedDecodingContainer<Nested> {
    currentIndex += 1
    return KeyedDecodingContainer(CompactMembersIn(decoder: decoder))
  }

  mutating func nestedUnkeyedContainer() throws -> any UnkeyedDecodingContainer {
    currentIndex += 1
    return try ListPart(decoder: decoder)
  }

  mutating func superDecoder() -> any Decoder {
    currentIndex += 1
    return decoder
  }
}

private struct SinglePart: SingleValueDecodingContainer {
  let decoder: CompactDecoder
  var codingPath: [any CodingKey] { [] }

  func decodeNil() -> Bool { false }
  func decode<Value: Decodable>(_ type: Value.Type) throws -> Value { try decoder.take() }
  func decode(_ type: UInt128.Type) throws -> UInt128 { try decoder.take() }
}
