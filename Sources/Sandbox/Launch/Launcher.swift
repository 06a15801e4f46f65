package import Workload

/// Runs requests in sandboxes: one fresh set of namespaces and one fresh cgroup for each.
package struct Launcher: Sendable {
  package typealias Clock = @Sendable () -> Instant

  private let files: LauncherFiles
  private let clock: Clock
  private let meter: (any EnergyMeter)?

  /// - Parameters:
  ///   - clock: asked once before and once after a run.
  ///   - meter: read once before and once after a run; without one, runs say nothing about energy.
  package init(files: LauncherFiles, clock: @escaping Clock, meter: (any EnergyMeter)? = nil) {
    self.files = files
    self.clock = clock
    self.meter = meter
  }

  /// Carries out one request and returns when nothing of it runs any more.
  ///
  /// Cancelling the calling task kills everything in the sandbox; the outcome is then `.cancelled`.
  package func run(_ request: RunRequest) async throws(SandboxError) -> CompletedRun {
    throw .hostLacks(feature: "launcher", remedy: "wait for it")
  }
}
