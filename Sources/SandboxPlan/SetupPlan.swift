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
  package var stepCount: Int { launcherSteps.count + initSteps.count + payloadSteps.count }
}

/// The byte by which the daemon asks the zygote for a run; the plan follows on the run's control socket.
package enum RunCall: UInt8, Hashable, Sendable {
  case plain = 0
  /// In an empty network namespace that earlier runs used, where the zygote may keep some.
  case withSharedNetwork = 1
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
  /// The most processor time of all its processes together; nothing for no limit.
  package var processorTime: ProcessorTime?
  /// How the sandbox is stopped and set going again; nothing where no cgroup can.
  package var freezer: Freezer?

  package init(
    setupMilliseconds: UInt64, wallMilliseconds: UInt64, graceMilliseconds: UInt64, streamBytes: UInt64,
    processorTime: ProcessorTime? = nil, freezer: Freezer? = nil
  ) {
    self.setupMilliseconds = setupMilliseconds
    self.wallMilliseconds = wallMilliseconds
    self.graceMilliseconds = graceMilliseconds
    self.streamBytes = streamBytes
    self.processorTime = processorTime
    self.freezer = freezer
  }
}

/// A limit of processor time, and the cgroup's file that counts it.
package struct ProcessorTime: Hashable, Sendable {
  package var limitMicroseconds: UInt64
  package var path: String
  /// Of the line that holds the number; empty where the file is the number.
  package var key: String
  package var unitsPerMicrosecond: UInt64
  /// That can be busy at once: what is left of the limit lasts as long as this many take to use it up, and so long
  /// nobody need look.
  package var processors: UInt32

  package init(
    limitMicroseconds: UInt64, path: String, key: String, unitsPerMicrosecond: UInt64, processors: UInt32
  ) {
    self.limitMicroseconds = limitMicroseconds
    self.path = path
    self.key = key
    self.unitsPerMicrosecond = unitsPerMicrosecond
    self.processors = processors
  }
}

/// cgroup.freeze of version 2, or freezer.state of version 1, and what is written to it.
package struct Freezer: Hashable, Sendable {
  package var path: String
  package var frozen: String
  package var thawed: String

  package init(path: String, frozen: String, thawed: String) {
    self.path = path
    self.frozen = frozen
    self.thawed = thawed
  }
}

/// What the daemon may say to the helper while the payload runs, a byte each. A hang-up kills everything.
package enum SupervisionCall: UInt8, Hashable, Sendable {
  /// Freeze all processes, and stop the wall clock.
  case freeze = 0x46
  /// Set them going again.
  case thaw = 0x54
}
