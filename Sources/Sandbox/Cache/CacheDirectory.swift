internal import Glibc
internal import Synchronization
internal import Workload

/// A directory of small files by key, from which whoever else could write to it would choose a task's filter. So it is
/// used only where it belongs to this user and nobody else may write to it; else all is computed again.
///
/// Nothing here is an error: an entry that can't be read, is damaged or another's is an entry that isn't there.
package struct CacheDirectory: Sendable, Hashable {
  package let path: String

  package init(_ path: String) { self.path = path }

  /// An entry's bytes at the most.
  private static let greatestEntry = 1 << 20
  /// With more, all are removed: they are made again as they are needed.
  private static let mostEntries = 64

  /// `/var/cache/samovar/seccomp` for root. Else `$XDG_CACHE_HOME/samovar/seccomp`, by default below `~/.cache`; nothing
  /// where there is no home.
  package static func standard(environment: [String: String]) -> CacheDirectory? {
    if geteuid() == 0 { return CacheDirectory("/var/cache/samovar/seccomp") }
    let named = environment["XDG_CACHE_HOME"].flatMap { $0.hasPrefix("/") ? $0 : nil }
    let home = environment["HOME"].flatMap { $0.hasPrefix("/") ? $0 + "/.cache" : nil }
    return (named ?? home).map { CacheDirectory($0 + "/samovar/seccomp") }
  }

  /// What was kept under a key.
  func read(_ key: ContentDigest) -> [UInt8]? {
    guard let directory = open(makes: false) else { return nil }
    defer { close(directory) }
    let file = openat(directory, key.sha256.hex, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
    guard file >= 0 else { return nil }
    defer { close(file) }
    var status = stat()
    guard fstat(file, &status) == 0, Self.isOurs(status, S_IFREG), status.st_size <= Self.greatestEntry,
      status.st_size >= 32
    else { return nil }
    var bytes = [UInt8](repeating: 0, count: Int(status.st_size))
    guard pread(file, &bytes, bytes.count, 0) == bytes.count else { return nil }
    // A file that a crash or a disk cut short or changed.
    let trailer = bytes.suffix(32)
    bytes.removeLast(32)
    guard ContentDigest(of: bytes).sha256.bytes.elementsEqual(trailer) else { return nil }
    return bytes
  }

  /// Keeps bytes under a key: whole or not at all, for this user only.
  func write(_ key: ContentDigest, _ bytes: [UInt8]) {
    guard bytes.count <= Self.greatestEntry - 32, let directory = open(makes: true) else { return }
    defer { close(directory) }
    makeRoom(directory)
    let temporary = ".new-\(getpid())-\(Self.written.add(1, ordering: .relaxed).newValue)"
    let file = openat(
      directory, temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600 as mode_t)
    guard file >= 0 else { return }
    let all = bytes + ContentDigest(of: bytes).sha256.bytes
    let isWritten = Glibc.write(file, all, all.count) == all.count
    // A close that fails may be a write that failed.
    guard close(file) == 0, isWritten, renameat(directory, temporary, directory, key.sha256.hex) == 0 else {
      unlinkat(directory, temporary, 0)
      return
    }
  }

  private static let written = Atomic<UInt64>(0)

  private func makeRoom(_ directory: Int32) {
    guard let names = HostFile.names(in: path), names.count >= Self.mostEntries else { return }
    for name in names { unlinkat(directory, name, 0) }
  }

  /// The directory itself and not a link to one, or nothing where it isn't to be trusted.
  private func open(makes: Bool) -> Int32? {
    let flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC
    var directory = Glibc.open(path, flags)
    if directory < 0, errno == ENOENT, makes {
      var above = ""
      for part in path.split(separator: "/") {
        above += "/" + part
        mkdir(above, 0o700)
      }
      directory = Glibc.open(path, flags)
    }
    guard directory >= 0 else { return nil }
    var status = stat()
    guard fstat(directory, &status) == 0, Self.isOurs(status, S_IFDIR) else {
      close(directory)
      return nil
    }
    return directory
  }

  private static func isOurs(_ status: stat, _ type: mode_t) -> Bool {
    status.st_mode & S_IFMT == type && status.st_uid == geteuid() && status.st_mode & 0o022 == 0
  }
}
