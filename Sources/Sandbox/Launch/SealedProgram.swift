internal import CLinux
internal import Glibc

/// A program in memory that nobody can change, whatever they get hold of: so that a task that escapes to the file that
/// runs outside of it, as CVE-2019-5736 did to runc, finds nothing to overwrite.
enum SealedProgram {
  /// memfd_create(2).
  private static let allowSealing: UInt32 = 2
  private static let executable: UInt32 = 0x10

  /// An open, sealed copy of a file.
  static func copy(of path: String) throws(SandboxError) -> Int32 {
    let source = open(path, O_RDONLY | O_CLOEXEC)
    guard source >= 0 else { throw .systemCallFailed(doing: "opening \(path)", errno: errno) }
    defer { close(source) }
    var copy = samovar_memfd("samovar-init", allowSealing | executable)
    // Before Linux 6.3 every such file was executable, and the flag was unknown.
    if copy < 0 && errno == EINVAL { copy = samovar_memfd("samovar-init", allowSealing) }
    guard copy >= 0 else {
      throw .systemCallFailed(doing: "making a file in memory for \(path)", errno: errno)
    }
    while true {
      let moved = sendfile(copy, source, nil, 1 << 30)
      if moved < 0 && errno == EINTR { continue }
      if moved == 0 && samovar_seal(copy) == 0 { return copy }
      if moved <= 0 {
        let reason = errno
        close(copy)
        throw .systemCallFailed(doing: "copying \(path) to memory", errno: reason)
      }
    }
  }
}
