import TestSupport

/// Bytes that are nearly right: what a fuzzer makes of a valid encoding.
struct ByteMutation {
  var random: SplitMix64
  private static let mostSteps = 3
  private static let longestExtension = 80
  private static let extremes: [UInt8] = [0x00, 0x01, 0x7f, 0x80, 0xfe, 0xff]
  /// Of integers in encodings, in bytes.
  private static let widths = [1, 2, 4, 8, 16, 32]

  /// One to three changes; `others` are valid encodings to take pieces of.
  mutating func mutate(_ bytes: [UInt8], others: [[UInt8]]) -> [UInt8] {
    var result = bytes
    for _ in 0..<Int.random(in: 1...Self.mostSteps, using: &random) { step(&result, others) }
    return result
  }

  private mutating func step(_ bytes: inout [UInt8], _ others: [[UInt8]]) {
    guard !bytes.isEmpty else {
      bytes = noise(upTo: Self.longestExtension)
      return
    }
    let place = Int.random(in: bytes.indices, using: &random)
    switch random.next() % 9 {
    case 0, 1: bytes[place] ^= 1 << UInt8(random.next() % 8)
    case 2: bytes[place] = Self.extremes.randomElement(using: &random) ?? 0
    case 3: bytes.removeLast(bytes.count - place)
    case 4: bytes += noise(upTo: Self.longestExtension)
    case 5: bytes.removeSubrange(range(in: bytes))
    case 6: bytes.insert(contentsOf: bytes[range(in: bytes)], at: place)
    case 7: splice(&bytes, others.randomElement(using: &random) ?? [])
    default: overwrite(&bytes, at: place)
    }
  }

  /// The head of one and the tail of another.
  private mutating func splice(_ bytes: inout [UInt8], _ other: [UInt8]) {
    bytes = bytes[..<range(in: bytes).lowerBound] + other.suffix(Int(random.next() % UInt64(other.count + 1)))
  }

  /// A whole integer with its least, its greatest, or one beside them.
  private mutating func overwrite(_ bytes: inout [UInt8], at place: Int) {
    let end = min(bytes.count, place + (Self.widths.randomElement(using: &random) ?? 1))
    let fill: UInt8 = random.chance(50) ? 0x00 : 0xff
    for index in place..<end { bytes[index] = fill }
    if random.chance(50) { bytes[end - 1] ^= 1 }
    if random.chance(25) { bytes[place] ^= 0x80 }
  }

  private mutating func range(in bytes: [UInt8]) -> Range<Int> {
    guard !bytes.isEmpty else { return 0..<0 }
    let start = Int.random(in: bytes.indices, using: &random)
    return start..<min(bytes.count, start + Int.random(in: 1...40, using: &random))
  }

  private mutating func noise(upTo count: Int) -> [UInt8] {
    (0..<Int.random(in: 1...count, using: &random)).map { _ in UInt8(truncatingIfNeeded: random.next()) }
  }
}
