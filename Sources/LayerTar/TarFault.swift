/// Why a layer is refused: a sentence without its end, about which entry where there is one. The names in it come from
/// the layer, so what isn't printable ASCII is escaped.
package struct TarFault: Error, Hashable, Sendable, CustomStringConvertible {
  package var reason: String
  package var entry: String?

  package init(_ reason: String, entry: [UInt8]? = nil) {
    self.reason = reason
    self.entry = entry.map(Self.printable)
  }

  package var description: String { entry.map { "the entry '\($0)' \(reason)" } ?? reason }

  private static let longestShown = 160

  package static func printable(_ bytes: [UInt8]) -> String {
    var text = ""
    for byte in bytes.prefix(longestShown) {
      if (0x20..<0x7f).contains(byte), byte != UInt8(ascii: "\\") {
        text.unicodeScalars.append(Unicode.Scalar(byte))
      } else {
        let digits = String(byte, radix: 16)
        text += "\\x" + (digits.count == 1 ? "0" : "") + digits
      }
    }
    return bytes.count > longestShown ? text + "…" : text
  }
}
