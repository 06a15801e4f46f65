package import Workload

/// An Ethereum account: the last 20 bytes of the Keccak-256 of a public key.
///
/// Written with the checksum of EIP-55. Ordered as a number.
package struct Address: Hashable, Sendable {
  private let high: UInt32
  private let middle: UInt64
  private let low: UInt64

  package static let zero = Address(high: 0, middle: 0, low: 0)

  private init(high: UInt32, middle: UInt64, low: UInt64) {
    self.high = high
    self.middle = middle
    self.low = low
  }

  /// Nothing where `bytes` does not hold 20.
  package init?(bytes: some Collection<UInt8>) {
    guard bytes.count == 20, let word = Bytes32([UInt8](repeating: 0, count: 12) + bytes) else { return nil }
    self.init(lastBytesOf: word)
  }

  /// The last 20 bytes of a word, as `address(uint160(uint256(word)))` takes them.
  package init(lastBytesOf word: Bytes32) {
    let words = word.words
    self.init(high: UInt32(truncatingIfNeeded: words[1]), middle: words[2], low: words[3])
  }

  /// 40 hexadecimal digits after `0x`. Digits in both cases must carry a right EIP-55 checksum; in one case
  /// they carry none, which the standard allows. Nothing where `text` is not that.
  package init?(_ text: some StringProtocol) {
    guard text.hasPrefix("0x"), let bytes = Hex.decode(text), let address = Address(bytes: bytes) else {
      return nil
    }
    let digits = String(text.dropFirst(2))
    if digits != digits.lowercased(), digits != digits.uppercased(), text != address.description {
      return nil
    }
    self = address
  }

  /// The 20 bytes, the most significant first.
  package var bytes: [UInt8] { Array(word.bytes.dropFirst(12)) }

  /// Left-padded with zeros, as the ABI encodes an `address`.
  package var word: Bytes32 { Bytes32(0, UInt64(high), middle, low) }
}

extension Address: Comparable {
  package static func < (left: Address, right: Address) -> Bool {
    (left.high, left.middle, left.low) < (right.high, right.middle, right.low)
  }
}

extension Address: CustomStringConvertible {
  /// `0x` and 40 digits, a letter in upper case where the same digit of the Keccak-256 of the lower-case text
  /// is 8 or more (EIP-55).
  package var description: String {
    let digits = Array(Hex.encode(bytes).utf8)
    let checksum = Keccak256.hash(digits).bytes
    var text: [UInt8] = Array("0x".utf8)
    for (index, digit) in digits.enumerated() {
      let nibble = index.isMultiple(of: 2) ? checksum[index / 2] >> 4 : checksum[index / 2] & 15
      let isLetter = digit >= UInt8(ascii: "a")
      text.append(isLetter && nibble >= 8 ? digit - 32 : digit)
    }
    return String(decoding: text, as: UTF8.self)
  }
}

extension Address: Codable {
  package init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    let text = try container.decode(String.self)
    guard let value = Address(text) else {
      throw DecodingError.dataCorruptedError(
        in: container,
        debugDescription:
          "'\(text)' is not an address: 0x and 40 hexadecimal digits with a right EIP-55 checksum")
    }
    self = value
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(description)
  }
}

/// As keys of a JSON object, addresses are text too.
extension Address: CodingKeyRepresentable {
  private struct TextKey: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }
    init(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
  }

  package var codingKey: any CodingKey { TextKey(stringValue: description) }

  package init?(codingKey: some CodingKey) {
    self.init(codingKey.stringValue)
  }
}
