internal import CLinux
internal import SandboxPlan
internal import Workload

/// From what is wanted to the steps that make it: pure, so that golden tests can look at whole plans.
struct PlanBuilder {
  var specification: TaskSpec
  var processors: [Int]
  var profile: Profile
  var root: SandboxRoot
  var identity: HostIdentity
  var filter: [UInt8]
  /// Of a cgroup that may have no directories at all.
  var birthplace: String?
  var cgroupMembers: [String]
  var lacks: Set<LimitedResource>
  var oomScore: Int32

  private static let devices = ["full", "null", "random", "urandom", "zero"]
  private static let readOnlyTree = UInt64(SAMOVAR_MOUNT_RDONLY | SAMOVAR_MOUNT_NOSUID | SAMOVAR_MOUNT_NODEV)
  private static let device = UInt64(SAMOVAR_MOUNT_NOSUID | SAMOVAR_MOUNT_NOEXEC)
  private static let data = UInt32(SAMOVAR_MOUNT_NOSUID | SAMOVAR_MOUNT_NODEV)
  private static let namespaces = UInt64(
    SAMOVAR_CLONE_NEWUSER | SAMOVAR_CLONE_NEWPID | SAMOVAR_CLONE_NEWNS | SAMOVAR_CLONE_NEWNET
      | SAMOVAR_CLONE_NEWIPC
      | SAMOVAR_CLONE_NEWUTS)

  /// Slots: 0…3 new filesystems, then trees, then files to copy.
  private enum Slot {
    static let root: UInt32 = 0
    static let proc: UInt32 = 1
    static let work: UInt32 = 2
    static let temporary: UInt32 = 3
    static let firstTree: UInt32 = 4
  }

  func build() -> SetupPlan {
    SetupPlan(
      launcherSteps: launcherSteps, initSteps: initSteps, payloadSteps: payloadSteps,
      supervision: Supervision(
        setupMilliseconds: 30_000, wallMilliseconds: specification.limits.wallMilliseconds,
        graceMilliseconds: specification.limits.graceMilliseconds,
        streamBytes: specification.limits.streamBytes.value))
  }

  private var trees: [SandboxRoot.Tree] { root.trees + root.inputs }
  private var firstCopy: UInt32 { Slot.firstTree + UInt32(trees.count + Self.devices.count) }

  private var cloneSteps: [SetupStep] {
    let all =
      trees.map { ($0.source, $0.isDirectory, Self.readOnlyTree) }
      + Self.devices.map { ("/dev/" + $0, false, Self.device) }
    return all.enumerated().map { index, tree in
      .cloneTree(slot: Slot.firstTree + UInt32(index), path: tree.0, isRecursive: tree.1, attributes: tree.2)
    }
  }

  private var launcherSteps: [SetupStep] {
    var steps: [SetupStep] = []
    // Root's own eyes find the sources; the ids of the sandbox need no way to them.
    if identity.isRoot { steps += cloneSteps }
    for (index, copy) in root.copies.enumerated() {
      steps.append(.openFile(slot: firstCopy + UInt32(index), path: copy.source))
    }
    steps.append(.oomScore(oomScore))
    if let birthplace { steps.append(.openCgroup(path: birthplace)) }
    steps.append(.cloneInit(namespaces: Self.namespaces))
    steps += cgroupMembers.map { .joinCgroup(path: $0) }
    steps.append(
      .mapIDs(
        inside: HostIdentity.insideID, user: identity.user, group: identity.group,
        deniesSetgroups: !identity.isRoot))
    return steps
  }

  private var initSteps: [SetupStep] {
    var steps: [SetupStep] = [
      .unshare(UInt64(SAMOVAR_CLONE_NEWCGROUP)), .makeMountsPrivate,
      .becomeID(HostIdentity.insideID, clearsGroups: identity.isRoot),
    ]
    if !identity.isRoot { steps += cloneSteps }
    steps += filesystemSteps
    steps += rootSteps
    steps += inputSteps
    if profile.proc == .masked {
      steps += profile.readOnlyPaths.map { .makeReadOnly(path: $0, isMount: false) }
      steps += profile.maskedPaths.map { .mask(path: $0) }
    }
    return steps + [
      .makeReadOnly(path: "/", isMount: true), .hostname("samovar"), .hideInit,
      .handOver(path: TaskSpec.workDirectory), .startPayload,
    ]
  }

  private var filesystemSteps: [SetupStep] {
    let page: UInt64 = 4096
    let copied = root.copies.reduce(UInt64(0)) { $0 + ($1.size + page - 1) / page * page }
    let entries = trees.count + root.links.count + root.copies.count
    let rootOptions = [
      MountOption("size", "\(copied + (1 << 20))"), MountOption("nr_inodes", "\(256 + entries * 8)"),
      MountOption("mode", "0755"),
    ]
    return [
      .newFilesystem(slot: Slot.root, type: "tmpfs", options: rootOptions, attributes: Self.data),
      // While the host's proc is in sight: the kernel demands it.
      .newFilesystem(
        slot: Slot.proc, type: "proc",
        options: profile.proc == .processes ? [MountOption("subset", "pid")] : [],
        attributes: Self.data | UInt32(SAMOVAR_MOUNT_NOEXEC)),
      tmpfs(Slot.work, size: specification.limits.disk, files: profile.limits.workFiles, mode: "0755"),
      tmpfs(Slot.temporary, size: profile.limits.temporary, files: profile.limits.workFiles, mode: "1777"),
      .pivot(slot: Slot.root),
    ]
  }

  private func tmpfs(_ slot: UInt32, size: ByteCount, files: UInt64, mode: String) -> SetupStep {
    // A size of 0 would mean none at all to the kernel.
    let options = [
      MountOption("size", "\(max(4096, size.value))"), MountOption("nr_inodes", "\(files)"),
      MountOption("mode", mode),
    ]
    return .newFilesystem(slot: slot, type: "tmpfs", options: options, attributes: Self.data)
  }

  private var rootSteps: [SetupStep] {
    var steps: [SetupStep] = [
      .makeDirectory(path: "/.empty", mode: 0o555), .makeDirectory(path: "/proc", mode: 0o555),
      .attachTree(slot: Slot.proc, path: "/proc"), .makeDirectory(path: "/tmp", mode: 0o755),
      .attachTree(slot: Slot.temporary, path: "/tmp"), .makeDirectory(path: "/work", mode: 0o755),
      .attachTree(slot: Slot.work, path: "/work"), .makeDirectory(path: "/dev", mode: 0o755),
      .makeLink(path: "/dev/fd", target: "/proc/self/fd"),
      .makeLink(path: "/dev/stdin", target: "/proc/self/fd/0"),
      .makeLink(path: "/dev/stdout", target: "/proc/self/fd/1"),
      .makeLink(path: "/dev/stderr", target: "/proc/self/fd/2"), .makeLink(path: "/dev/shm", target: "/tmp"),
    ]
    for (index, name) in Self.devices.enumerated() {
      steps.append(.makeFile(path: "/dev/" + name, mode: 0o444, contents: []))
      steps.append(.attachTree(slot: Slot.firstTree + UInt32(trees.count + index), path: "/dev/" + name))
    }
    var made: Set<SandboxPath> = []
    for link in root.links {
      steps += directories(above: link.path, &made)
      steps.append(.makeLink(path: link.path.description, target: link.target))
    }
    for (index, tree) in root.trees.enumerated() { steps += attach(tree, index: index, &made) }
    if !profile.mounts.isEmpty {
      steps += [
        .makeDirectory(path: "/etc", mode: 0o755),
        .makeFile(
          path: "/etc/passwd", mode: 0o444, contents: Array("task:x:1000:1000::/work:/bin/sh\n".utf8)),
        .makeFile(path: "/etc/group", mode: 0o444, contents: Array("task:x:1000:\n".utf8)),
      ]
    }
    return steps
  }

  private var inputSteps: [SetupStep] {
    var steps: [SetupStep] = []
    var made: Set<SandboxPath> = []
    for (index, tree) in root.inputs.enumerated() {
      steps += attach(tree, index: root.trees.count + index, &made)
    }
    for (index, copy) in root.copies.enumerated() {
      steps += directories(above: copy.target, &made)
      steps.append(
        .copyFile(
          slot: firstCopy + UInt32(index), path: copy.target.description, mode: copy.mode, size: copy.size))
    }
    return steps
  }

  private func attach(_ tree: SandboxRoot.Tree, index: Int, _ made: inout Set<SandboxPath>) -> [SetupStep] {
    let path = tree.target.description
    let point: SetupStep =
      tree.isDirectory
      ? .makeDirectory(path: path, mode: 0o755) : .makeFile(path: path, mode: 0o444, contents: [])
    return directories(above: tree.target, &made) + [
      point, .attachTree(slot: Slot.firstTree + UInt32(index), path: path),
    ]
  }

  private func directories(above path: SandboxPath, _ made: inout Set<SandboxPath>) -> [SetupStep] {
    path.ancestors.filter { made.insert($0).inserted }.map {
      .makeDirectory(path: $0.description, mode: 0o755)
    }
  }

  private var payloadSteps: [SetupStep] {
    var steps: [SetupStep] = [.newSession, .changeDirectory(path: TaskSpec.workDirectory)]
    steps += resourceLimits.map { .limitResource(UInt32($0.0), $0.1) }
    if let last = processors.max() {
      var mask = [UInt8](repeating: 0, count: (last / 64 + 1) * 8)
      for processor in processors { mask[processor / 8] |= 1 << UInt8(processor % 8) }
      steps.append(.affinity(mask))
    }
    let environment = specification.environment.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
    return steps + [
      .noNewPrivileges, .dropCapabilities, .closeDescriptors, .filter(program: filter),
      .execute(path: specification.command[0], arguments: specification.command, environment: environment),
    ]
  }

  private var resourceLimits: [(Int, UInt64)] {
    let limits = specification.limits
    var pairs: [(Int, UInt64)] = [
      (SAMOVAR_RLIMIT_CORE, 0), (SAMOVAR_RLIMIT_NOFILE, profile.limits.openFiles),
      (SAMOVAR_RLIMIT_FSIZE, max(limits.disk.value, profile.limits.temporary.value)),
      (SAMOVAR_RLIMIT_STACK, profile.limits.stack.value),
      (SAMOVAR_RLIMIT_MEMLOCK, profile.limits.lockedMemory.value),
      (SAMOVAR_RLIMIT_NICE, 0), (SAMOVAR_RLIMIT_RTPRIO, 0), (SAMOVAR_RLIMIT_MSGQUEUE, 819_200),
    ].map { (Int($0.0), $0.1) }
    if lacks.contains(.memory) { pairs.append((Int(SAMOVAR_RLIMIT_DATA), limits.memory.value)) }
    if lacks.contains(.processes) { pairs.append((Int(SAMOVAR_RLIMIT_NPROC), UInt64(limits.processes) + 1)) }
    return pairs
  }
}
