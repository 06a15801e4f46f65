internal import Glibc

/// The cgroups of one run. Who makes them removes them, so that none is left wherever the daemon dies.
struct CgroupDirectories {
  private var paths: [String] = []
  /// The kernel takes the last process apart after it was waited for; a second is long.
  private static let mostTries = 1000
  private static let pauseMicroseconds: UInt32 = 1000

  mutating func make(_ path: String) throws(Refusal) {
    try check(mkdir(path, 0o755))
    paths.append(path)
  }

  /// Of a run of which nothing should live any more.
  func remove() {
    for path in paths.reversed() {
      var tries = 0
      while rmdir(path) < 0 && errno == EBUSY && tries < Self.mostTries {
        // Pid 1 took everything with it when it ended; this is the second lock. Version 1 has no such file.
        if tries == 0 { try? writeWhole("1", to: path + "/cgroup.kill") }
        usleep(Self.pauseMicroseconds)
        tries += 1
      }
    }
  }
}
