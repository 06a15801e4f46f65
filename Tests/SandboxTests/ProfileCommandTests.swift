import Foundation
import TestSupport
import Testing
import Workload

@testable import Sandbox

/// `samovar profile`, as people and scripts see it.
@Suite(.serialized) struct ProfileCommandTests {
  private let place: TemporaryDirectory

  init() throws { place = try TemporaryDirectory() }

  private func samovar(_ arguments: String...) throws -> Printed {
    try BuiltProgram.samovar.run(
      arguments, environment: ["SAMOVAR_PROFILES": Sandboxed.profiles, "PATH": "/usr/bin:/bin"])
  }

  private func write(_ text: String, _ name: String) throws -> String {
    let path = "\(place.path)/\(name)"
    try Data(text.utf8).write(to: URL(filePath: path))
    return path
  }

  private func probe(_ profile: String, _ attempt: String) throws -> Printed {
    try samovar(
      "run", "--quiet", "--profile", profile, "--input", "\(Sandboxed.probe):/probe", "--", "/probe",
      "attempt", attempt)
  }

  private func trace(_ base: String, _ arguments: String...) throws -> Printed {
    try BuiltProgram.samovar.run(
      ["profile", "trace", "--base", base, "--input", "\(Sandboxed.probe):/probe", "--", "/probe"]
        + arguments,
      environment: ["SAMOVAR_PROFILES": Sandboxed.profiles, "PATH": "/usr/bin:/bin"])
  }

  @Test func theShippedProfilesAreSound() throws {
    let names = (HostFile.names(in: Sandboxed.profiles) ?? []).filter { $0.hasSuffix(".yaml") }
    #expect(names.count >= 5)
    for name in names {
      let check = try samovar("profile", "check", "\(Sandboxed.profiles)/\(name)")
      #expect(check.status == 0, "\(check.errors)")
      #expect(check.output.contains(": sound; its filter has "))
    }
  }

  @Test func everyMistakeOfEveryFileIsReported() throws {
    let first = try write(
      "mounts: [/proc/x]\nseccomp:\n  base: \(Sandboxed.profiles)/batch.yaml\n  syscalls:\n"
        + "    - { names: [mbindd], action: SCMP_ACT_ALLOW }\n", "a.yaml")
    let second = try write("seccomp: {defaultAction: SCMP_ACT_NOTIFY}\n", "b.yaml")
    let check = try samovar("profile", "check", first, "batch", second, "nosuch")
    #expect(check.status == 1)
    #expect(
      check.output
        == "batch: sound; its filter has \(check.output.split(separator: " ").dropLast().last ?? "") instructions\n"
    )
    #expect(check.errors.contains("\(first):1:10: '/proc/x' can't be mounted"))
    #expect(check.errors.contains("\(first):5:17: there is no system call mbindd; did you mean mbind?"))
    #expect(check.errors.contains("\(second):1:26: SCMP_ACT_NOTIFY is not supported"))
    #expect(check.errors.contains("there is no sandbox profile 'nosuch'"))
  }

  @Test func anExplanationIsForPeopleAndMachines() throws {
    let text = try samovar("profile", "explain", "network-client").output
    #expect(text.contains("through the proxy, to www.example.org:443"))
    #expect(text.contains("  AF_INET               allowed"))
    #expect(text.contains("  kexec                 the end of the task"))
    let file = try write(
      #"{"defaultAction": "SCMP_ACT_ERRNO", "syscalls": [{"names": ["read", "nosuchthing"], "action": "SCMP_ACT_ALLOW"}]}"#,
      "seccomp.json")
    let json = try samovar("profile", "explain", "--json", file)
    let explanation = try JSONDecoder().decode(ProfileExplanation.self, from: Data(json.output.utf8))
    #expect(explanation.unknownNames == ["nosuchthing"])
    #expect(explanation.allowed == 1)
    #expect(explanation.instructions > 5)
    #expect(
      explanation.groups.flatMap(\.answers).allSatisfy { $0.answer.hasPrefix("refused: ") })
  }

  /// The whole way: what the base refuses is found, and under the proposal the program gets it.
  @Test func theProposedProfileRunsTheProgram() throws {
    #expect(try probe("batch", "personality").output == "1\n")
    let traced = try trace("batch", "attempt", "personality")
    #expect(traced.status == 0, "\(traced.errors)")
    #expect(
      traced.errors.hasPrefix("0\n"), "the program got what it wanted while it was traced: \(traced.errors)")
    #expect(traced.output.contains("#   personality [262144, 0, 0, 0, 0, 0]: proposed\n"))
    let proposal = try write(traced.output, "proposal.yaml")
    #expect(try samovar("profile", "check", proposal).status == 0)
    #expect(try probe(proposal, "personality").output == "0\n")
    #expect(try probe(proposal, "unshare_user").output == "1\n", "nothing else became possible")
    let again = try BuiltProgram.samovar.run(
      [
        "profile", "trace", "--base", proposal, "--input", "\(Sandboxed.probe):/probe", "--", "/probe",
        "attempt", "personality",
      ],
      environment: ["SAMOVAR_PROFILES": Sandboxed.profiles, "PATH": "/usr/bin:/bin"])
    #expect(again.output.contains("nothing: the program runs under"), "\(again.output)")
  }

  @Test(arguments: [
    "unshare_user", "clone_newuser", "mount_tmpfs", "userfaultfd", "keyctl", "socket_packet", "socket_alg",
    "tiocsti",
    "mknod_block", "io_uring",
  ])
  func whatReachesBeyondTheProgramIsReportedAndNotProposed(attempt: String) throws {
    let traced = try trace("batch", "attempt", attempt)
    #expect(traced.status == 0, "\(traced.errors)")
    #expect(traced.output.contains(": not proposed; batch answers: "), "\(traced.output)")
    #expect(!traced.output.contains("seccomp:"), "\(traced.output)")
  }

  @Test func aCallThatKillsEndsTheTracedProgram() throws {
    let traced = try trace("batch", "attempt", "bpf")
    #expect(traced.status == 0)
    #expect(traced.errors.contains("the program ended with 159"), "\(traced.errors)")
    #expect(traced.output.contains("#   bpf: not proposed; batch answers: the end of the task"))
  }

  @Test func aTraceSaysWhyItCouldNotBe() throws {
    let missing = try samovar("profile", "trace", "--base", "batch", "--", "/nosuch")
    #expect(missing.status == 1)
    #expect(missing.errors.contains("samovar-trace: /nosuch: No such file or directory"), "\(missing.errors)")
    let slow = try samovar("profile", "trace", "--timeout", "300ms", "--", "sleep", "20")
    #expect(slow.status == 1)
    #expect(slow.errors.contains("could not be traced to its end"), "\(slow.errors)")
  }

  /// A static program under the least: it runs, and what it doesn't need is not there.
  @Test func strictRunsAStaticProgram() throws {
    let said = try samovar(
      "run", "--quiet", "--profile", "strict", "--input", "\(Sandboxed.probe):/probe", "--", "/probe", "say",
      "hello")
    #expect(said.output == "hello\n", "\(said.errors)")
    #expect(try probe("strict", "socket_unix").output == "1\n")
    #expect(try probe("strict", "unshare_user").status == 159)
  }
}
