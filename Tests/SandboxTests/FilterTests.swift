import TestSupport
import Testing
import Workload

@testable import Sandbox

/// Compiled filters, run instruction by instruction against what their policies say.
@Suite struct FilterTests {
  private static let shipped = ["batch", "strict", "gpu", "network-client", "host"]
  #if arch(x86_64)
    private static let native: UInt32 = 0xc000_003e
    private static let foreign: UInt32 = 0x4000_0003  // AUDIT_ARCH_I386
  #else
    private static let native: UInt32 = 0xc000_00b7
    private static let foreign: UInt32 = 0x4000_0028  // AUDIT_ARCH_ARM
  #endif
  private static let killsProcess: UInt32 = 0x8000_0000
  private static let allows: UInt32 = 0x7fff_0000

  private func filter(_ name: String) throws -> (policy: SeccompPolicy, filter: FilterInterpreter) {
    let policy = try Sandboxed.files.profile(name).seccomp
    return (policy, FilterInterpreter(try SeccompCompiler.program(for: policy)))
  }

  private func value(_ action: SeccompPolicy.Action) -> UInt32 {
    switch action {
    case .allow: Self.allows
    case .log: 0x7ffc_0000
    case .errno(let number): 0x0005_0000 | UInt32(number)
    case .trap: 0x0003_0000
    case .killThread: 0
    case .killProcess: Self.killsProcess
    }
  }

  /// Arguments near those that the policy compares with, and others.
  private func arguments(_ policy: SeccompPolicy, _ generator: inout SplitMix64) -> [UInt64] {
    let known = policy.rules.flatMap(\.arguments).flatMap { [$0.value, $0.valueTwo] } + [0, .max]
    return (0..<6).map { _ in
      let base = known[Int.random(in: 0..<known.count, using: &generator)]
      switch Int.random(in: 0..<6, using: &generator) {
      case 0: return .random(in: 0 ... .max, using: &generator)
      case 1: return base | 1 << UInt64.random(in: 0..<64, using: &generator)
      case 2: return base &+ 1
      case 3: return base | 0xabcd_0000_0000
      default: return base
      }
    }
  }

  @Test(arguments: shipped) func theFilterAnswersAsThePolicySays(name: String) throws {
    let (policy, filter) = try filter(name)
    var generator = SplitMix64(7)
    let named = policy.rules.flatMap(\.names).compactMap { name -> Int32? in
      if case .number(let number) = SystemCalls.resolve(name) { number } else { nil }
    }
    let greatest = try #require(named.max())
    for (number, call) in SystemCalls.names.sorted(by: { $0.key < $1.key }) {
      for _ in 0..<(policy.looksAtArguments(of: call) ? 300 : 3) {
        let arguments = arguments(policy, &generator)
        let verdict = try filter.run(call: UInt32(number), architecture: Self.native, arguments: arguments)
        let expected = number > greatest ? .errno(38) : policy.verdict(call, arguments)
        #expect(verdict.value == value(expected), "\(call) \(arguments)")
      }
    }
    let newer = try filter.run(call: 9999, architecture: Self.native, arguments: [])
    #expect(newer.value == value(.errno(38)), "a call that nobody knows yet isn't there")
  }

  @Test(arguments: shipped) func callsOfOtherArchitecturesKill(name: String) throws {
    let (_, filter) = try filter(name)
    for call in [0, 1, 20, 59, 9999] as [UInt32] {
      let other = try filter.run(call: call, architecture: Self.foreign, arguments: [])
      #expect(other.value == Self.killsProcess)
      #if arch(x86_64)
        let x32 = try filter.run(call: 0x4000_0000 | call, architecture: Self.native, arguments: [])
        #expect(x32.value == Self.killsProcess)
      #endif
    }
  }

  /// What a program calls all the time is decided by its number: the kernel then runs no filter at all.
  @Test(arguments: shipped) func frequentCallsAreAllowedByTheirNumber(name: String) throws {
    let (_, filter) = try filter(name)
    var calls = [
      "read", "write", "readv", "writev", "pread64", "pwrite64", "lseek", "openat", "close", "newfstatat",
      "statx",
      "fstat", "brk", "munmap", "madvise", "futex", "clock_nanosleep", "epoll_pwait", "ppoll",
      "rt_sigprocmask",
      "getppid", "sched_yield", "getrandom", "exit_group",
    ]
    if name != "strict" { calls += ["mmap", "mprotect", "sendto", "recvfrom", "wait4", "execve"] }
    for call in calls {
      guard case .number(let number) = SystemCalls.resolve(call) else { continue }
      let verdict = try filter.run(call: UInt32(number), architecture: Self.native, arguments: [])
      #expect(verdict == .init(value: Self.allows, looksAtArguments: false), "\(call)")
    }
  }

  @Test func strictLetsNoNewCodeAndNoProcessThrough() throws {
    let (policy, _) = try filter("strict")
    #expect(policy.verdict("mmap", [0, 4096, 3]) == .allow)
    #expect(policy.verdict("mmap", [0, 4096, 5]) == .errno(1))
    #expect(policy.verdict("mprotect", [0, 4096, 4]) == .errno(1))
    #expect(policy.verdict("clone", [0x3d0f00]) == .allow, "a thread of glibc's")
    #expect(policy.verdict("clone", [0x1200011]) == .errno(1), "a process of glibc's fork")
    #expect(policy.verdict("clone", [0x4111]) == .errno(1), "vfork")
    #expect(policy.verdict("chmod", [0, 0o644]) == .allow)
    #expect(policy.verdict("chmod", [0, 0o4755]) == .errno(1))
    for call in [
      "socket", "fork", "vfork", "memfd_create", "inotify_init1", "mq_open", "shmget", "semget", "kill",
    ] {
      #expect(policy.verdict(call, [1]) == .errno(1), "\(call)")
    }
  }

  @Test func whatTheDerivedProfilesAdd() throws {
    let gpu = try filter("gpu").policy
    #expect(gpu.verdict("ioctl", [3, 0xc010_6404]) == .allow, "DRM")
    #expect(gpu.verdict("ioctl", [3, 0xc020_462a]) == .allow, "NVIDIA")
    #expect(gpu.verdict("ioctl", [0, 0x5412]) == .errno(1), "TIOCSTI")
    #expect(gpu.verdict("ioctl", [0, 0x1_0000_5412]) == .errno(1))
    #expect(gpu.verdict("ioctl", [0, 0x541c]) == .errno(1), "TIOCLINUX")
    #expect(try Sandboxed.files.profile("gpu").devices == ["/dev/dri/renderD128"])
    let client = try filter("network-client").policy
    #expect(client.verdict("socket", [2]) == .allow)
    #expect(client.verdict("socket", [17]) == .errno(1))
    #expect(try filter("batch").policy.verdict("socket", [2]) == .errno(101))
    #expect(try !Sandboxed.files.profile("network-client").network.isEmpty)
  }
}

@Suite struct SeccompBaseTests {
  private func read(_ files: [String: String]) throws(Mistakes) -> Profile {
    try Profile.read(Array((files["d/t.yaml"] ?? "").utf8), name: "t", file: "d/t.yaml") {
      files[$0].map { Array($0.utf8) }
    }
  }

  private let base = """
    mounts: [/usr]
    seccomp:
      defaultAction: SCMP_ACT_ERRNO
      syscalls:
        - { names: [read, write, close], action: SCMP_ACT_ALLOW }
        - { names: [socket], action: SCMP_ACT_ERRNO, errnoRet: 101, args: [{ index: 0, op: SCMP_CMP_EQ, value: 2 }] }
    """

  @Test func rulesTakeThePlaceOfTheBasesAndTheRestStands() throws {
    let own = """
      seccomp:
        base: b.yaml
        syscalls:
          - { names: [write, dup], action: SCMP_ACT_KILL_PROCESS }
          - { names: [socket], action: SCMP_ACT_ALLOW, args: [{ index: 0, op: SCMP_CMP_EQ, value: 2 }] }
      """
    let profile = try read(["d/t.yaml": own, "d/b.yaml": base])
    #expect(profile.mounts == [], "only the filter is the base's")
    #expect(profile.seccomp.verdict("read") == .allow)
    #expect(profile.seccomp.verdict("write") == .killProcess)
    #expect(profile.seccomp.verdict("dup") == .killProcess)
    #expect(profile.seccomp.verdict("socket", [2]) == .allow)
    #expect(profile.seccomp.verdict("socket", [3]) == .errno(1))
    #expect(try profile.digest != read(["d/t.yaml": own, "d/b.yaml": base + "\n"]).digest)
  }

  @Test func aBaseOfItsOwnEndsInAMistake() {
    let mistakes = #expect(throws: Mistakes.self) {
      try read(["d/t.yaml": "seccomp: {base: t.yaml}\n"])
    }
    #expect(mistakes?.description.contains("each other's base") == true, "\(mistakes?.description ?? "")")
  }

  @Test(arguments: [
    ("seccomp: {base: nosuch.yaml}\n", "d/t.yaml:1:17: there is no file d/nosuch.yaml"),
    (
      "seccomp: {base: b.yaml, defaultAction: SCMP_ACT_ALLOW}\n",
      "defaultAction is that of b.yaml; take it out"
    ),
    ("seccomp: {base: b.yaml, syscalls: [{names: [read]}]}\n", "lacks 'action'"),
  ]) func mistakesAreNamed(text: String, expected: String) {
    let mistakes = #expect(throws: Mistakes.self) { try read(["d/t.yaml": text, "d/b.yaml": base]) }
    #expect(mistakes?.description.contains(expected) == true, "\(mistakes?.description ?? "")")
  }

  @Test(arguments: ["batch", "host", "gpu", "network-client", "strict"])
  func aProfilesTextReadsBackAsTheSame(name: String) throws {
    var profile = try Sandboxed.files.profile(name)
    profile.description = "quotes \" \\ and \n\u{1}ä"
    var read = try read(["d/t.yaml": profile.text])
    read.digest = profile.digest
    read.name = profile.name
    #expect(read == profile)
  }
}
