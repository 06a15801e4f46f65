import Glibc
import Telemetry
import TestSupport
import Testing

/// A directory of its own that is gone when the test has let go of it and of its roots.
final class TemporaryTree: Sendable {
  private let directory: TemporaryDirectory
  var path: String { directory.path }

  init(_ tree: SysfsTree = SysfsTree()) throws {
    directory = try TemporaryDirectory()
    try tree.unpack(into: path)
  }

  var root: SysfsRoot { root { _ in nil } }

  /// A root where reads of some paths fail with an errno. It keeps the directory.
  func root(failing: @escaping @Sendable (_ path: String) -> Int32?) -> SysfsRoot {
    SysfsRoot(path) { [self] path in withExtendedLifetime(self) { failing(path) } }
  }

  /// Writes an attribute anew, without a line end of its own.
  func write(_ attribute: String, _ text: String) throws {
    let file = open(path + "/" + attribute, O_WRONLY | O_CREAT | O_TRUNC, 0o644)
    try #require(file >= 0, "cannot write \(attribute): \(String(cString: strerror(errno)))")
    defer { close(file) }
    let bytes = Array(text.utf8)
    try #require(Glibc.write(file, bytes, bytes.count) == bytes.count)
  }

  func remove(_ entry: String) throws {
    try #require(
      Glibc.remove(path + "/" + entry) == 0, "cannot remove \(entry): \(String(cString: strerror(errno)))")
  }

  func link(_ entry: String, to target: String) throws {
    try #require(symlink(target, path + "/" + entry) == 0, "cannot link \(entry)")
  }

  /// Sets when a file was last written.
  func touch(_ file: String, atSecond second: Int) throws {
    var times = [timespec(tv_sec: second, tv_nsec: 0), timespec(tv_sec: second, tv_nsec: 0)]
    try #require(utimensat(AT_FDCWD, path + "/" + file, &times, 0) == 0)
  }
}
