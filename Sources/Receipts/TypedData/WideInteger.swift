internal import Workload

/// Whole numbers of Solidity, up to 256 bits, read from text.
enum WideInteger {
  /// The ABI word of `text` as an `int<bits>` or `uint<bits>`; nothing where it is no decimal or `0x` number,
  /// or doesn't fit.
  static func word(_ text: some StringProtocol, bits: Int, isSigned: Bool) -> Bytes32? {
    let isNegative = text.hasPrefix("-")
    guard let magnitude = magnitude(isNegative ? text.dropFirst() : text.dropFirst(0)) else { return nil }
    let length = bitLength(magnitude)
    guard isSigned else {
      return length <= bits && (!isNegative || length == 0) ? bytes32(magnitude) : nil
    }
    guard isNegative else { return length < bits ? bytes32(magnitude) : nil }
    // The least number of a type, −2^(bits−1), has no positive twin.
    let isPowerOfTwo = (0..<4).reduce(0) { $0 + magnitude[$1].nonzeroBitCount } == 1
    guard length < bits || (length == bits && isPowerOfTwo) else { return nil }
    return bytes32(negated(magnitude))
  }

  /// Words with the least significant first.
  private static func magnitude(_ text: some StringProtocol) -> InlineArray<4, UInt64>? {
    var digits = Substring(text)
    var base: UInt64 = 10
    if digits.hasPrefix("0x") {
      base = 16
      digits = digits.dropFirst(2)
    }
    guard !digits.isEmpty else { return nil }
    var words = InlineArray<4, UInt64>(repeating: 0)
    for character in digits {
      guard character.isASCII, let value = character.hexDigitValue, value < base else { return nil }
      var carry = UInt64(value)
      for index in 0..<4 {
        let (high, low) = words[index].multipliedFullWidth(by: base)
        let (sum, overflow) = low.addingReportingOverflow(carry)
        words[index] = sum
        carry = high + (overflow ? 1 : 0)
      }
      guard carry == 0 else { return nil }
    }
    return words
  }

  private static func bitLength(_ words: InlineArray<4, UInt64>) -> Int {
    for index in (0..<4).reversed() where words[index] != 0 {
      return index * 64 + 64 - words[index].leadingZeroBitCount
    }
    return 0
  }

  private static func negated(_ words: InlineArray<4, UInt64>) -> InlineArray<4, UInt64> {
    var result = words
    var carry = true
    for index in 0..<4 {
      let (sum, overflow) = (~words[index]).addingReportingOverflow(carry ? 1 : 0)
      result[index] = sum
      carry = overflow
    }
    return result
  }

  private static func bytes32(_ words: InlineArray<4, UInt64>) -> Bytes32 {
    Bytes32(words[3], words[2], words[1], words[0])
  }
}
