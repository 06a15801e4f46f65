internal import Glibc
internal import SandboxPlan
internal import Workload

/// One run from its plan to its result.
struct Run: Sendable {
  let request: RunRequest
  let plan: SetupPlan
  let group: any ControlGroup
  let zygote: ZygoteProcess
  let capture: CaptureFiles
  let control: RunControl?
  let egress: (any EgressGate)?
  let profile: Profile
  let identity: HostIdentity
  /// Whether it may use a network namespace after others.
  let sharesNetwork: Bool
  /// Those of the profile that this host has.
  let hostMounts: [String]

  /// - Parameter mayLive: true from the helper's start until nothing of the sandbox lives any more, also where this
  ///   throws.
  func carryOut(
    clock: Launcher.Clock, meter: (any EnergyMeter)?, mayLive: inout Bool
  ) async throws(SandboxError) -> CompletedRun {
    let input = try openInput()
    defer { close(input) }
    let before = await meter?.read()
    let startedAt = clock()
    var process = try HelperProcess(
      zygote: zygote, call: sharesNetwork ? .withSharedNetwork : .plain, plan: plan.encoded, input: input,
      capture: capture)
    mayLive = true
    let ending = await supervise(&process)
    let finishedAt = clock()
    let after = await meter?.read()
    let counted = group.usage()
    if case .silent = ending { await group.removeLeftovers() } else { mayLive = false }
    let workDirectory = process.takeWorkDirectory()
    defer { if workDirectory >= 0 { close(workDirectory) } }
    // Hangs up: the helper removes the cgroups while the outputs are taken.
    _ = consume process
    var (outcome, end) = try interpret(ending, counted)
    var outputs: [OutputFile] = []
    if case .exited = outcome, workDirectory >= 0, let directory = request.outputDirectory {
      let collector = OutputCollector(
        workDirectory: workDirectory, outputDirectory: directory,
        sizeLimit: request.specification.limits.disk.value)
      switch try collector.collect(request.specification.outputs) {
      case .files(let files): outputs = files
      case .refused(let path): outcome = .outputRefused(path: path)
      }
    }
    return CompletedRun(
      outcome: outcome, usage: usage(end, counted, before, after),
      standardOutput: try CaptureFiles.stream(
        capture.output, named: "standard output", isTruncated: end.isOutputTruncated),
      standardError: try CaptureFiles.stream(
        capture.errors, named: "standard error", isTruncated: end.isErrorTruncated),
      outputs: outputs,
      exemptions: exemptions, profileDigest: profile.digest, startedAt: startedAt, finishedAt: finishedAt)
  }

  private func openInput() throws(SandboxError) -> Int32 {
    let path = request.standardInput ?? "/dev/null"
    let file = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY)
    guard file >= 0 else { throw .systemCallFailed(doing: "opening \(path) as standard input", errno: errno) }
    return file
  }

  private func supervise(_ process: inout HelperProcess) async -> HelperProcess.Ending {
    let lifeline = process.lifeline
    var gate: Task<Void, Never>?
    let ending = await withTaskCancellationHandler {
      await process.ending(control) { listener in gate = serve(listener) }
    } onCancel: {
      lifeline.cut()
    }
    gate?.cancel()
    await gate?.value
    return ending
  }

  /// The way out of the sandbox is open as long as it runs.
  private func serve(_ listener: Int32) -> Task<Void, Never> {
    guard let egress else {
      close(listener)
      return Task {}
    }
    let destinations = profile.network
    // A gate that fails lets nothing through, which the task sees for itself.
    return Task { _ = try? await egress.serve(listener: listener, destinations: destinations) }
  }

  private func interpret(
    _ ending: HelperProcess.Ending, _ counted: CgroupUsage
  ) throws(SandboxError) -> (RunOutcome, EndReport) {
    switch ending {
    case .silent: throw .helperDied("its process was killed, or could not be forked")
    case .failed(_, let errno) where errno == ECANCELED: return (.cancelled, EndReport())
    // Copied inputs alone may be too much for the limit.
    case .failed where counted.wasOutOfMemory: return (.outOfMemory, EndReport())
    case .failed(let step, let errno):
      if case .execute(let path, _, _)? = plan.steps.dropFirst(step).first, let code = Self.shellCode(errno) {
        let reason = String(cString: strerror(errno))
        capture.appendError("samovar: cannot execute \(path): \(reason)\n")
        return (.exited(code: code), EndReport())
      }
      throw .setup(plan: plan, failedAt: step, errno: errno)
    case .ended(let end):
      if end.captureErrno != 0 {
        throw .systemCallFailed(doing: "keeping what the task printed", errno: end.captureErrno)
      }
      return (Self.outcome(of: end, counted), end)
    }
  }

  private static func outcome(of end: EndReport, _ counted: CgroupUsage) -> RunOutcome {
    if end.isAborted { return .cancelled }
    // Whatever came of it: with version 2 the whole group dies with its first victim, and so says version 1
    // too.
    if counted.wasOutOfMemory { return .outOfMemory }
    if end.isTimedOut { return .timedOut }
    switch end.code {
    case 1: return .exited(code: end.status)  // CLD_EXITED
    case 0: return .signalled(signal: SIGKILL)
    default: return end.status == SIGSYS ? .deniedSystemCall : .signalled(signal: end.status)
    }
  }

  /// What a shell ends with when it can't run a command; nothing where the host is to blame.
  private static func shellCode(_ errno: Int32) -> Int32? {
    switch errno {
    case ENOENT, ENOTDIR: 127
    case EACCES, EPERM, ENOEXEC, EISDIR, ELOOP, ENAMETOOLONG, E2BIG, ELIBBAD, EINVAL: 126
    default: nil
    }
  }

  private func usage(
    _ end: EndReport, _ counted: CgroupUsage, _ before: EnergyReading?, _ after: EnergyReading?
  ) -> Usage {
    let processor = max(counted.processorMicroseconds ?? 0, end.processorMicroseconds)
    let resident = end.maxResidentKibibytes > 0 ? ByteCount.kibibytes(end.maxResidentKibibytes) : nil
    var energy: AttributedEnergy?
    if let before, let after {
      energy = AttributedEnergy(
        from: before, to: after, processorTime: .microseconds(Int64(clamping: processor)))
    }
    return Usage(
      wallMilliseconds: end.wallMicroseconds / 1000, cpuMilliseconds: processor / 1000,
      peakMemory: counted.peakMemory.map(ByteCount.init) ?? resident,
      readBytes: counted.readBytes.map(ByteCount.init),
      writtenBytes: counted.writtenBytes.map(ByteCount.init),
      energy: energy)
  }

  /// What is permitted beyond the strictest, and what is not held here.
  private var exemptions: [String] {
    var names = hostMounts.map { "host-mount:\($0)" } + group.lacks.map(\.exemption)
    if profile.seccomp.defaultAction.isPermissive { names.append("seccomp-allows-by-default") }
    if case .directory(let path) = request.specification.root { names.append("host-root:\(path)") }
    names += profile.grantedExemptions
    if identity.hasSupplementaryGroups { names.append("supplementary-groups") }
    if identity.sharesID { names.append("shared-user-id") }
    return names.sorted()
  }
}
