internal import CLinux
internal import Glibc
internal import Synchronization

/// Gives each concurrent run ids of the host that no other run on it has, of this daemon or another: so that one task
/// can't signal, trace or read another even if both got out of their sandboxes.
///
/// An id is a byte of a lock file, locked while a run has it (fcntl(2), open file description locks). The lock file's
/// descriptor is inherited by samovar-init, so a lock lasts as long as the last process that watches a run.
final class SandboxIDs: Sendable {
  private struct Leases {
    var lock: Int32 = -1
    var inUse: Set<UInt32> = []
    var next: UInt32 = 0
  }

  private let leases = Mutex(Leases())
  private let range: HostIDRange
  private let isShared: Bool

  static let current = SandboxIDs(HostIdentity.current.ids, isShared: HostIdentity.current.sharesID)

  /// - Parameter isShared: there is one id only, and every run has it.
  init(_ range: HostIDRange, isShared: Bool) {
    self.range = range
    self.isShared = isShared
  }

  /// What samovar-init inherits; -1 where there is nothing to lock.
  func lockDescriptor() throws(SandboxError) -> Int32 {
    if isShared { return -1 }
    return try leases.withLock { (leases) throws(SandboxError) in
      if leases.lock < 0 { leases.lock = try Self.openLock() }
      return leases.lock
    }
  }

  func take() throws(SandboxError) -> SandboxID {
    if isShared { return id(0) }
    let lock = try lockDescriptor()
    return try leases.withLock { (leases) throws(SandboxError) in
      for _ in 0..<range.count {
        let number = leases.next
        // Not the one that was given back last: nothing is left of its run, but nothing need hang on that either.
        leases.next = (number + 1) % range.count
        if leases.inUse.contains(number) { continue }
        if samovar_lock_byte(lock, UInt64(range.firstUser) + UInt64(number), 0) == 0 {
          leases.inUse.insert(number)
          return id(number)
        }
        guard errno == EAGAIN || errno == EACCES else {
          throw .systemCallFailed(doing: "locking an id for the sandbox", errno: errno)
        }
      }
      throw .hostLacks(
        feature:
          "a free user id for one more sandbox: all \(range.count) from \(range.firstUser) on are in use",
        remedy: "run fewer tasks at once, or give this user a larger range in /etc/subuid and /etc/subgid")
    }
  }

  /// Only of a run whose last process is known to be dead.
  func giveBack(_ id: SandboxID) {
    if isShared { return }
    leases.withLock { leases in
      // The store's id, or the user's own, was never taken from here.
      guard id.user >= range.firstUser, leases.inUse.remove(id.user - range.firstUser) != nil else { return }
      _ = samovar_lock_byte(leases.lock, UInt64(id.user), 1)
    }
  }

  private func id(_ number: UInt32) -> SandboxID {
    SandboxID(user: range.firstUser + number, group: range.firstGroup + number)
  }

  /// One file for all daemons of the host that take from the same range.
  private static func openLock() throws(SandboxError) -> Int32 {
    let path: String
    if geteuid() == 0 {
      mkdir("/run/samovar", 0o755)
      path = "/run/samovar/ids"
    } else {
      let runtime = "/run/user/\(geteuid())"
      path = access(runtime, W_OK) == 0 ? runtime + "/samovar-ids" : "/tmp/samovar-ids-\(geteuid())"
    }
    let file = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600 as mode_t)
    guard file >= 0 else {
      throw .systemCallFailed(doing: "opening the lock of sandbox ids \(path)", errno: errno)
    }
    var status = stat()
    guard fstat(file, &status) == 0, status.st_uid == geteuid(), status.st_mode & S_IFMT == S_IFREG else {
      close(file)
      throw .systemCallFailed(doing: "using \(path), which belongs to another user, as a lock", errno: EPERM)
    }
    return file
  }
}
