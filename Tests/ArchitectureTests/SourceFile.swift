import Foundation

/// A Swift file of the repository, and its code with comments and texts blanked out, so that a word in a sentence is
/// not taken for a call.
struct SourceFile {
  /// Relative to the repository, such as `Sources/Workload/Bag.swift`.
  var path: String
  var text: String
  /// The lines of the code; as many as the text has.
  var code: [String]

  /// The target whose folder holds it; nothing outside of `Sources`.
  var module: String? {
    let parts = path.split(separator: "/")
    return parts.count > 2 && parts[0] == "Sources" ? String(parts[1]) : nil
  }

  init(path: String, text: String) {
    self.path = path
    self.text = text
    code = Self.blanked(text).split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
  }

  static let repository = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

  private static let sources = Result { try read(below: "Sources") }
  private static let examples = Result { try read(below: "examples") }

  /// Every Swift file of `Sources`, sorted by path; read once for all tests.
  static func ofSources() throws -> [SourceFile] { try sources.get() }

  /// Every Swift file of `examples`, sorted by path.
  static func ofExamples() throws -> [SourceFile] { try examples.get() }

  /// Every Swift file below a folder of the repository, sorted by path.
  private static func read(below folder: String) throws -> [SourceFile] {
    let root = repository.appending(path: folder)
    let paths = FileManager.default.enumerator(atPath: root.path)?.compactMap { $0 as? String } ?? []
    return try paths.filter { $0.hasSuffix(".swift") }.sorted().map { path in
      SourceFile(
        path: folder + "/" + path, text: try String(contentsOf: root.appending(path: path), encoding: .utf8))
    }
  }

  /// Where a text stands in the code: `path:line`.
  func places(of text: String) -> [String] {
    places { $0.contains(text) }
  }

  func places(_ matches: (String) -> Bool) -> [String] {
    code.enumerated().filter { matches($0.element) }.map { "\(path):\($0.offset + 1)" }
  }

  /// The code alone: comments, and what stands between quotes, become spaces. Code in an interpolation counts as text.
  private static func blanked(_ text: String) -> String {
    var output: [UInt8] = []
    var rest = Array(text.utf8)[...]
    func blank(_ count: Int) {
      output += rest.prefix(count).map { $0 == UInt8(ascii: "\n") ? $0 : UInt8(ascii: " ") }
      rest = rest.dropFirst(count)
    }
    let starts = Set("/\"#".utf8)
    while let byte = rest.first {
      guard starts.contains(byte) else {
        let plain = rest.prefix { !starts.contains($0) }
        output += plain
        rest = rest.dropFirst(plain.count)
        continue
      }
      if rest.starts(with: "//".utf8) {
        blank(rest.prefix { $0 != UInt8(ascii: "\n") }.count)
      } else if rest.starts(with: "/*".utf8) {
        blank(lengthOfComment(rest))
      } else if byte == UInt8(ascii: "\"") || rest.starts(with: "#\"".utf8) || rest.starts(with: "##\"".utf8)
      {
        blank(lengthOfText(rest))
      } else {
        output.append(byte)
        rest = rest.dropFirst()
      }
    }
    return String(decoding: output, as: UTF8.self)
  }

  /// Of a block comment with those inside it.
  private static func lengthOfComment(_ bytes: ArraySlice<UInt8>) -> Int {
    var rest = bytes.dropFirst(2)
    var depth = 1
    while depth > 0, !rest.isEmpty {
      if rest.starts(with: "/*".utf8) {
        depth += 1
        rest = rest.dropFirst(2)
      } else if rest.starts(with: "*/".utf8) {
        depth -= 1
        rest = rest.dropFirst(2)
      } else {
        rest = rest.dropFirst()
      }
    }
    return bytes.count - rest.count
  }

  /// Of a literal, with its quotes. Quotes inside an interpolation are counted in pairs by its parentheses.
  private static func lengthOfText(_ bytes: ArraySlice<UInt8>) -> Int {
    let hashes = [UInt8](repeating: UInt8(ascii: "#"), count: bytes.prefix { $0 == UInt8(ascii: "#") }.count)
    let opening = bytes.dropFirst(hashes.count)
    let quotes = opening.starts(with: "\"\"\"".utf8) ? 3 : 1
    let end = [UInt8](repeating: UInt8(ascii: "\""), count: quotes) + hashes
    let escape = [UInt8(ascii: "\\")] + hashes
    var rest = opening.dropFirst(quotes)
    while !rest.isEmpty {
      if rest.starts(with: escape) {
        rest = rest.dropFirst(escape.count)
        rest =
          rest.first == UInt8(ascii: "(") ? rest.dropFirst(lengthOfInterpolation(rest)) : rest.dropFirst()
      } else if rest.starts(with: end) {
        rest = rest.dropFirst(end.count)
        break
      } else {
        rest = rest.dropFirst()
      }
    }
    return bytes.count - rest.count
  }

  private static func lengthOfInterpolation(_ bytes: ArraySlice<UInt8>) -> Int {
    var rest = bytes
    var depth = 0
    repeat {
      switch rest.first {
      case UInt8(ascii: "("): depth += 1
      case UInt8(ascii: ")"): depth -= 1
      case UInt8(ascii: "\""):
        rest = rest.dropFirst(lengthOfText(rest))
        continue
      default: break
      }
      rest = rest.dropFirst()
    } while depth > 0 && !rest.isEmpty
    return bytes.count - rest.count
  }
}
