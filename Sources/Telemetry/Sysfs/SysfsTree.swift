import Glibc

/// A tree of small files as one text: documentation, test fixture and bug report in one.
///
/// The text has the form of node_exporter's `.ttar`, so that its fixtures can be unpacked too: entries of
/// `Path: sys/class/…` with `Lines: N`, the lines and `Mode: 444`; `Path:` with `SymlinkTo:`; `Directory:` with `Mode:`.
/// Lines that start with `#` between entries are comments. `EOF` ends a last line that has no line end, `NULLBYTE`
/// stands for a zero byte, and a backslash before either means the word. Ours alone is `Errno: 5` in place of
/// `Lines:`: the attribute was there, and reading it gave this errno.
package struct SysfsTree: Hashable, Sendable {
  /// Entries beyond these bounds are refused.
  package static let mostEntries = 50_000
  package static let largestText = 32 << 20

  package enum Content: Hashable, Sendable {
    case directory
    case file([UInt8])
    case link(target: String)
    /// Present, but reading it failed with this errno.
    case unreadable(errno: Int32)
  }

  package struct Entry: Hashable, Sendable {
    package var content: Content
    /// Permissions; meaningless for links.
    package var mode: UInt16

    package init(_ content: Content, mode: UInt16) {
      self.content = content
      self.mode = mode
    }
  }

  /// By relative path, `sys/class/hwmon/hwmon0/name`.
  package var entries: [String: Entry] = [:]

  package init() {}

  /// Adds a file or replaces it. For trees made by hand.
  package mutating func put(_ path: String, _ text: String, mode: UInt16 = 0o444) {
    entries[path] = Entry(.file(Array((text + "\n").utf8)), mode: mode)
  }

  package mutating func link(_ path: String, to target: String) {
    entries[path] = Entry(.link(target: target), mode: 0o777)
  }

  /// Root over an unpacked tree, where attributes that were unreadable are unreadable again.
  package func root(unpackedAt directory: String) -> SysfsRoot {
    var failures: [String: Int32] = [:]
    for (path, entry) in entries {
      if case .unreadable(let code) = entry.content { failures["/" + path] = code }
    }
    let known = failures
    return SysfsRoot(directory) { path in known[path] }
  }
}

/// Why a tree could not be read or unpacked.
package enum SysfsTreeError: Error, Hashable, Sendable, CustomStringConvertible {
  /// At a line, from 1.
  case malformed(line: Int, String)
  case unsafePath(String)
  case tooLarge
  case unwritable(path: String, errno: Int32)

  package var description: String {
    switch self {
    case .malformed(let line, let what): "line \(line): \(what)"
    case .unsafePath(let path):
      "'\(path)' is absolute, leads out of the tree or through a link: such a tree is not unpacked"
    case .tooLarge:
      "more than \(SysfsTree.mostEntries) entries or \(SysfsTree.largestText >> 20) MiB: not a captured tree"
    case .unwritable(let path, let code):
      "cannot write \(path): \(String(cString: strerror(code))); unpack into an empty directory that you may write"
    }
  }
}
