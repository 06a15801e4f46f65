import Foundation
import Testing
import Workload

@testable import Sandbox

/// Files of other tools: OCI's `linux.seccomp` and Docker's form of it.
@Suite struct SeccompFileTests {
  private static let target = {
    var target = SeccompTarget.current
    target.architecture = "amd64"
    target.kernel = SeccompTarget.KernelVersion("6.1") ?? target.kernel
    return target
  }()

  private func read(_ text: String, target: SeccompTarget = target) throws(Mistakes) -> Profile {
    try Profile.read(Array(text.utf8), name: "t", file: "t.json", target: target) { _ in nil }
  }

  /// One rule of Docker's form for each condition, named for what it is to show.
  private static let docker = """
    {"defaultAction": "SCMP_ACT_ERRNO", "defaultErrnoRet": 1, "defaultErrno": "EPERM",
     "archMap": [{"architecture": "SCMP_ARCH_X86_64", "subArchitectures": ["SCMP_ARCH_X86", "SCMP_ARCH_X32"]}],
     "syscalls": [
      {"names": ["read", "write"], "action": "SCMP_ACT_ALLOW", "args": null, "comment": "", "includes": {},
       "excludes": {}},
      {"name": "close", "action": "SCMP_ACT_ALLOW", "args": []},
      {"names": ["mount"], "action": "SCMP_ACT_ALLOW", "includes": {"caps": ["CAP_SYS_ADMIN"]}},
      {"names": ["chroot"], "action": "SCMP_ACT_ERRNO", "errnoRet": 13, "errno": "EACCES",
       "excludes": {"caps": ["CAP_SYS_CHROOT"]}},
      {"names": ["arch_prctl"], "action": "SCMP_ACT_ALLOW", "includes": {"arches": ["amd64", "x32"]}},
      {"names": ["breakpoint"], "action": "SCMP_ACT_ALLOW", "includes": {"arches": ["arm", "arm64"]}},
      {"names": ["dup2"], "action": "SCMP_ACT_ALLOW", "excludes": {"arches": ["arm64"]}},
      {"names": ["dup"], "action": "SCMP_ACT_ALLOW", "excludes": {"arches": ["amd64"]}},
      {"names": ["openat2"], "action": "SCMP_ACT_ALLOW", "includes": {"minKernel": "5.6"}},
      {"names": ["statmount"], "action": "SCMP_ACT_ALLOW", "includes": {"minKernel": "6.8"}},
      {"names": ["ptrace"], "action": "SCMP_ACT_ALLOW", "includes": {"minKernel": "4.8"}},
      {"names": ["uselib"], "action": "SCMP_ACT_ALLOW", "excludes": {"minKernel": "6.1"}},
      {"names": ["clone"], "action": "SCMP_ACT_ALLOW", "excludes": {"caps": ["CAP_SYS_ADMIN"], "arches": ["s390"]},
       "args": [{"index": 0, "value": 2114060288, "op": "SCMP_CMP_MASKED_EQ"}]}]}
    """

  @Test func dockersConditionsAreResolvedForATaskWithoutCapabilities() throws {
    let policy = try read(Self.docker).seccomp
    #expect(policy.defaultAction == .errno(1))
    #expect(
      policy.rules.flatMap(\.names) == [
        "read", "write", "close", "chroot", "arch_prctl", "dup2", "openat2", "ptrace", "clone",
      ])
    #expect(policy.rules.first { $0.names == ["chroot"] }?.action == .errno(13))
    #expect(
      policy.rules.last?.arguments == [
        .init(index: 0, value: 2_114_060_288, valueTwo: 0, comparison: .maskedEqual)
      ])
    #expect(try SeccompCompiler.program(for: policy).count > 100)
  }

  @Test func anotherMachineGetsOtherRules() throws {
    var target = Self.target
    target.architecture = "arm64"
    target.kernel = try #require(SeccompTarget.KernelVersion("4.4.302-cip"))
    #expect(
      try read(Self.docker, target: target).seccomp.rules.flatMap(\.names) == [
        "read", "write", "close", "chroot", "breakpoint", "dup", "uselib", "clone",
      ])
  }

  @Test(arguments: [
    (#""includes": {"minKernel": "new"}"#, "must be a version"), (#""includes": []"#, "must be a mapping"),
    (#""excludes": {"capz": []}"#, "did you mean 'caps'?"),
    (#""args": [{"index": 6, "value": 0, "op": "SCMP_CMP_EQ"}]"#, "from 0 to 5"),
    (#""args": [{"index": 0, "value": -1, "op": "SCMP_CMP_EQ"}]"#, "below 2^64"),
    (#""errnoRet": 70000"#, "from 1 to 4095"),
  ]) func mistakesInDockersFormAreNamed(part: String, expected: String) {
    let text = """
      {"defaultAction": "SCMP_ACT_ERRNO", "syscalls":
        [{"names": ["read"], "action": "SCMP_ACT_ALLOW", \(part)}]}
      """
    let mistakes = #expect(throws: Mistakes.self) { try read(text) }
    #expect(mistakes?.description.contains(expected) == true, "\(mistakes?.description ?? "")")
  }

  @Test(arguments: [("NOTIFY", "no supervisor"), ("TRACE", "without a tracer")])
  func whatNeedsAnotherProcessIsRefusedWithItsReason(action: String, expected: String) {
    let mistakes = #expect(throws: Mistakes.self) { try read(#"{"defaultAction": "SCMP_ACT_\#(action)"}"#) }
    #expect(mistakes?.description.hasPrefix("t.json:1:19: ") == true, "\(mistakes?.description ?? "")")
    #expect(mistakes?.description.contains(expected) == true)
  }

  private static let debians = "/usr/share/containers/seccomp.json"

  @Test(
    .enabled("needs /usr/share/containers/seccomp.json of golang-github-containers-common") {
      HostFile.exists(debians)
    })
  func theProfileOfDebiansContainersLoadsAsItIs() throws {
    let profile = try Profile.read(
      HostFile.read(Self.debians) ?? [], name: "podman", file: Self.debians,
      target: SeccompTarget.current.judgingNames()
    ) { _ in nil }
    #expect(profile.seccomp.defaultAction == .errno(38))
    let names = profile.seccomp.rules.flatMap(\.names)
    #expect(names.count > 300)
    // Of two rules about bpf, one is for CAP_SYS_ADMIN.
    #expect(profile.seccomp.rules.filter { $0.names.contains("bpf") }.map(\.action) == [.errno(1)])
    #expect(try SeccompCompiler.program(for: profile.seccomp).count / 8 > 300)
  }

  /// In a profile's own section a name is a person's; in a file of other tools it may be any kernel's.
  @Test func unknownCallsAreMistakesWhereAPersonWroteThem() throws {
    let own =
      "seccomp:\n  defaultAction: SCMP_ACT_ERRNO\n  syscalls:\n"
      + "    - { names: [raed, write, statmount, chown32, nosuchthing], action: SCMP_ACT_ALLOW }\n"
    let mistakes = #expect(throws: Mistakes.self) { try read(own, target: Self.target.judgingNames()) }
    #expect(
      mistakes?.description
        == "t.json:4:17: there is no system call raed; did you mean read?\n"
        + "t.json:4:50: there is no system call nosuchthing; see syscalls(2)")
    #expect(try read(own).seccomp.unknownNames == ["raed", "nosuchthing"])
    let file =
      #"{"defaultAction": "SCMP_ACT_ERRNO", "syscalls": [{"names": ["raed"], "action": "SCMP_ACT_ALLOW"}]}"#
    #expect(try read(file, target: Self.target.judgingNames()).seccomp.unknownNames == ["raed"])
  }

  @Test func thisVersionsTableAgreesWithLibseccomps() throws {
    for (number, name) in SystemCalls.names { #expect(SystemCalls.resolve(name) == .number(number)) }
    #expect(SystemCalls.names.count > 300)
    #expect(SystemCalls.resolve("mseal") == .number(462))
    #expect(SystemCalls.resolve("waitpid") == .elsewhere)
    #expect(SystemCalls.resolve("nosuchthing") == .unknown)
  }
}
