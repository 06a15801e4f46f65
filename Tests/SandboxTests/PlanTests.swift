import SandboxPlan
import Testing
import Workload

@testable import Sandbox

/// Whole plans, looked at without a kernel.
@Suite struct PlanTests {
  private func plan(isRoot: Bool, lacks: Set<LimitedResource> = []) throws -> SetupPlan {
    let profile = try Profile.read(
      Array("seccomp: {defaultAction: SCMP_ACT_ERRNO}\n".utf8), name: "t", file: "t.yaml"
    ) { _ in nil }
    let specification = TaskSpec(
      name: "t", command: ["/bin/p", "1"], environment: ["B": "2", "A": "1"],
      limits: Limits(
        milliCPUs: 500, memory: .mebibytes(64), disk: .mebibytes(32), processes: 8, wallMilliseconds: 9000))
    let request = RunRequest(
      specification: specification, inputPaths: [:], outputDirectory: "/o", processors: [1, 9])
    let id = SandboxID(user: isRoot ? 77 : 1001, group: isRoot ? 77 : 1002)
    var root = try SandboxRoot(request, profile: profile, id: id)
    let program = try #require(SandboxPath("/bin/p"))
    let data = try #require(SandboxPath("/bin/data"))
    root.inputs = [SandboxRoot.Tree(source: "/store/p", target: program, isDirectory: false)]
    root.copies = [SandboxRoot.Copy(source: "/store/d", target: data, mode: 0o444, size: 5000)]
    return PlanBuilder(
      request: request, profile: profile, root: root,
      identity: HostIdentity(
        isRoot: isRoot, writer: isRoot ? .privileged : .own, ids: .unused, hasSupplementaryGroups: false),
      id: id, filter: [1, 2], group: Group(lacks: lacks), oomScore: 500, landlockVersion: isRoot ? 6 : 1
    ).build()
  }

  /// A cgroup of both versions, as a hybrid host has it.
  private struct Group: ControlGroup {
    let lacks: Set<LimitedResource>
    let directories = ["/cg1/g", "/cg/g"]
    let settings = [CgroupSetting(path: "/cg1/g/pids.max", value: "9")]
    let birthplace: String? = "/cg/g"
    let tasks = ["/cg1/g/tasks"]
    let freezer: Freezer? = Freezer(path: "/cg/g/cgroup.freeze", frozen: "1", thawed: "0")
    func processorTime(limitMicroseconds: UInt64, processors: UInt32) -> ProcessorTime? { nil }
    func usage() -> CgroupUsage { CgroupUsage() }
  }

  @Test func root() throws {
    let plan = try plan(isRoot: true)
    #expect(
      plan.launcherSteps == [
        .makeGroup(path: "/cg1/g"), .makeGroup(path: "/cg/g"),
        .setGroup(path: "/cg1/g/pids.max", value: "9", mayBeMissing: false),
        .openGroup(slot: 0x8000_0000, path: "/cg1/g/tasks"),
        .cloneTree(slot: 5, path: "/store/p", isRecursive: false, attributes: 7),
        .cloneTree(slot: 6, path: "/dev/full", isRecursive: false, attributes: 10),
        .cloneTree(slot: 7, path: "/dev/null", isRecursive: false, attributes: 10),
        .cloneTree(slot: 8, path: "/dev/random", isRecursive: false, attributes: 10),
        .cloneTree(slot: 9, path: "/dev/urandom", isRecursive: false, attributes: 10),
        .cloneTree(slot: 10, path: "/dev/zero", isRecursive: false, attributes: 10),
        .openFile(slot: 11, path: "/store/d"), .oomScore(500), .openCgroup(path: "/cg/g"),
        .cloneInit(namespaces: 0x7c02_0080),
        .mapIDs(
          IDMapping(insideUser: 1000, insideGroup: 1000, user: 77, group: 77, writer: .privileged)),
      ])
    #expect(
      plan.initSteps == [
        .joinGroup(slot: 0x8000_0000), .unshare(0x0200_0000), .makeMountsPrivate,
        .becomeID(user: 1000, group: 1000, clearsGroups: true),
        .newFilesystem(
          slot: 0, type: "tmpfs",
          options: [
            MountOption("size", "1056768"), MountOption("nr_inodes", "272"), MountOption("mode", "0755"),
          ],
          attributes: 6),
        .newFilesystem(slot: 1, type: "proc", options: [MountOption("subset", "pid")], attributes: 14),
        .newFilesystem(
          slot: 2, type: "tmpfs",
          options: [
            MountOption("size", "33554432"), MountOption("nr_inodes", "65536"), MountOption("mode", "0755"),
          ],
          attributes: 6),
        .newFilesystem(
          slot: 3, type: "tmpfs",
          options: [
            MountOption("size", "16777216"), MountOption("nr_inodes", "65536"), MountOption("mode", "1777"),
          ],
          attributes: 6),
        .pivot(slot: 0),
        .makeDirectory(path: "/.empty", mode: 0o555), .makeDirectory(path: "/proc", mode: 0o555),
        .attachTree(slot: 1, path: "/proc"), .makeDirectory(path: "/tmp", mode: 0o755),
        .attachTree(slot: 3, path: "/tmp"), .makeDirectory(path: "/work", mode: 0o755),
        .attachTree(slot: 2, path: "/work"), .makeDirectory(path: "/dev", mode: 0o755),
        .makeLink(path: "/dev/fd", target: "/proc/self/fd"),
        .makeLink(path: "/dev/stdin", target: "/proc/self/fd/0"),
        .makeLink(path: "/dev/stdout", target: "/proc/self/fd/1"),
        .makeLink(path: "/dev/stderr", target: "/proc/self/fd/2"),
        .makeLink(path: "/dev/shm", target: "/tmp"),
        .makeFile(path: "/dev/full", mode: 0o444, contents: []), .attachTree(slot: 6, path: "/dev/full"),
        .makeFile(path: "/dev/null", mode: 0o444, contents: []), .attachTree(slot: 7, path: "/dev/null"),
        .makeFile(path: "/dev/random", mode: 0o444, contents: []), .attachTree(slot: 8, path: "/dev/random"),
        .makeFile(path: "/dev/urandom", mode: 0o444, contents: []),
        .attachTree(slot: 9, path: "/dev/urandom"),
        .makeFile(path: "/dev/zero", mode: 0o444, contents: []), .attachTree(slot: 10, path: "/dev/zero"),
        .makeDirectory(path: "/bin", mode: 0o755), .makeFile(path: "/bin/p", mode: 0o444, contents: []),
        .attachTree(slot: 5, path: "/bin/p"), .copyFile(slot: 11, path: "/bin/data", mode: 0o444, size: 5000),
        .makeReadOnly(path: "/", isMount: true), .hostname("samovar"), .hideInit, .handOver(path: "/work"),
        .startPayload,
      ])
    #expect(
      plan.payloadSteps == [
        .closeDescriptors, .newSession, .newKeyring, .changeDirectory(path: "/work"), .limitResource(4, 0),
        .limitResource(7, 1024),
        .limitResource(1, 32 << 20), .limitResource(3, 8 << 20), .limitResource(8, 65536),
        .limitResource(13, 0),
        .limitResource(14, 0), .limitResource(12, 819_200), .affinity([2, 2, 0, 0, 0, 0, 0, 0]),
        .noNewPrivileges, .lockSecurebits, .dropCapabilities,
        .landlock(
          LandlockFence(
            files: 0xffff, network: 3, scopes: 3,
            rules: [
              LandlockFence.Rule(path: "/", files: 0b1101), LandlockFence.Rule(path: "/work", files: 0xf7bf),
              LandlockFence.Rule(path: "/tmp", files: 0xf7bf),
              LandlockFence.Rule(path: "/dev", files: 0xc00f),
              LandlockFence.Rule(path: "/proc", files: 0b1111),
            ])),
        .filter(program: [1, 2]),
        .execute(path: "/bin/p", arguments: ["/bin/p", "1"], environment: ["A=1", "B=2"]),
      ])
    #expect(
      plan.supervision
        == Supervision(
          setupMilliseconds: 30_000, wallMilliseconds: 9000, graceMilliseconds: 2000, streamBytes: 1 << 20,
          freezer: Freezer(path: "/cg/g/cgroup.freeze", frozen: "1", thawed: "0")))
  }

  /// An ordinary user can't copy mounts outside, keeps its groups, and has rlimits where cgroups are missing.
  @Test func anOrdinaryUser() throws {
    let plan = try plan(isRoot: false, lacks: [.memory, .processes, .processorTime])
    #expect(!plan.launcherSteps.contains { if case .cloneTree = $0 { true } else { false } })
    #expect(
      plan.launcherSteps.last
        == .mapIDs(
          IDMapping(insideUser: 1000, insideGroup: 1000, user: 1001, group: 1002, writer: .own)))
    #expect(plan.initSteps[3] == .cloneTree(slot: 5, path: "/store/p", isRecursive: false, attributes: 7))
    #expect(plan.initSteps[9] == .becomeID(user: 1000, group: 1000, clearsGroups: false))
    #expect(!plan.payloadSteps.contains { if case .landlock = $0 { true } else { false } })
    for limit in [SetupStep.limitResource(2, 64 << 20), .limitResource(6, 9)] {
      #expect(plan.payloadSteps.contains(limit))
    }
  }

  /// What gives something up comes before what starts the task's code, and the filter comes last of all.
  @Test func theOrderHolds() throws {
    let tail = try plan(isRoot: true).payloadSteps.suffix(6)
    #expect(tail.first == .noNewPrivileges)
    #expect(tail.dropFirst().first == .lockSecurebits, "while a capability is left to do it with")
    guard case .filter = tail.dropLast().last, case .execute = tail.last else {
      Issue.record("the filter must come right before execve")
      return
    }
  }
}
