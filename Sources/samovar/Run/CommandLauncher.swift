import Egress
import FoundationEssentials
import Sandbox
import Workload

extension Instant {
  /// By the machine's clock, which only commands and services ask.
  static var now: Instant { Instant(Int64(Date().timeIntervalSince1970 * 1000)) }
}

extension Launcher {
  /// For one command of this process: by the machine's clock, with the cache of compiled profiles and a way out for
  /// profiles that have a network.
  static func ofCommand(_ files: LauncherFiles) -> Launcher {
    Launcher(
      files: files, clock: { .now }, egress: EgressProxy(),
      cache: CacheDirectory.standard(environment: ProcessInfo.processInfo.environment))
  }
}
