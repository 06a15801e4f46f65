package import Glibc

extension Instant {
  /// A time of the system, such as a file's modification: timespec(3type), in whole milliseconds.
  package init(_ time: timespec) {
    self.init(Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000)
  }
}
