internal import Receipts
internal import Workload

/// Writes canonical bytes: fixed widths, big-endian, no padding.
struct ByteWriter {
  private(set) var bytes: [UInt8] = []

  mutating func append(_ value: some FixedWidthInteger) {
    withUnsafeBytes(of: value.bigEndian) { bytes.append(contentsOf: $0) }
  }

  mutating func append(_ word: Bytes32) {
    let words = word.words
    for index in 0..<4 { append(words[index]) }
  }

  mutating func append(_ address: Address) {
    bytes.append(contentsOf: address.bytes)
  }

  mutating func append(_ signature: Signature) {
    append(signature.r)
    append(signature.s)
    append(signature.v)
  }
}

/// Reads canonical bytes that may be anyone's: never past the end, and every refusal is a `Rejection`.
struct ByteReader {
  private let bytes: [UInt8]
  private var position = 0

  init(_ bytes: [UInt8]) {
    self.bytes = bytes
  }

  mutating func integer<Number: FixedWidthInteger>(_ type: Number.Type = Number.self) throws(Rejection)
    -> Number
  {
    let width = Number.bitWidth / 8
    guard bytes.count - position >= width else {
      throw .malformed(reason: "it ends at byte \(bytes.count), too early")
    }
    var value: Number = 0
    for index in position..<position + width {
      value =
        width == 1
        ? Number(truncatingIfNeeded: bytes[index]) : value << 8 | Number(truncatingIfNeeded: bytes[index])
    }
    position += width
    return value
  }

  mutating func word() throws(Rejection) -> Bytes32 {
    Bytes32(try integer(), try integer(), try integer(), try integer())
  }

  mutating func address() throws(Rejection) -> Address {
    Address(lastBytesOf: Bytes32(0, UInt64(try integer(UInt32.self)), try integer(), try integer()))
  }

  mutating func signature() throws(Rejection) -> Signature {
    let (r, s, v) = (try word(), try word(), try integer(UInt8.self))
    guard let signature = Signature(r: r, s: s, v: v) else {
      throw .malformed(reason: "a signature has r, low s, and v of 27 or 28")
    }
    return signature
  }

  mutating func bag() throws(Rejection) -> BagID {
    guard let bag = BagID(word: try word()) else {
      throw .malformed(reason: "the last four bytes of a bag's name are zero")
    }
    return bag
  }

  mutating func task() throws(Rejection) -> TaskID { TaskID(word: try word()) }

  /// Bytes left over would give one call two encodings.
  func finish() throws(Rejection) {
    guard position == bytes.count else {
      throw .malformed(reason: "\(bytes.count - position) bytes follow its end")
    }
  }
}
