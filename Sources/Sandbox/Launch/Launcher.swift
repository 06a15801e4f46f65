internal import Glibc
internal import SandboxPlan
internal import Synchronization
package import Workload

/// Runs requests in sandboxes: one fresh set of namespaces and one fresh cgroup for each.
package struct Launcher: Sendable {
  package typealias Clock = @Sendable () -> Instant

  private let files: LauncherFiles
  private let clock: Clock
  private let meter: (any EnergyMeter)?
  private let profiles = ProfileCache()

  /// - Parameters:
  ///   - clock: asked once before and once after a run.
  ///   - meter: read once before and once after a run; without one, runs say nothing about energy.
  package init(files: LauncherFiles, clock: @escaping Clock, meter: (any EnergyMeter)? = nil) {
    self.files = files
    self.clock = clock
    self.meter = meter
  }

  /// Reads a profile, each once per launcher.
  package func profile(named name: String) throws(SandboxError) -> Profile {
    try profiles.profile(name, files)
  }

  /// Carries out one request and returns when nothing of it runs any more.
  ///
  /// Outputs are taken only of a payload that exited by itself: what a killed one left is half made.
  /// Cancelling the calling task kills everything in the sandbox; the outcome is then `.cancelled`.
  package func run(_ request: RunRequest) async throws(SandboxError) -> CompletedRun {
    try check(request)
    let profile = try profile(named: request.profile)
    let identity = HostIdentity.current
    let limits = request.specification.limits
    let root = try SandboxRoot(request, profile: profile, identity: identity)
    let filter = try SeccompCompiler.program(for: profile.seccomp)
    let group = try CgroupHost.current.makeGroup(
      CgroupLimits(
        memory: limits.memory.value, processes: limits.processes == .max ? .max : limits.processes + 1,
        milliCPUs: limits.milliCPUs, processors: request.processors))
    let plan = PlanBuilder(
      specification: request.specification, processors: request.processors, profile: profile, root: root,
      identity: identity, filter: filter, birthplace: group.birthplace, cgroupMembers: group.members,
      lacks: group.lacks, oomScore: Self.oomScore
    ).build()
    let run = Run(
      request: request, plan: plan, group: group, helper: files.helper, profile: profile, identity: identity,
      hostMounts: profile.mounts.filter { mount in
        root.trees.contains { $0.target.description == mount }
          || root.links.contains { $0.path.description == mount }
      })
    return try await run.carryOut(clock: clock, meter: meter)
  }

  /// Tasks go before daemons when the host's memory runs out. It may be raised only.
  private static var oomScore: Int32 {
    max(500, HostFile.text("/proc/self/oom_score_adj").flatMap { Int32($0) } ?? 0)
  }

  private func check(_ request: RunRequest) throws(SandboxError) {
    let specification = request.specification
    guard let program = specification.command.first else { throw .invalidRequest("the command is empty") }
    guard program.hasPrefix("/") else {
      throw .invalidRequest("the command '\(program)' must be an absolute path in the sandbox")
    }
    let texts =
      specification.command + specification.environment.flatMap { [$0.key, $0.value] } + specification.outputs
    if texts.contains(where: { $0.utf8.contains(0) }) {
      throw .invalidRequest("a text of the task has a NUL in it")
    }
    for key in specification.environment.keys where key.isEmpty || key.contains("=") {
      throw .invalidRequest("'\(key)' can't name a variable of the environment")
    }
    for output in specification.outputs {
      guard SandboxPath("/" + output)?.components.isEmpty == false else {
        throw .invalidRequest("the output path '\(output)' must be relative, without '.', '..' or '//'")
      }
      if output == "stdout" || output == "stderr" {
        throw .invalidRequest("an output can't be called \(output): that is the captured stream's name")
      }
    }
    if request.processors.contains(where: { !(0..<8192).contains($0) }) {
      throw .invalidRequest("there is no processor like that among \(request.processors)")
    }
    if mkdir(request.outputDirectory, 0o755) < 0 && errno != EEXIST {
      throw .systemCallFailed(doing: "creating the output directory \(request.outputDirectory)", errno: errno)
    }
  }
}

/// Profiles that were read already.
private final class ProfileCache: Sendable {
  private let known = Mutex<[String: Profile]>([:])

  func profile(_ name: String, _ files: LauncherFiles) throws(SandboxError) -> Profile {
    if let profile = known.withLock({ $0[name] }) { return profile }
    let profile = try files.profile(name)
    known.withLock { $0[name] = profile }
    return profile
  }
}
