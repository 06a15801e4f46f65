/// The aliases of a YAML text (`*name`, YAML 1.2 §7.1), which are bounded before it is parsed.
///
/// An alias stands for all that its anchor holds, other aliases among it, so a few lines may be a tree of billions of
/// nodes. The parser keeps such a tree as small as its text, but hashes all of it where it is a mapping's key, to find
/// keys that stand twice.
enum YAMLAliases {
  /// With so many, no tree is more than 36 times as large as its text: four anchors, each of two or three aliases of the
  /// one before it, give the most, 2 · 2 · 3 · 3.
  static let most = 10

  /// The mistake of a text with too many aliases, at the first that is too many.
  static func excess(in text: String, file: String) -> Mistake? {
    var line = 1
    var column = 0
    var found = 0
    // What stands before, blanks aside: a line's end or beginning, or another character.
    var last: Unicode.Scalar = "\n"
    var previous: Unicode.Scalar = "\n"
    for scalar in text.unicodeScalars {
      if isAlias(previous, scalar, after: last) {
        found += 1
        guard found <= most else {
          return Mistake(
            file: file, line: line, column: max(1, column),
            message: "there are more than \(most) aliases (*name) in the file; write out what they stand for")
        }
      }
      if !isBlank(previous) { last = previous }
      if isBreak(scalar), !(previous == "\r" && scalar == "\n") {
        line += 1
        column = 0
      } else if !isBreak(scalar) {
        column += 1
      }
      previous = scalar
    }
    return nil
  }

  /// Whether these two characters begin an alias. It may take text for an alias, such as a line of a shell script that
  /// begins with `*)x`, but never an alias for text: a token stands first on its line or after an indicator.
  private static func isAlias(
    _ first: Unicode.Scalar, _ second: Unicode.Scalar, after last: Unicode.Scalar
  ) -> Bool {
    guard first == "*", isName(second) else { return false }
    return isBreak(last) || "-?:,[{".unicodeScalars.contains(last)
  }

  /// As libyaml has it, in names of anchors and aliases.
  private static func isName(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar {
    case "0"..."9", "A"..."Z", "a"..."z", "_", "-": true
    default: false
    }
  }

  /// The byte order mark may stand before a line.
  private static func isBlank(_ scalar: Unicode.Scalar) -> Bool { [" ", "\t", "\u{FEFF}"].contains(scalar) }

  /// YAML 1.1's line breaks, §5.4.
  private static func isBreak(_ scalar: Unicode.Scalar) -> Bool {
    ["\n", "\r", "\u{85}", "\u{2028}", "\u{2029}"].contains(scalar)
  }
}
