import Glibc
package import Workload

/// Where sysfs and procfs are looked for: `/` on a real machine, a directory with a captured or simulated tree elsewhere.
///
/// Paths are the kernel's own (`/sys/class/hwmon`); the root goes in front of them here and nowhere else.
package struct SysfsRoot: Sendable {
  /// No attribute of sysfs is larger than a page. Sizes that `stat` gives for them mean nothing.
  package static let largestAttribute = 4096
  /// More entries than this in one directory are left out.
  package static let mostEntries = 4096

  /// Without a slash at its end: empty for the machine's own.
  private let prefix: String
  private let nvml: String?
  private let failure: (@Sendable (_ path: String) -> Int32?)?

  /// - Parameters:
  ///   - failing: an errno with which a read of a path shall fail, in place of a read. For tests and for
  ///     simulated faults: a plain file can't be made to give EIO.
  ///   - nvml: NVIDIA's library by another name or path; nothing for the usual one on a real machine, and for none
  ///     elsewhere, since a captured tree has no GPUs of this one.
  package init(
    _ path: String = "/", nvml: String? = nil, failing: (@Sendable (_ path: String) -> Int32?)? = nil
  ) {
    var trimmed = path[...]
    while trimmed.last == "/" { trimmed.removeLast() }
    prefix = String(trimmed)
    failure = failing
    self.nvml = nvml ?? (trimmed.isEmpty ? "libnvidia-ml.so.1" : nil)
  }

  /// The name that NVIDIA's management library is loaded by.
  func gpuLibrary() throws(SysfsError) -> String {
    if let nvml { return nvml }
    throw SysfsError(
      .read, "NVML", .library(said: "a tree of files has no NVIDIA library", isTransient: false))
  }

  /// The root as a path of this host.
  package var path: String { prefix.isEmpty ? "/" : prefix }

  /// A kernel path as a path of this host.
  package func hostPath(_ path: String) -> String { prefix + path }

  /// An attribute's text, without blanks and line ends around it. One read of at most 4 KiB.
  package func read(_ path: String) throws(SysfsError) -> String {
    Self.trimmed(try readBytes(path))
  }

  static func trimmed(_ bytes: some Collection<UInt8>) -> String {
    let text = String(decoding: bytes, as: UTF8.self)
    let isBlank = { (character: Character) in character.isWhitespace || character == "\0" }
    guard let first = text.firstIndex(where: { !isBlank($0) }),
      let last = text.lastIndex(where: { !isBlank($0) })
    else { return "" }
    return String(text[first...last])
  }

  /// An attribute's text; nothing where there is no such attribute.
  package func readIfPresent(_ path: String) throws(SysfsError) -> String? {
    do { return try read(path) } catch {
      if error.errno == ENOENT { return nil }
      throw error
    }
  }

  /// An attribute that holds one whole number.
  package func number(_ path: String) throws(SysfsError) -> Int64 {
    let text = try read(path)
    guard let number = Int64(text) else {
      throw SysfsError(.parse, hostPath(path), .malformed(text: text, expected: "a whole number"))
    }
    return number
  }

  /// An attribute that holds one whole number; nothing where there is no such attribute.
  package func numberIfPresent(_ path: String) throws(SysfsError) -> Int64? {
    do { return try number(path) } catch {
      if error.errno == ENOENT { return nil }
      throw error
    }
  }

  /// The bytes of an attribute, as they are. One read of at most 4 KiB.
  package func readBytes(_ path: String) throws(SysfsError) -> [UInt8] {
    let file = try open(path)
    defer { close(file) }
    var code: Int32 = 0
    let bytes = [UInt8](unsafeUninitializedCapacity: Self.largestAttribute) { buffer, count in
      var got = pread(file, buffer.baseAddress, buffer.count, 0)
      code = got < 0 ? Glibc.errno : 0
      if got < 0, code == EINTR {
        got = pread(file, buffer.baseAddress, buffer.count, 0)
        code = got < 0 ? Glibc.errno : 0
      }
      count = max(0, got)
    }
    if code != 0 { throw SysfsError(.read, hostPath(path), .system(errno: code)) }
    return bytes
  }

  /// A descriptor for reading, which the caller closes.
  func open(_ path: String) throws(SysfsError) -> Int32 {
    let host = hostPath(path)
    if let code = injectedFailure(path) { throw SysfsError(.read, host, .system(errno: code)) }
    // Non-blocking, so that a pipe in a tree that somebody made can't hold the reader for ever.
    let file = Glibc.open(host, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)
    guard file >= 0 else { throw SysfsError(.read, host, .system(errno: Glibc.errno)) }
    return file
  }

  /// Writes the word that starts a conversion. That it can't be written costs time only: each read then converts.
  func trigger(_ path: String) {
    let file = Glibc.open(hostPath(path), O_WRONLY | O_CLOEXEC | O_NOCTTY)
    guard file >= 0 else { return }
    defer { close(file) }
    _ = "trigger\n".utf8.withContiguousStorageIfAvailable { write(file, $0.baseAddress, $0.count) }
  }

  /// The errno with which a read of a path shall fail in place of a read.
  func injectedFailure(_ path: String) -> Int32? { failure.flatMap { $0(path) } }

  /// Names in a directory, with numbers in them in the order of numbers; nothing where there is no such directory.
  package func entriesIfPresent(_ path: String) throws(SysfsError) -> [String]? {
    let host = hostPath(path)
    if let code = injectedFailure(path) { throw SysfsError(.list, host, .system(errno: code)) }
    let names: [String]
    do {
      names = try LocalFile.names(in: host, atMost: Self.mostEntries)
    } catch {
      if error.code == ENOENT { return nil }
      throw SysfsError(.list, host, .system(errno: error.code))
    }
    return names.sorted(by: NaturalOrder.precedes)
  }

  package func isPresent(_ path: String) -> Bool { access(hostPath(path), F_OK) == 0 }

  /// The kernel path that a path resolves to, links followed; nothing where it leads nowhere or out of the root.
  package func resolve(_ path: String) -> String? {
    guard let resolved = Self.realPath(hostPath(path)), let root = Self.realPath(self.path) else {
      return nil
    }
    if root == "/" { return resolved }
    guard resolved.hasPrefix(root + "/") else { return nil }
    return String(resolved.dropFirst(root.count))
  }

  /// The text of a symbolic link; nothing where the path is none.
  package func linkTarget(_ path: String) -> String? {
    var buffer = [UInt8](repeating: 0, count: Int(PATH_MAX))
    let count = readlink(hostPath(path), &buffer, buffer.count)
    return count > 0 ? String(decoding: buffer.prefix(count), as: UTF8.self) : nil
  }

  /// When a file was last written. For files that a bridge writes; the kernel's attributes have no such time.
  package func modified(_ path: String) throws(SysfsError) -> Instant {
    var status = stat()
    guard stat(hostPath(path), &status) == 0 else {
      throw SysfsError(.read, hostPath(path), .system(errno: Glibc.errno))
    }
    return Instant(status.st_mtim)
  }

  /// Permission bits of a file; nothing where there is none.
  func permissions(_ path: String) -> UInt16? {
    var status = stat()
    return stat(hostPath(path), &status) == 0 ? UInt16(status.st_mode & 0o7777) : nil
  }

  private static func realPath(_ path: String) -> String? {
    guard let resolved = realpath(path, nil) else { return nil }
    defer { free(resolved) }
    return String(cString: resolved)
  }
}

/// `hwmon2` before `hwmon10`.
package enum NaturalOrder {
  package static func precedes(_ left: String, _ right: String) -> Bool {
    var a = left.utf8[...]
    var b = right.utf8[...]
    while let x = a.first, let y = b.first {
      if isDigit(x), isDigit(y) {
        let m = a.prefix(while: isDigit).drop { $0 == 48 }
        let n = b.prefix(while: isDigit).drop { $0 == 48 }
        if m.count != n.count { return m.count < n.count }
        if !m.elementsEqual(n) { return m.lexicographicallyPrecedes(n) }
        a = a.drop(while: isDigit)
        b = b.drop(while: isDigit)
      } else {
        if x != y { return x < y }
        a.removeFirst()
        b.removeFirst()
      }
    }
    // Equal but for leading zeros: by the text itself, so that the order is total.
    return a.isEmpty && b.isEmpty ? left < right : a.isEmpty
  }

  private static func isDigit(_ byte: UInt8) -> Bool { (48...57).contains(byte) }
}
