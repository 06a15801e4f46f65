/// JSON of which equal values have equal bytes: the canonical form of RFC 8785 for text, whole numbers, truth values,
/// lists and objects. There are no fractions and no null: what a bag needs is exact.
package enum CanonicalJSON: Hashable, Sendable {
  case string(String)
  /// Within ±(2⁵³ − 1), so that every JSON reader keeps it exactly (RFC 7493 §2.2).
  case integer(Int64)
  case bool(Bool)
  case array([CanonicalJSON])
  case object([String: CanonicalJSON])

  /// The greatest magnitude of an integer.
  package static let greatestInteger: Int64 = 1 << 53 - 1

  /// An unsigned number that a rule already bounds below 2⁵³.
  package static func integer(_ value: UInt64) -> CanonicalJSON {
    precondition(value <= UInt64(greatestInteger), "\(value) is not exact in JSON")
    return .integer(Int64(value))
  }

  /// UTF-8 without white space; the keys of objects in the order of their UTF-16 code units.
  package var bytes: [UInt8] {
    var output: [UInt8] = []
    write(to: &output)
    return output
  }

  private func write(to output: inout [UInt8]) {
    switch self {
    case .string(let text): Self.write(text, to: &output)
    case .integer(let value): output += String(value).utf8
    case .bool(let value): output += (value ? "true" : "false").utf8
    case .array(let elements):
      output.append(UInt8(ascii: "["))
      for (index, element) in elements.enumerated() {
        if index > 0 { output.append(UInt8(ascii: ",")) }
        element.write(to: &output)
      }
      output.append(UInt8(ascii: "]"))
    case .object(let members):
      output.append(UInt8(ascii: "{"))
      let sorted = members.sorted { $0.key.utf16.lexicographicallyPrecedes($1.key.utf16) }
      for (index, member) in sorted.enumerated() {
        if index > 0 { output.append(UInt8(ascii: ",")) }
        Self.write(member.key, to: &output)
        output.append(UInt8(ascii: ":"))
        member.value.write(to: &output)
      }
      output.append(UInt8(ascii: "}"))
    }
  }

  /// RFC 8785 §3.2.2.2: the short escapes, `\u00xx` for the other control characters, all else as it is.
  private static func write(_ text: String, to output: inout [UInt8]) {
    output.append(UInt8(ascii: "\""))
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "\""): output += #"\""#.utf8
      case UInt8(ascii: "\\"): output += #"\\"#.utf8
      case 0x08: output += #"\b"#.utf8
      case 0x09: output += #"\t"#.utf8
      case 0x0A: output += #"\n"#.utf8
      case 0x0C: output += #"\f"#.utf8
      case 0x0D: output += #"\r"#.utf8
      case 0..<0x20: output += (#"\u00"# + Hex.encode([byte])).utf8
      default: output.append(byte)
      }
    }
    output.append(UInt8(ascii: "\""))
  }
}
