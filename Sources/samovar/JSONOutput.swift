import FoundationEssentials

/// What commands print with `--json`: one document, keys sorted.
enum JSONOutput {
  static func print(_ value: some Encodable) throws {
    Swift.print(String(decoding: try bytes(value), as: UTF8.self))
  }

  static func bytes(_ value: some Encodable) throws -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    return Array(try encoder.encode(value))
  }
}
