internal import Dispatch
internal import Glibc
internal import SandboxPlan
internal import Workload

/// One run from its plan to its result.
struct Run: Sendable {
  let request: RunRequest
  let plan: SetupPlan
  let group: any ControlGroup
  let helper: String
  let profile: Profile
  let identity: HostIdentity
  /// Those of the profile that this host has.
  let hostMounts: [String]

  private var outputPath: String { request.outputDirectory + "/stdout" }
  private var errorPath: String { request.outputDirectory + "/stderr" }

  func carryOut(clock: Launcher.Clock, meter: (any EnergyMeter)?) async throws(SandboxError) -> CompletedRun {
    let before = await meter?.read()
    let startedAt = clock()
    let ended = await supervise()
    let finishedAt = clock()
    let after = await meter?.read()
    let counted = group.usage()
    await removeGroup()
    let (ending, workDirectory) = try ended.get()
    defer { if workDirectory >= 0 { close(workDirectory) } }
    var (outcome, end) = try interpret(ending, counted)
    var outputs: [OutputFile] = []
    if case .exited = outcome, workDirectory >= 0 {
      let collector = OutputCollector(
        workDirectory: workDirectory, outputDirectory: request.outputDirectory,
        sizeLimit: request.specification.limits.disk.value)
      switch try collector.collect(request.specification.outputs) {
      case .files(let files): outputs = files
      case .refused(let path): outcome = .outputRefused(path: path)
      }
    }
    return CompletedRun(
      outcome: outcome, usage: usage(end, counted, before, after),
      standardOutput: try OutputCollector.stream(outputPath, isTruncated: end.isOutputTruncated),
      standardError: try OutputCollector.stream(errorPath, isTruncated: end.isErrorTruncated),
      outputs: outputs,
      exemptions: exemptions, profileDigest: profile.digest, startedAt: startedAt, finishedAt: finishedAt)
  }

  private typealias Ended = (ending: HelperProcess.Ending, workDirectory: Int32)

  private func supervise() async -> Result<Ended, SandboxError> {
    do throws(SandboxError) {
      var process = try HelperProcess(
        helper: helper, plan: plan.encoded, output: outputPath, errors: errorPath)
      let lifeline = process.lifeline
      let ending = await withTaskCancellationHandler {
        await process.ending()
      } onCancel: {
        lifeline.cut()
      }
      return .success((ending, process.takeWorkDirectory()))
    } catch {
      return .failure(error)
    }
  }

  /// Nothing lives in it; the kernel may still be taking the last process apart.
  private func removeGroup() async {
    group.kill()
    for _ in 0..<200 {
      if group.remove() { return }
      // Not Task.sleep: that returns at once in a cancelled task, and the group must go all the same.
      await withCheckedContinuation { continuation in
        DispatchQueue.global().asyncAfter(deadline: .now() + .milliseconds(1)) { continuation.resume() }
      }
    }
  }

  private func interpret(
    _ ending: HelperProcess.Ending, _ counted: CgroupUsage
  ) throws(SandboxError) -> (RunOutcome, EndReport) {
    switch ending {
    case .silent(let text):
      throw .helperDied(text)
    case .failed(_, ECANCELED):
      return (.cancelled, EndReport())
    // The root's directories and copied inputs are charged to the task too.
    case .failed where counted.wasOutOfMemory:
      return (.outOfMemory, EndReport())
    case .failed(let step, let errno):
      if case .execute(let path, _, _)? = plan.steps.dropFirst(step).first, let code = Self.shellCode(errno) {
        let reason = String(cString: strerror(errno))
        append("samovar: cannot execute \(path): \(reason)\n")
        return (.exited(code: code), EndReport())
      }
      throw .setup(plan: plan, failedAt: step, errno: errno)
    case .ended(let end):
      if end.captureErrno != 0 {
        throw .systemCallFailed(
          doing: "writing what the task printed to \(request.outputDirectory)", errno: end.captureErrno)
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

  private func append(_ text: String) {
    let file = open(errorPath, O_WRONLY | O_APPEND | O_CLOEXEC | O_NOFOLLOW)
    guard file >= 0 else { return }
    let bytes = Array(text.utf8)
    _ = write(file, bytes, bytes.count)
    close(file)
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
    if identity.hasSupplementaryGroups { names.append("supplementary-groups") }
    return names.sorted()
  }
}
