internal import CLinux
internal import SandboxPlan
internal import Workload

/// From what is wanted to the steps that make it: pure, so that golden tests can look at whole plans. The root that the
/// sandbox gets is `RootPlan`'s, what the payload gives up is `PayloadPlan`'s.
struct PlanBuilder {
  var request: RunRequest
  var profile: Profile
  var root: SandboxRoot
  var identity: HostIdentity
  var id: SandboxID
  var filter: [UInt8]
  var group: any ControlGroup
  var oomScore: Int32
  /// Of this kernel; below 2 landlock is left out, as it could not tell a rename from an escape.
  var landlockVersion: Int

  private var specification: TaskSpec { request.specification }
  private var rootPlan: RootPlan {
    RootPlan(
      root: root, profile: profile, disk: specification.limits.disk,
      workingDirectory: request.image?.workingDirectory)
  }

  private static let namespaces = UInt64(
    SAMOVAR_CLONE_NEWUSER | SAMOVAR_CLONE_NEWPID | SAMOVAR_CLONE_NEWNS | SAMOVAR_CLONE_NEWNET
      | SAMOVAR_CLONE_NEWIPC | SAMOVAR_CLONE_NEWUTS)
  /// Beyond those of any root plan.
  private static let firstGroup: UInt32 = 0x8000_0000

  func build() -> SetupPlan {
    let limits = specification.limits
    let busy = UInt32(max(1, (limits.milliCPUs + 999) / 1000))
    return SetupPlan(
      launcherSteps: launcherSteps, initSteps: initSteps,
      payloadSteps: PayloadPlan(
        request: request, profile: profile, lacks: group.lacks, filter: filter,
        landlockVersion: landlockVersion
      ).steps,
      supervision: Supervision(
        setupMilliseconds: 30_000, wallMilliseconds: limits.wallMilliseconds,
        graceMilliseconds: limits.graceMilliseconds, streamBytes: limits.streamBytes.value,
        processorTime: limits.processorMilliseconds.flatMap { limit in
          let (microseconds, isBeyond) = limit.multipliedReportingOverflow(by: 1000)
          return group.processorTime(
            limitMicroseconds: isBeyond ? .max : microseconds, processors: busy)
        },
        freezer: group.freezer))
  }

  private var insideUser: UInt32 { request.image?.user ?? HostIdentity.insideID }
  private var insideGroup: UInt32 { request.image?.group ?? HostIdentity.insideID }

  private var launcherSteps: [SetupStep] {
    var steps = group.directories.map { SetupStep.makeGroup(path: $0) }
    steps += group.settings.map {
      .setGroup(path: $0.path, value: $0.value, mayBeMissing: $0.mayBeMissing)
    }
    for (index, path) in group.tasks.enumerated() {
      steps.append(.openGroup(slot: Self.firstGroup + UInt32(index), path: path))
    }
    // Root's own eyes find the sources; the ids of the sandbox need no way to them.
    if identity.isRoot {
      steps += rootPlan.cloneSteps
      if !root.layers.isEmpty && identity.writer == .privileged {
        steps.append(
          .mapTrees(
            firstSlot: rootPlan.firstLayer, count: UInt32(root.layers.count), stored: SandboxID.store,
            shown: id.user))
      }
    }
    steps += rootPlan.openSteps
    steps.append(.oomScore(oomScore))
    if let birthplace = group.birthplace { steps.append(.openCgroup(path: birthplace)) }
    return steps + [
      .cloneInit(namespaces: Self.namespaces | UInt64(SAMOVAR_CLONE_NEWTIME)),
      .mapIDs(
        IDMapping(
          insideUser: insideUser, insideGroup: insideGroup, user: id.user, group: id.group,
          writer: identity.writer)),
    ]
  }

  private var initSteps: [SetupStep] {
    var steps: [SetupStep] = group.tasks.indices.map { .joinGroup(slot: Self.firstGroup + UInt32($0)) }
    steps += [.unshare(UInt64(SAMOVAR_CLONE_NEWCGROUP)), .makeMountsPrivate]
    // Before it becomes another: the sources are the user's own.
    if !identity.isRoot { steps += rootPlan.cloneSteps }
    steps.append(.becomeID(user: insideUser, group: insideGroup, clearsGroups: identity.clearsGroups))
    steps += rootPlan.initSteps
    steps += [.hostname("samovar"), .hideInit]
    if !profile.network.isEmpty { steps.append(.listen(port: EgressAddress.port)) }
    return steps + [.handOver(path: TaskSpec.workDirectory), .startPayload]
  }
}
