import Foundation
import TestSupport
import Testing
import Workload

@testable import Sandbox

@Suite struct ProfileTests {
  private func read(_ text: String, files: [String: String] = [:]) throws(Mistakes) -> Profile {
    try Profile.read(Array(text.utf8), name: "t", file: "dir/t.yaml") { files[$0].map { Array($0.utf8) } }
  }

  private let policy =
    "seccomp: {defaultAction: SCMP_ACT_ERRNO, syscalls: [{names: [read], action: SCMP_ACT_ALLOW}]}\n"

  @Test(arguments: ["batch", "host"]) func theShippedProfilesAreRight(name: String) throws {
    let profile = try Sandboxed.files.profile(name)
    #expect(profile.seccomp.defaultAction == .errno(1))
    #expect(profile.mounts.isEmpty == (name == "batch"))
    #expect(try SeccompCompiler.program(for: profile.seccomp).count / 8 > 100)
  }

  @Test func anExistingSeccompFileWorks() throws {
    let json = """
      {"defaultAction": "SCMP_ACT_ERRNO", "defaultErrnoRet": 38, "architectures": ["SCMP_ARCH_X86_64"],
       "syscalls": [{"names": ["read", "nosuchcall"], "action": "SCMP_ACT_ALLOW"},
        {"names": ["personality"], "action": "SCMP_ACT_ALLOW", "args":
          [{"index": 0, "value": 4294967295, "valueTwo": 0, "op": "SCMP_CMP_EQ"}]}]}
      """
    let profile = try read("seccomp: seccomp.json\n", files: ["dir/seccomp.json": json])
    #expect(profile.seccomp.defaultAction == .errno(38))
    #expect(
      profile.seccomp.rules.last?.arguments == [
        .init(index: 0, value: 4_294_967_295, valueTwo: 0, comparison: .equal)
      ])
    #expect(try !SeccompCompiler.program(for: profile.seccomp).isEmpty)
    #expect(
      profile.digest != (try read("seccomp: seccomp.json\n", files: ["dir/seccomp.json": json + "\n"])).digest
    )
  }

  @Test(arguments: [
    ("seccmop: x.json\n", "did you mean 'seccomp'?"),
    ("seccomp: x.json\n", "no file dir/x.json"),
    ("seccomp: {defaultAction: SCMP_ACT_ALOW}\n", "did you mean SCMP_ACT_ALLOW?"),
    ("seccomp: {defaultAction: SCMP_ACT_NOTIFY}\n", "not supported"),
    ("seccomp: {defaultAction: SCMP_ACT_ERRNO, listenerPath: /x}\n", "take listenerPath out"),
    ("seccomp: {defaultAction: SCMP_ACT_ERRNO, flags: [SECCOMP_FILTER_FLAG_LOG]}\n", "is not supported"),
    ("seccomp: {defaultAction: SCMP_ACT_ERRNO, syscalls: [{action: SCMP_ACT_ALLOW}]}\n", "lacks 'names'"),
    ("proc: masked\nseccomp: {defaultAction: SCMP_ACT_ERRNO}\n", "needs masked_paths"),
    ("mounts: [usr]\nseccomp: {defaultAction: SCMP_ACT_ERRNO}\n", "must be an absolute path"),
    ("mounts: [/a/../b]\nseccomp: {defaultAction: SCMP_ACT_ERRNO}\n", "must be an absolute path"),
    ("limits: {temporary: 5}\nseccomp: {defaultAction: SCMP_ACT_ERRNO}\n", "has no unit"),
    ("limits: {open_files: 1}\nseccomp: {defaultAction: SCMP_ACT_ERRNO}\n", "from 16"),
  ])
  func mistakesAreNamed(text: String, expected: String) {
    let mistakes = #expect(throws: Mistakes.self) { try read(text) }
    #expect(mistakes?.description.contains(expected) == true, "\(mistakes?.description ?? "")")
  }

  @Test func twoConditionsOnOneArgumentAreAMistake() {
    let text = """
      seccomp:
        defaultAction: SCMP_ACT_ERRNO
        syscalls:
          - names: [clone]
            action: SCMP_ACT_ALLOW
            args:
              - { index: 0, op: SCMP_CMP_NE, value: 1 }
              - { index: 0, op: SCMP_CMP_NE, value: 2 }
      """
    #expect(throws: Mistakes.self) { try read(text) }
  }

  @Test func aDenyListSaysThatItIsOne() async throws {
    let scratch = try TemporaryDirectory()
    let path = scratch.path + "/open.yaml"
    try Data("seccomp: {defaultAction: SCMP_ACT_ALLOW}\n".utf8).write(to: URL(filePath: path))
    let specification = TaskSpec(name: "t", command: ["/probe", "exit", "0"], inputs: [Sandboxed.probeFile])
    let run = try await Sandboxed.run(specification, inputs: [:], profile: path).run
    #expect(run.exemptions.contains("seccomp-allows-by-default"))
    let unknown = try read(
      "seccomp: {defaultAction: SCMP_ACT_ALLOW, syscalls: [{names: [nosuchcall], action: SCMP_ACT_ERRNO}]}\n")
    #expect(throws: SandboxError.self, "a call that can't be denied by name is not let through in silence") {
      try SeccompCompiler.program(for: unknown.seccomp)
    }
  }

  @Test func aMissingProfileSaysWhereItWasLookedFor() {
    let error = #expect(throws: SandboxError.self) { try Sandboxed.files.profile("nosuch") }
    #expect("\(error.map(String.init(describing:)) ?? "")".contains("nosuch.yaml"))
  }
}

@Suite struct CgroupMountsTests {
  @Test func version2() {
    let mounts = CgroupMounts(
      mountinfo: "30 24 0:26 / /sys/fs/cgroup rw,nosuid shared:9 - cgroup2 cgroup2 rw,nsdelegate\n",
      membership: "0::/user.slice/session-1.scope\n")
    #expect(mounts.version1.isEmpty)
    #expect(mounts.version2 == "/sys/fs/cgroup/user.slice/session-1.scope")
  }

  @Test func hybridAndJoinedControllers() {
    let mounts = CgroupMounts(
      mountinfo: """
        32 31 0:29 / /sys/fs/cgroup/cpu,cpuacct rw - cgroup cgroup rw,cpu,cpuacct
        33 31 0:30 /docker/ab /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory
        34 31 0:31 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw
        garbage
        """,
      membership: "4:memory:/docker/ab/x\n3:cpu,cpuacct:/a\n0::/\nnonsense\n")
    #expect(
      mounts.version1 == [
        "cpu": "/sys/fs/cgroup/cpu,cpuacct/a", "cpuacct": "/sys/fs/cgroup/cpu,cpuacct/a",
        "memory": "/sys/fs/cgroup/memory/x",
      ])
    #expect(mounts.version2 == "/sys/fs/cgroup/unified")
  }

  @Test func aGroupOutsideTheMountIsNotUsed() {
    let mounts = CgroupMounts(
      mountinfo: "33 31 0:30 /docker/ab /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n",
      membership: "4:memory:/docker/abc\n")
    #expect(mounts.version1.isEmpty)
  }
}
