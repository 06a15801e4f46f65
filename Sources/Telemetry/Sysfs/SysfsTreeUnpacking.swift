import Glibc
import Workload

/// Writing a tree as files.
extension SysfsTree {
  /// Writes every entry under a directory, which is made where it is missing. Files first and links last, so that
  /// nothing is ever written through a link of the tree; unreadable attributes become empty files.
  package func unpack(into directory: String) throws(SysfsTreeError) {
    try check()
    try Self.makeDirectory(directory)
    let inOrder = entries.sorted { $0.key < $1.key }
    for (path, entry) in inOrder {
      switch entry.content {
      case .directory: try Self.makeDirectory(directory + "/" + path)
      case .file(let bytes): try write(bytes, path, mode: entry.mode, in: directory)
      case .unreadable: try write([], path, mode: entry.mode, in: directory)
      case .link: continue
      }
    }
    for (path, entry) in inOrder {
      guard case .link(let target) = entry.content else { continue }
      let host = directory + "/" + path
      try Self.makeDirectory(LocalFile.directory(of: host))
      if symlink(target, host) != 0 { throw .unwritable(path: host, errno: errno) }
    }
  }

  /// Whether a path is relative and has nothing in it that leads up.
  static func isInside(_ path: String) -> Bool {
    let parts = path.split(separator: "/", omittingEmptySubsequences: false)
    return !path.isEmpty && path.utf8.count < 4096
      && parts.allSatisfy { !$0.isEmpty && $0 != "." && $0 != ".." }
  }

  private func check() throws(SysfsTreeError) {
    for (path, entry) in entries {
      guard SysfsTree.isInside(path) else { throw .unsafePath(path) }
      var parts = path.split(separator: "/")
      if case .link(let target) = entry.content, !SysfsTree.staysInside(target, from: parts.count - 1) {
        throw .unsafePath("\(path) → \(target)")
      }
      parts.removeLast()
      while !parts.isEmpty {
        if case .link = entries[parts.joined(separator: "/")]?.content { throw .unsafePath(path) }
        parts.removeLast()
      }
    }
  }

  /// Whether a link's target, seen from so many directories below the root, stays below it at every step.
  private static func staysInside(_ target: String, from depth: Int) -> Bool {
    guard !target.isEmpty, !target.hasPrefix("/") else { return false }
    var depth = depth
    for part in target.split(separator: "/") where part != "." {
      depth += part == ".." ? -1 : 1
      if depth < 0 { return false }
    }
    return true
  }

  private static func makeDirectory(_ path: String) throws(SysfsTreeError) {
    do { try LocalFile.makeDirectory(path) } catch {
      throw .unwritable(path: error.path, errno: error.code)
    }
  }

  private func write(
    _ bytes: [UInt8], _ path: String, mode: UInt16, in directory: String
  ) throws(SysfsTreeError) {
    let host = directory + "/" + path
    try Self.makeDirectory(LocalFile.directory(of: host))
    // The owner may always write, so that a simulation or a test can change the attribute.
    do { try LocalFile.writeInPlace(bytes, to: host, mode: UInt32(mode | 0o200)) } catch {
      throw .unwritable(path: error.path, errno: error.code)
    }
  }
}
