/// What unpacking a layer came to, as samovar-unpack prints it: a key and a value a line.
package struct UnpackSummary: Hashable, Sendable {
  /// SHA-256 of the uncompressed archive, as 64 hexadecimal digits: the layer's DiffID.
  package var diffID = ""
  /// Files, directories and links made.
  package var entries: UInt64 = 0
  /// Of files' content.
  package var contentBytes: UInt64 = 0
  package var whiteouts: UInt64 = 0
  /// Devices, FIFOs and sockets that were left out.
  package var skippedSpecials: UInt64 = 0
  /// Set-user-id, set-group-id and sticky bits that were taken off.
  package var clearedModes: UInt64 = 0
  package var droppedAttributes: UInt64 = 0

  package init() {}

  private static let keys: [(key: String, path: any WritableKeyPath<UnpackSummary, UInt64> & Sendable)] = [
    ("entries", \.entries), ("content-bytes", \.contentBytes), ("whiteouts", \.whiteouts),
    ("skipped-specials", \.skippedSpecials), ("cleared-modes", \.clearedModes),
    ("dropped-attributes", \.droppedAttributes),
  ]

  package var text: String {
    "diff-id \(diffID)\n" + Self.keys.map { "\($0.key) \(self[keyPath: $0.path])\n" }.joined()
  }

  /// Nothing where the text isn't such a summary, whole.
  package init?(text: String) {
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    guard lines.count == Self.keys.count + 2, lines.last == "", let first = lines.first,
      first.hasPrefix("diff-id ")
    else { return nil }
    diffID = String(first.dropFirst("diff-id ".count))
    guard diffID.utf8.count == 64,
      diffID.utf8.allSatisfy({ (0x30...0x39).contains($0) || (0x61...0x66).contains($0) })
    else { return nil }
    for (line, known) in zip(lines.dropFirst(), Self.keys) {
      let parts = line.split(separator: " ")
      guard parts.count == 2, parts[0] == known.key, let value = UInt64(parts[1]) else { return nil }
      self[keyPath: known.path] = value
    }
  }
}
