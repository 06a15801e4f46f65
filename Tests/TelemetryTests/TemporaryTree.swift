import FoundationEssentials
import Glibc
import Telemetry
import Testing

/// A directory of its own that is gone when the test has let go of it and of its roots.
final class TemporaryTree: Sendable {
  let path: String

  init(_ tree: SysfsTree = SysfsTree()) throws {
    path = "/tmp/samovar-telemetry-\(UUID().uuidString)"
    try tree.unpack(into: path)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

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

/// SplitMix64, so that a property that fails fails again.
struct Seeded: RandomNumberGenerator {
  private var state: UInt64
  init(_ seed: UInt64) { state = seed }
  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
    return mixed ^ (mixed >> 31)
  }
}
