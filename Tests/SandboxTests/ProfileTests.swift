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
    let profile = try Sandboxed.files.compiledProfile(name, cache: nil).profile
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
    ("mounts: [/]\nseccomp: {defaultAction: SCMP_ACT_ERRNO}\n", "and not '/'"),
    ("mounts: [/proc/sys]\nseccomp: {defaultAction: SCMP_ACT_ERRNO}\n", "/proc is the sandbox's own"),
    ("mounts: [/sys]\nseccomp: {defaultAction: SCMP_ACT_ERRNO}\n", "/sys is the sandbox's own"),
    ("mounts: [/work/a]\nseccomp: {defaultAction: SCMP_ACT_ERRNO}\n", "/work is the sandbox's own"),
    ("mounts: [/etc]\nseccomp: {defaultAction: SCMP_ACT_ERRNO}\n", "name what is needed below /etc"),
    ("mounts: [/usr, /usr/lib]\nseccomp: {defaultAction: SCMP_ACT_ERRNO}\n", "by the mount of '/usr'"),
    ("mounts: [/usr/lib, /usr]\nseccomp: {defaultAction: SCMP_ACT_ERRNO}\n", "take '/usr/lib' out"),
    ("devices: [/dev/dri/*]\nseccomp: {defaultAction: SCMP_ACT_ERRNO}\n", "is a pattern"),
    ("devices: [/sys/x]\nseccomp: {defaultAction: SCMP_ACT_ERRNO}\n", "must be a device node below /dev"),
    ("devices: [/dev/../etc/x]\nseccomp: {defaultAction: SCMP_ACT_ERRNO}\n", "without '.', '..'"),
    ("devices: [/dev/null]\nseccomp: {defaultAction: SCMP_ACT_ERRNO}\n", "in every sandbox already"),
    ("devices: [/dev/mem]\nseccomp: {defaultAction: SCMP_ACT_ERRNO}\n", "the host's memory"),
    ("devices: [/dev/ttyS0]\nseccomp: {defaultAction: SCMP_ACT_ERRNO}\n", "it is a terminal"),
    ("devices: [/dev/kvm, /dev/kvm]\nseccomp: {defaultAction: SCMP_ACT_ERRNO}\n", "stands twice"),
    ("network: {}\nseccomp: {defaultAction: SCMP_ACT_ERRNO}\n", "lacks 'allow'"),
    ("network: {allow: []}\nseccomp: {defaultAction: SCMP_ACT_ERRNO}\n", "take 'network' out"),
    ("network: {allow: [a.example]}\nseccomp: {defaultAction: SCMP_ACT_ERRNO}\n", "has no port"),
    ("network: {allow: ['a.example:0']}\nseccomp: {defaultAction: SCMP_ACT_ERRNO}\n", "from 1 to 65535"),
    ("network: {allow: ['*.org:443']}\nseccomp: {defaultAction: SCMP_ACT_ERRNO}\n", "top-level domain"),
    ("network: {allow: ['2001:db8::1:443']}\nseccomp: {defaultAction: SCMP_ACT_ERRNO}\n", "in brackets"),
    (
      "network: {allow: ['http://a.example:443']}\nseccomp: {defaultAction: SCMP_ACT_ERRNO}\n",
      "without a scheme"
    ),
    ("network: {allow: ['127.1:443']}\nseccomp: {defaultAction: SCMP_ACT_ERRNO}\n", "neither a host name"),
    (
      "network: {allow: ['A.example:1', 'a.example.:1']}\nseccomp: {defaultAction: SCMP_ACT_ERRNO}\n",
      "stands twice"
    ),
    ("limits: {temporary: 5}\nseccomp: {defaultAction: SCMP_ACT_ERRNO}\n", "has no unit"),
    ("limits: {open_files: 1}\nseccomp: {defaultAction: SCMP_ACT_ERRNO}\n", "from 16"),
  ])
  func mistakesAreNamed(text: String, expected: String) {
    let mistakes = #expect(throws: Mistakes.self) { try read(text) }
    #expect(mistakes?.description.contains(expected) == true, "\(mistakes?.description ?? "")")
  }

  @Test func allMistakesAreNamedAtOnce() {
    let text = """
      mounts: [/proc/x, /usr, /usr/bin]
      devices: [/dev/mem]
      network: {allow: [nowhere]}
      limits: {open_files: 1}
      seccomp: {defaultAction: SCMP_ACT_NOTIFY}
      """
    let mistakes = #expect(throws: Mistakes.self) { try read(text) }
    #expect(
      mistakes?.all.map { "\($0.line):\($0.column)" } == ["1:10", "1:25", "2:11", "3:19", "4:22", "5:26"])
  }

  @Test func devicesAndDestinationsAreRead() throws {
    let text =
      "devices: [/dev/dri/renderD128, /dev/full2]\n"
      + "network: {allow: ['Host.Example.:443', '10.1.2.3:8080', '[2001:DB8::1]:443', '*.example.org:443']}\n"
    let profile = try read(text + policy)
    #expect(profile.devices == ["/dev/dri/renderD128", "/dev/full2"])
    #expect(
      profile.network.map(\.description) == [
        "host.example:443", "10.1.2.3:8080", "[2001:db8::1]:443", "*.example.org:443",
      ])
    #expect(profile.grantedExemptions.contains("device:/dev/dri/renderD128"))
    #expect(try read(policy).grantedExemptions == [])
  }

  @Test func aDeviceThatIsNotThereIsNamedWithItsReason() throws {
    var profile = try read(policy)
    profile.devices = ["/dev/nosuch", "/dev/null", "/etc/hostname", "/dev/fd", "/"]
    let error = #expect(throws: SandboxError.self) { try profile.checkDevices() }
    let text = "\(error.map(String.init(describing:)) ?? "")"
    #expect(text.contains("/dev/nosuch (No such file or directory)"))
    #expect(text.contains("/etc/hostname (it is a file"))
    #expect(text.contains("/dev/fd (it is a link"))
    #expect(text.contains("/ (it is a directory"))
    #expect(!text.contains("/dev/null"))
    profile.devices = ["/dev/null"]
    try profile.checkDevices()
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
    let error = #expect(throws: SandboxError.self) {
      try Sandboxed.files.compiledProfile("nosuch", cache: nil).profile
    }
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
