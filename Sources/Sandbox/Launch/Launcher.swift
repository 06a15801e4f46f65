internal import CLinux
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
  private let egress: (any EgressGate)?
  private let zygote: ZygoteProcess
  private let profiles: ProfileShelf

  /// - Parameters:
  ///   - clock: asked once before and once after a run.
  ///   - meter: read once before and once after a run; without one, runs say nothing about energy.
  ///   - egress: serves sandboxes whose profile has a `network`; without one, such a profile is refused.
  ///   - cache: of compiled profiles.
  package init(
    files: LauncherFiles, clock: @escaping Clock, meter: (any EnergyMeter)? = nil,
    egress: (any EgressGate)? = nil, cache: CacheDirectory? = nil
  ) {
    self.files = files
    self.clock = clock
    self.meter = meter
    self.egress = egress
    zygote = ZygoteProcess(helper: files.helper)
    profiles = ProfileShelf(files: files, cache: cache)
  }

  /// The profile's compiled filter, an array of struct sock_filter.
  package func filter(ofProfile name: String) throws(SandboxError) -> [UInt8] {
    try profiles.profile(name).filter
  }

  /// Carries out one request and returns when nothing of it runs any more.
  ///
  /// Outputs are taken only of a payload that exited by itself: what a killed one left is half made.
  /// Cancelling the calling task kills everything in the sandbox; the outcome is then `.cancelled`.
  ///
  /// - Parameters:
  ///   - capture: where the streams go; by default `stdout` and `stderr` of the output directory, or memory.
  ///   - control: may freeze and thaw the run.
  package func run(
    _ request: RunRequest, capture: CaptureFiles? = nil, control: RunControl? = nil
  ) async throws(SandboxError) -> CompletedRun {
    try check(request)
    let compiled = try profiles.profile(request.profile)
    try check(compiled.profile)
    var identity = HostIdentity.current
    let id: SandboxID
    if request.writableDirectories.isEmpty {
      id = try SandboxIDs.current.take()
    } else {
      // A program of our own, that writes for us and not for a task.
      let isStore = identity.isRoot && identity.writer == .privileged
      id = isStore ? SandboxID(user: SandboxID.store, group: SandboxID.store) : .own
      if !isStore { identity = identity.asItself }
    }
    // An id whose last process nobody saw dead is not given to another run.
    var mayLive = false
    defer { if !mayLive { SandboxIDs.current.giveBack(id) } }
    let limits = request.specification.limits
    var root = try SandboxRoot(request, profile: compiled.profile, id: id)
    if identity.isRoot && identity.writer == .privileged {
      root.remadeDevices = DeviceNodes.remade(compiled.profile.devices, for: id)
    }
    let rates = compiled.profile.limits.deviceRates.limited(by: limits.deviceRates ?? DeviceRates())
    let group = CgroupHost.current.group(
      CgroupLimits(
        memory: limits.memory.value, processes: limits.processes == .max ? .max : limits.processes + 1,
        milliCPUs: limits.milliCPUs, processors: request.processors,
        io: rates.isUnlimited
          ? nil : CgroupLimits.IOLimit(rates: rates, devices: BlockDevices(holding: root.sources))))
    let plan = PlanBuilder(
      request: request, profile: compiled.profile, root: root, identity: identity, id: id,
      filter: compiled.filter, group: group, oomScore: Self.oomScore,
      landlockVersion: Self.landlockVersion
    ).build()
    let kept: CaptureFiles
    if let capture { kept = capture } else { kept = try self.capture(for: request) }
    let run = Run(
      request: request, plan: plan, group: group, zygote: zygote, capture: kept,
      control: control, egress: egress, profile: compiled.profile, identity: identity,
      sharesNetwork: identity.isRoot && identity.writer == .privileged && compiled.profile.network.isEmpty
        && compiled.hasLocalSocketsOnly,
      hostMounts: compiled.profile.mounts.filter { mount in
        root.trees.contains { $0.target.description == mount }
          || root.links.contains { $0.path.description == mount }
      })
    return try await run.carryOut(clock: clock, meter: meter, mayLive: &mayLive)
  }

  /// Where the streams of a request go where nothing else is said.
  package func capture(for request: RunRequest) throws(SandboxError) -> CaptureFiles {
    guard let directory = request.outputDirectory else { return try CaptureFiles() }
    if mkdir(directory, 0o755) < 0 && errno != EEXIST {
      throw .systemCallFailed(doing: "creating the output directory \(directory)", errno: errno)
    }
    return try CaptureFiles(in: directory)
  }

  private static let landlockVersion = Int(samovar_landlock_version())

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
    try OutputCollector.check(specification.outputs)
    if request.outputDirectory == nil && !specification.outputs.isEmpty {
      throw .invalidRequest("outputs are to be kept, but there is no directory for them")
    }
    if case .image = specification.root, request.image == nil {
      throw .invalidRequest("the image of the task is not unpacked on this machine")
    }
  }

  private func check(_ profile: Profile) throws(SandboxError) {
    try profile.checkDevices()
    if !profile.network.isEmpty && egress == nil {
      throw .invalidRequest("the profile \(profile.name) has a network, and nothing here serves its proxy")
    }
  }
}

/// Profiles that were read already.
private final class ProfileShelf: Sendable {
  private let known = Mutex<[String: CompiledProfile]>([:])
  private let files: LauncherFiles
  private let cache: CacheDirectory?

  init(files: LauncherFiles, cache: CacheDirectory?) {
    self.files = files
    self.cache = cache
  }

  func profile(_ name: String) throws(SandboxError) -> CompiledProfile {
    if let profile = known.withLock({ $0[name] }) { return profile }
    let profile = try files.compiledProfile(name, cache: cache)
    known.withLock { $0[name] = profile }
    return profile
  }
}
