/// The text form of a tree.
extension SysfsTree {
  private static let divider = "# - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - -"

  /// - Throws: the first line that is wrong.
  package init(parsing text: String) throws(SysfsTreeError) {
    guard text.utf8.count <= SysfsTree.largestText else { throw .tooLarge }
    var parser = TreeParser(text)
    while let (path, entry) = try parser.next() {
      entries[path] = entry
      guard entries.count <= SysfsTree.mostEntries else { throw .tooLarge }
    }
  }

  /// Entries in the order of their paths, so that two captures of one machine can be compared.
  ///
  /// - Parameter comments: lines to put at the beginning.
  package func text(comments: [String] = []) -> String {
    var lines = comments.map { "# " + $0 }
    for (path, entry) in entries.sorted(by: { NaturalOrder.precedes($0.key, $1.key) }) {
      if !lines.isEmpty { lines.append(SysfsTree.divider) }
      switch entry.content {
      case .directory: lines += ["Directory: \(path)", mode(entry)]
      case .link(let target): lines += ["Path: \(path)", "SymlinkTo: \(target)"]
      case .unreadable(let code): lines += ["Path: \(path)", "Errno: \(code)", mode(entry)]
      case .file(let bytes):
        let content = SysfsTree.lines(of: bytes)
        lines += ["Path: \(path)", "Lines: \(content.count)"] + content + [mode(entry)]
      }
    }
    return lines.joined(separator: "\n") + "\n"
  }

  private func mode(_ entry: Entry) -> String { "Mode: " + String(entry.mode, radix: 8) }

  /// A file's lines with the marks for what lines can't hold. Attributes are text: other bytes are replaced.
  private static func lines(of bytes: [UInt8]) -> [String] {
    var parts = bytes.split(separator: 10, omittingEmptySubsequences: false)
    let lacksEnd = parts.popLast().flatMap { $0.isEmpty ? nil : $0 }
    let lines = parts.map { TreeMark.escaped($0) }
    return lines + (lacksEnd.map { [TreeMark.escaped($0) + TreeMark.noLineEnd] } ?? [])
  }
}

/// The words that stand for what a line of the text can't hold.
enum TreeMark {
  static let noLineEnd = "EOF"
  static let zero = "NULLBYTE"

  static func escaped(_ bytes: ArraySlice<UInt8>) -> String {
    var escaped: [UInt8] = []
    var rest = bytes
    while let byte = rest.popFirst() {
      if byte == 0 {
        escaped += Array(zero.utf8)
        continue
      }
      for word in [noLineEnd, zero] where byte == word.utf8.first && rest.starts(with: word.utf8.dropFirst())
      {
        escaped.append(UInt8(ascii: "\\"))
      }
      escaped.append(byte)
    }
    return String(decoding: escaped, as: UTF8.self)
  }

  /// A line's bytes, with its line end where it has one.
  static func bytes(ofLine line: Substring) -> [UInt8] {
    var bytes: [UInt8] = []
    var rest = line.utf8[...]
    while let byte = rest.popFirst() {
      if byte == UInt8(ascii: "\\"),
        let word = [noLineEnd, zero].first(where: { rest.starts(with: $0.utf8) })
      {
        bytes += Array(word.utf8)
        rest = rest.dropFirst(word.utf8.count)
      } else if byte == zero.utf8.first, rest.starts(with: zero.utf8.dropFirst()) {
        bytes.append(0)
        rest = rest.dropFirst(zero.utf8.count - 1)
      } else if byte == noLineEnd.utf8.first, rest.elementsEqual(noLineEnd.utf8.dropFirst()) {
        return bytes
      } else {
        bytes.append(byte)
      }
    }
    return bytes + [10]
  }
}

private struct TreeParser {
  private let lines: [Substring]
  private var index = 0

  init(_ text: String) {
    // By bytes: as a character, "\r\n" is one and no line end.
    lines = text.utf8.split(separator: 10, omittingEmptySubsequences: false).map { Substring($0) }
  }

  mutating func next() throws(SysfsTreeError) -> (path: String, entry: SysfsTree.Entry)? {
    while index < lines.count, lines[index].isEmpty || lines[index].hasPrefix("#") { index += 1 }
    guard index < lines.count else { return nil }
    if let path = field("Directory") {
      return (try checked(path), SysfsTree.Entry(.directory, mode: try mode()))
    }
    guard let name = field("Path") else { throw wrong("'Path:' or 'Directory:' is expected") }
    let path = try checked(name)
    if let target = field("SymlinkTo") { return (path, SysfsTree.Entry(.link(target: target), mode: 0o777)) }
    if let text = field("Errno") {
      guard let code = Int32(text), (1...4095).contains(code) else {
        throw wrong("Errno is no error number", back: 1)
      }
      return (path, SysfsTree.Entry(.unreadable(errno: code), mode: try mode()))
    }
    guard let text = field("Lines") else { throw wrong("'Lines:', 'SymlinkTo:' or 'Errno:' is expected") }
    guard let count = Int(text), count >= 0, count <= lines.count - index else {
      throw wrong("'Lines: \(text)' is more than there are", back: 1)
    }
    let content = lines[index..<index + count].flatMap { TreeMark.bytes(ofLine: $0) }
    index += count
    return (path, SysfsTree.Entry(.file(content), mode: try mode()))
  }

  private mutating func field(_ name: String) -> String? {
    guard index < lines.count, lines[index].hasPrefix(name + ": ") else { return nil }
    defer { index += 1 }
    return String(lines[index].dropFirst(name.utf8.count + 2))
  }

  private mutating func mode() throws(SysfsTreeError) -> UInt16 {
    guard let text = field("Mode") else { throw wrong("'Mode:' is expected") }
    guard let mode = UInt16(text, radix: 8), mode <= 0o7777 else {
      throw wrong("'Mode: \(text)' is not octal", back: 1)
    }
    return mode
  }

  private func checked(_ path: String) throws(SysfsTreeError) -> String {
    guard SysfsTree.isInside(path) else { throw .unsafePath(path) }
    return path
  }

  private func wrong(_ what: String, back: Int = 0) -> SysfsTreeError {
    .malformed(line: index + 1 - back, what)
  }
}
