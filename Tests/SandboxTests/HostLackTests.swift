import Foundation
import Glibc
import TestSupport
import Testing

@testable import Sandbox

/// Hosts that lack something, as far as one kernel can play them: what is missing is named with the fix, and a payload
/// never runs with less than it should, unsaid.
@Suite(.serialized, .enabled(if: geteuid() == 0, "only root takes something away from the host"))
struct HostLackTests {
  /// `samovar run` of a payload that says so when it starts.
  private func run(after shell: String, in namespaces: String) throws -> Printed {
    try Printed.run(
      "/usr/bin/unshare",
      [namespaces, "sh", "-c", shell + "\nexec \"$@\"", "sh", BuiltProgram.samovar.path] + Self.line,
      environment: Self.environment)
  }

  private static let line = ["run", "--input", "\(Sandboxed.probe):/probe", "--", "/probe", "say", "started"]
  private static let environment = [
    "SAMOVAR_PROFILES": Sandboxed.profiles, "PATH": "/usr/sbin:/usr/bin:/sbin:/bin",
  ]

  @Test(arguments: ["user", "pid", "mnt", "net", "ipc", "uts"]) func withoutANamespaceNothingRuns(
    kind: String
  ) throws {
    let run = try run(after: "echo 0 > /proc/sys/user/max_\(kind)_namespaces", in: "-Urm")
    #expect(run.status == 125)
    #expect(run.output.isEmpty)
    #expect(run.errors.contains("nothing was run: "), "\(run.errors)")
    let setting = "max_\(kind)_namespaces"
    if kind == "user" {
      #expect(run.errors.contains("sysctl user.\(setting) above 0"), "\(run.errors)")
    } else {
      awaiting(.namespaceIsNamed) { #expect(run.errors.contains(setting), "\(run.errors)") }
    }
  }

  /// Root of a user namespace without a mount namespace of its own, as in some containers.
  @Test func whereMountsCantBeMadeNothingRuns() throws {
    let run = try run(after: "", in: "-Ur")
    awaiting(.rootOfAUserNamespace) { #expect(run.output == "started\n", "an ordinary user's way would do") }
    #expect(run.status == 125 || run.output == "started\n")
  }

  @Test func withoutSeccompNothingRuns() throws {
    let run = try Printed.run(
      Sandboxed.probe, ["without-seccomp", BuiltProgram.samovar.path] + Self.line,
      environment: Self.environment)
    #expect(run.status == 125)
    #expect(run.output.isEmpty)
    #expect(run.errors.contains("seccomp"), "\(run.errors)")
    awaiting(.seccompIsNamed) { #expect(run.errors.contains("CONFIG_SECCOMP_FILTER"), "\(run.errors)") }
  }

  @Test(arguments: [
    "umount -l /sys/fs/cgroup",
    "mount --make-rprivate /; for each in /sys/fs/cgroup /sys/fs/cgroup/*; do mount -o remount,bind,ro $each; done 2>&-",
  ])
  func withoutCgroupsTheResultSaysWhatIsNotHeld(shell: String) throws {
    let run = try run(after: shell, in: "-m")
    #expect(run.status == 0)
    #expect(run.output == "started\n")
    for lack in ["memory-limit-per-process-only", "no-cpu-limit", "process-limit-by-rlimit"] {
      #expect(run.errors.contains(lack), "\(run.errors)")
    }
  }

  @Test func withoutProcNothingRunsAndItIsSaid() throws {
    let run = try run(after: "mount -t tmpfs none /proc", in: "-m")
    #expect(run.status == 125)
    #expect(run.output.isEmpty)
    #expect(run.errors.contains("mount -t proc proc /proc"), "\(run.errors)")
  }
}
