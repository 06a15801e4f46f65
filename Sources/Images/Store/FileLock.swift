internal import Glibc
internal import Workload

/// An advisory lock on an open file or directory (flock(2)): it ends with the descriptor, so a process that is killed leaves
/// none behind.
final class FileLock: Sendable {
  let descriptor: Int32
  private let path: String

  enum Sort: Sendable {
    /// By those who use the file.
    case shared
    /// By the one who makes or removes it.
    case exclusive
  }

  /// Takes the lock, or nothing where another holds it, or the file isn't there, or was replaced meanwhile.
  init?(_ path: String, _ sort: Sort, creates: Bool = false) throws(ImageError) {
    let flags = creates ? O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC : O_RDONLY | O_NOFOLLOW | O_CLOEXEC
    let opened = open(path, flags, 0o600)
    guard opened >= 0 else {
      if errno == ENOENT { return nil }
      throw .file(FileError("open", path, code: errno))
    }
    descriptor = opened
    self.path = path
    while flock(opened, (sort == .shared ? LOCK_SH : LOCK_EX) | LOCK_NB) < 0 {
      if errno == EINTR { continue }
      if errno == EWOULDBLOCK { return nil }
      throw .file(FileError("lock", path, code: errno))
    }
    // Whoever held it may have removed or renamed the file: then this is a lock on nothing.
    guard isCurrent else { return nil }
  }

  deinit { close(descriptor) }

  /// Whether the path still names the locked file.
  private var isCurrent: Bool {
    var named = stat()
    var held = stat()
    return lstat(path, &named) == 0 && fstat(descriptor, &held) == 0 && named.st_ino == held.st_ino
      && named.st_dev == held.st_dev
  }
}
