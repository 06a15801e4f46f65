package import Workload

/// Keccak-256 as Ethereum uses it: the Keccak of 2011 with its padding byte 0x01, not SHA-3 with its 0x06.
///
/// A value: copying it forks the stream, which is how shared prefixes are hashed once.
package struct Keccak256: Sendable {
  /// Bytes taken in between two permutations: 1600 − 2 · 256 bits.
  private static let rate = 136

  private var state = InlineArray<25, UInt64>(repeating: 0)
  /// Bytes taken in since the last permutation, below `rate`.
  private var position = 0

  package init() {}

  package mutating func update(_ bytes: [UInt8]) {
    bytes.withUnsafeBytes { update($0) }
  }

  package mutating func update(_ bytes: ArraySlice<UInt8>) {
    bytes.withUnsafeBytes { update($0) }
  }

  package mutating func update(_ text: String) {
    update(Array(text.utf8))
  }

  package mutating func update(_ word: Bytes32) {
    guard position.isMultiple(of: 8) else { return update(word.bytes) }
    let words = word.words
    for index in 0..<4 { absorb(words[index].byteSwapped) }
  }

  package mutating func update(_ bytes: UnsafeRawBufferPointer) {
    var index = 0
    while index < bytes.count, !position.isMultiple(of: 8) {
      absorb(bytes[index])
      index += 1
    }
    if position == 0 {
      while bytes.count - index >= Self.rate {
        for lane in 0..<(Self.rate / 8) {
          state[lane] ^= UInt64(
            littleEndian: bytes.loadUnaligned(fromByteOffset: index + lane * 8, as: UInt64.self))
        }
        KeccakPermutation.apply(to: &state)
        index += Self.rate
      }
    }
    while bytes.count - index >= 8 {
      absorb(UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: index, as: UInt64.self)))
      index += 8
    }
    while index < bytes.count {
      absorb(bytes[index])
      index += 1
    }
  }

  /// The digest of all that was given so far; more may follow.
  package func finalized() -> Bytes32 {
    var last = state
    last[position / 8] ^= 0x01 << UInt64(position % 8 * 8)
    last[Self.rate / 8 - 1] ^= 0x80 << 56
    KeccakPermutation.apply(to: &last)
    return Bytes32(last[0].byteSwapped, last[1].byteSwapped, last[2].byteSwapped, last[3].byteSwapped)
  }

  /// A whole lane, where `position` stands on one.
  private mutating func absorb(_ lane: UInt64) {
    state[position / 8] ^= lane
    advance(by: 8)
  }

  private mutating func absorb(_ byte: UInt8) {
    state[position / 8] ^= UInt64(byte) << UInt64(position % 8 * 8)
    advance(by: 1)
  }

  private mutating func advance(by count: Int) {
    position += count
    if position == Self.rate {
      KeccakPermutation.apply(to: &state)
      position = 0
    }
  }
}

extension Keccak256 {
  package static func hash(_ bytes: [UInt8]) -> Bytes32 {
    var hash = Keccak256()
    hash.update(bytes)
    return hash.finalized()
  }

  package static func hash(_ text: String) -> Bytes32 {
    var hash = Keccak256()
    hash.update(text)
    return hash.finalized()
  }

  /// Of the words one after another: Solidity's `keccak256(abi.encode(…))` of static types.
  package static func hash(words: [Bytes32]) -> Bytes32 {
    var hash = Keccak256()
    for word in words { hash.update(word) }
    return hash.finalized()
  }

  package static func hash(_ left: Bytes32, _ right: Bytes32) -> Bytes32 {
    var hash = Keccak256()
    hash.update(left)
    hash.update(right)
    return hash.finalized()
  }
}
