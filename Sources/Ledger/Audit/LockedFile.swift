private import Glibc
internal import Workload

/// Reads and copies a file that SQLite may hold locks on in this very process.
///
/// When a process closes any descriptor of a file, POSIX takes away all locks that the process has on it (fcntl(2),
/// "Advisory record locking"), SQLite's too; another process could then believe itself alone with the ledger. So where
/// this process has the file open already, the descriptor that was read from stays open, until the process ends.
enum LockedFile {
  /// All bytes of a file of at most `limit` bytes (EFBIG beyond).
  static func read(_ path: String, limit: ByteCount) throws(FileError) -> [UInt8] {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw FileError("open", path, code: errno) }
    let keeps = isOpenElsewhere(descriptor)
    defer { if !keeps { close(descriptor) } }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw FileError("look at", path, code: errno) }
    guard status.st_mode & S_IFMT == S_IFREG else { throw FileError("read", path, code: EISDIR) }
    guard UInt64(clamping: status.st_size) <= limit.value else { throw FileError("read", path, code: EFBIG) }
    return try bytes(of: descriptor, count: Int(status.st_size), path: path)
  }

  private static func bytes(of descriptor: Int32, count: Int, path: String) throws(FileError) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: count)
    var done = 0
    while done < count {
      let got = bytes.withUnsafeMutableBytes { buffer in
        Glibc.read(descriptor, buffer.baseAddress?.advanced(by: done), count - done)
      }
      let code = errno
      if got < 0, code == EINTR { continue }
      if got < 0 { throw FileError("read", path, code: code) }
      if got == 0 { break }
      done += got
    }
    bytes.removeLast(count - done)
    return bytes
  }

  /// Whether another descriptor of this process is of the same file (proc(5), `/proc/self/fd`).
  private static func isOpenElsewhere(_ descriptor: Int32) -> Bool {
    var wanted = stat()
    guard fstat(descriptor, &wanted) == 0 else { return true }
    // Where /proc isn't there, nothing is known, and a descriptor left open is the lesser harm.
    guard let names = try? LocalFile.names(in: "/proc/self/fd") else { return true }
    return names.compactMap { Int32($0) }.contains { other in
      var status = stat()
      return other != descriptor && fstat(other, &status) == 0 && status.st_dev == wanted.st_dev
        && status.st_ino == wanted.st_ino
    }
  }
}
