import Egress
import FoundationEssentials
import Sandbox
import Workload

extension Launcher {
  /// For one command of this process: by the machine's clock, with the cache of compiled profiles and a way out for
  /// profiles that have a network.
  static func ofCommand(_ files: LauncherFiles) -> Launcher {
    Launcher(
      files: files, clock: { Instant(Int64(Date().timeIntervalSince1970 * 1000)) }, egress: EgressProxy(),
      cache: CacheDirectory.standard(environment: ProcessInfo.processInfo.environment))
  }
}
