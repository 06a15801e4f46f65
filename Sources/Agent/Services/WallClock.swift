private import Glibc
package import Workload

/// The machine's clock. Only edges ask it: commands, and the agent's services, which hand on what it said.
package enum WallClock {
  package static var now: Instant {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return Instant(Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000)
  }
}
