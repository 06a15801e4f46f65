/// All that samovar-init does, as data: made by the daemon in pure code, carried out by the helper without a
/// decision.
package struct SetupPlan: Hashable, Sendable {
  /// By samovar-init, in the host's namespaces.
  package var launcherSteps: [SetupStep]
  /// By pid 1 of the sandbox.
  package var initSteps: [SetupStep]
  /// By pid 2, the payload.
  package var payloadSteps: [SetupStep]
  package var supervision: Supervision

  package init(
    launcherSteps: [SetupStep], initSteps: [SetupStep], payloadSteps: [SetupStep], supervision: Supervision
  ) {
    self.launcherSteps = launcherSteps
    self.initSteps = initSteps
    self.payloadSteps = payloadSteps
    self.supervision = supervision
  }

  /// In the order in which failures count them.
  package var steps: [SetupStep] { launcherSteps + initSteps + payloadSteps }
}

/// What samovar-init watches over while the payload runs.
package struct Supervision: Hashable, Sendable {
  /// For the set-up, until execve(2) succeeded.
  package var setupMilliseconds: UInt64
  /// From there to SIGTERM.
  package var wallMilliseconds: UInt64
  /// From SIGTERM to SIGKILL.
  package var graceMilliseconds: UInt64
  /// Kept of standard output, and of standard error, each.
  package var streamBytes: UInt64

  package init(
    setupMilliseconds: UInt64, wallMilliseconds: UInt64, graceMilliseconds: UInt64, streamBytes: UInt64
  ) {
    self.setupMilliseconds = setupMilliseconds
    self.wallMilliseconds = wallMilliseconds
    self.graceMilliseconds = graceMilliseconds
    self.streamBytes = streamBytes
  }
}
