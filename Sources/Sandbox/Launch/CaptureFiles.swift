internal import CLinux
internal import Glibc
internal import Workload

/// Where the kept part of a run's standard output and standard error goes: files that people can look at, or memory.
package final class CaptureFiles: Sendable {
  /// Open for reading and writing until this is gone.
  package let output: Int32
  package let errors: Int32

  /// `stdout` and `stderr` in a directory.
  package init(in directory: String) throws(SandboxError) {
    output = try Self.create(directory + "/stdout")
    do throws(SandboxError) {
      errors = try Self.create(directory + "/stderr")
    } catch {
      close(output)
      throw error
    }
  }

  /// In memory, bounded by what a run may keep of its streams. Nothing is left of them whoever dies.
  package init() throws(SandboxError) {
    output = samovar_memfd("stdout", 0)
    errors = samovar_memfd("stderr", 0)
    guard output >= 0, errors >= 0 else {
      throw .systemCallFailed(doing: "making a file in memory for what the task prints", errno: errno)
    }
  }

  deinit {
    close(output)
    close(errors)
  }

  private static func create(_ path: String) throws(SandboxError) -> Int32 {
    let file = open(path, O_RDWR | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0o644 as mode_t)
    guard file >= 0 else { throw .systemCallFailed(doing: "opening \(path)", errno: errno) }
    return file
  }

  /// After the run's end.
  static func stream(_ file: Int32, named name: String, isTruncated: Bool) throws(SandboxError)
    -> CapturedStream
  {
    lseek(file, 0, SEEK_SET)
    do {
      let (digest, size) = try LocalFile.digest(descriptor: file, named: name)
      return CapturedStream(digest: digest, size: size, isTruncated: isTruncated)
    } catch {
      throw .systemCallFailed(doing: "reading what the task printed to \(name)", errno: error.code)
    }
  }

  /// A word of the sandbox itself, after all that the task printed.
  func appendError(_ text: String) {
    let bytes = Array(text.utf8)
    lseek(errors, 0, SEEK_END)
    _ = write(errors, bytes, bytes.count)
  }
}
