/// 32 bytes without an allocation: Solidity's `bytes32`, and what SHA-256 and Keccak-256 return.
///
/// Ordered as a big-endian number, as Ethereum orders hashes.
package struct Bytes32: Hashable, Sendable {
  private let word0: UInt64
  private let word1: UInt64
  private let word2: UInt64
  private let word3: UInt64

  package static let zero = Bytes32(0, 0, 0, 0)

  /// Four big-endian words, the most significant first.
  package init(_ word0: UInt64, _ word1: UInt64, _ word2: UInt64, _ word3: UInt64) {
    self.word0 = word0
    self.word1 = word1
    self.word2 = word2
    self.word3 = word3
  }

  /// Nothing where `bytes` does not hold 32.
  package init?(_ bytes: some Collection<UInt8>) {
    guard bytes.count == 32 else { return nil }
    var words = InlineArray<4, UInt64>(repeating: 0)
    for (index, byte) in bytes.enumerated() {
      words[index / 8] = words[index / 8] << 8 | UInt64(byte)
    }
    self.init(words[0], words[1], words[2], words[3])
  }

  /// 64 hexadecimal digits with or without `0x`; nothing where it is not that.
  package init?(hex: some StringProtocol) {
    guard let bytes = Hex.decode(hex) else { return nil }
    self.init(bytes)
  }

  /// A number, right-aligned as the ABI's `uint256` is.
  package init(_ number: UInt128) {
    self.init(0, 0, UInt64(truncatingIfNeeded: number >> 64), UInt64(truncatingIfNeeded: number))
  }

  /// The four big-endian words, the most significant first.
  package var words: InlineArray<4, UInt64> { [word0, word1, word2, word3] }

  /// The 32 bytes, the most significant first.
  package var bytes: [UInt8] {
    [UInt8](unsafeUninitializedCapacity: 32) { buffer, count in
      var index = 0
      for word in [word0, word1, word2, word3] {
        for shift in stride(from: 56, through: 0, by: -8) {
          buffer[index] = UInt8(truncatingIfNeeded: word >> UInt64(shift))
          index += 1
        }
      }
      count = 32
    }
  }

  /// 64 lower-case hexadecimal digits without `0x`.
  package var hex: String { Hex.encode(bytes) }
}

extension Bytes32: Comparable {
  package static func < (left: Bytes32, right: Bytes32) -> Bool {
    (left.word0, left.word1, left.word2, left.word3)
      < (right.word0, right.word1, right.word2, right.word3)
  }
}

extension Bytes32: CustomStringConvertible {
  package var description: String { "0x" + hex }
}

extension Bytes32: Codable {
  package init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    let text = try container.decode(String.self)
    guard let value = Bytes32(hex: text) else {
      throw DecodingError.dataCorruptedError(
        in: container, debugDescription: "'\(text)' is not 32 bytes in hexadecimal")
    }
    self = value
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(description)
  }
}
