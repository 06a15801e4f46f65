import Foundation
import Glibc
import TestSupport
import Testing
import Workload

@testable import Sandbox

/// `samovar run` and `samovar doctor`, as people and scripts see them.
@Suite(.serialized) struct RunCommandTests {
  private func samovar(_ arguments: String...) throws -> Printed { try samovar(arguments) }

  private func samovar(_ arguments: [String]) throws -> Printed {
    var printed = try BuiltProgram.samovar.run(
      arguments,
      environment: ["SAMOVAR_PROFILES": Sandboxed.profiles, "PATH": "/usr/bin:/bin", "SECRET": "1"])
    printed.output = printed.output.trimmingCharacters(in: .whitespacesAndNewlines)
    printed.errors = printed.errors.trimmingCharacters(in: .whitespacesAndNewlines)
    return printed
  }

  @Test(
    arguments: [
      (["true"], 0), (["sh", "-c", "exit 7"], 7), (["sh", "-c", "kill -KILL $$"], 137),
      (["nosuchcommand"], 127),
      (["/etc/passwd"], 126), (["/bin/true"], 0),
    ] as [([String], Int32)])
  func theExitStatusIsTheCommands(command: [String], status: Int32) throws {
    #expect(try samovar(["run", "--"] + command).status == status)
  }

  @Test func aTimeoutIs124AndWhatWasPrintedIsShown() throws {
    let run = try samovar("run", "--timeout", "300ms", "--", "sh", "-c", "echo early; sleep 20")
    #expect(run.status == 124)
    #expect(run.output == "early")
    #expect(run.errors.hasPrefix("samovar: timed out · "))
  }

  @Test func outputsAreKeptAndTheHostsDataIsNotThere() throws {
    let scratch = try TemporaryDirectory()
    let directory = scratch.path
    let script = "echo made > r.txt; echo $HOME $SECRET; ls -d /root /home /etc/shadow /sys; exit 0"
    let run = try samovar("run", "--output", directory, "--keep", "r.txt", "--", "sh", "-c", script)
    #expect(run.status == 0)
    #expect(run.output == "/work")
    #expect(run.errors.split(separator: "\n").filter { $0.hasPrefix("ls: cannot access") }.count == 4)
    #expect(HostFile.text(directory + "/r.txt") == "made")
  }

  @Test func theMaskedPathsOfProcAreHidden() throws {
    let script = """
      cat /proc/kallsyms /proc/timer_list /proc/interrupts; ls -A /proc/acpi; ls -A /proc/sysvipc
      touch /proc/acpi/x /proc/sysvipc/x; echo 1 > /proc/sys/kernel/sysrq; echo x > /proc/sys/kernel/core_pattern
      grep -q MemTotal /proc/meminfo && echo memory
      """
    let run = try samovar("run", "--", "sh", "-c", script)
    #expect(run.output == "memory", "nothing of what is masked")
    #expect(!HostFile.exists("/proc/acpi/x"))
  }

  @Test func aStaticInputRunsWithNothingElse() throws {
    let run = try samovar(
      "run", "--quiet", "--input", "\(Sandboxed.probe):/probe", "--", "/probe", "surroundings")
    #expect(run.status == 0)
    #expect(run.output.contains("root: .empty dev probe proc tmp work\n"))
  }

  @Test func jsonIsForMachines() throws {
    let run = try samovar("run", "--json", "--", "sh", "-c", "echo loud; exit 3")
    #expect(run.status == 3)
    let json = try JSONSerialization.jsonObject(with: Data(run.output.utf8)) as? [String: Any]
    #expect(json?["exitStatus"] as? Int == 3)
    #expect(json?["summary"] as? String == "exited 3")
    #expect(run.errors.isEmpty)
  }

  @Test(
    arguments: [
      (["--memory", "64", "--", "true"], "has no unit"),
      (["--memory", "64 parsecs", "--", "true"], "use one of B"),
      (["--profile", "nosuch", "--", "true"], "no sandbox profile 'nosuch'"),
      (["--root", "/nosuch", "--", "/bin/true"], "no directory"),
      (["--input", "/nosuch", "--", "true"], "opening the input /nosuch: No such file"),
      (["--input", "/etc/hostname:/proc/x", "--", "true"], "belongs to the sandbox itself"),
      (["--env", "nothing", "--", "true"], "is not KEY=VALUE"),
    ] as [([String], String)])
  func badInputIsNamedWith125(arguments: [String], expected: String) throws {
    let run = try samovar(["run"] + arguments)
    #expect(run.status == 125)
    #expect(run.errors.contains(expected), "\(run.errors)")
  }

  @Test func theDoctorFindsThisHostFit() throws {
    let report = try samovar("doctor")
    #expect(report.status == 0)
    #expect(report.output.contains("ok       sandbox"))
    #expect(report.output.hasSuffix("Tasks can run here."))
    let json = try samovar("doctor", "--json")
    #expect(try JSONDecoder().decode(HostReport.self, from: Data(json.output.utf8)).isUsable)
  }

  @Test func withoutTheHelperNothingRuns() async throws {
    let environment = ["SAMOVAR_INIT": "/nosuch/samovar-init"]
    #expect(throws: SandboxError.self) { try LauncherFiles.find(environment: environment) }
    let report = await HostReport.examine(environment: environment) { .zero }
    #expect(!report.isUsable)
    #expect(report.text.contains("/nosuch/samovar-init"))
  }
}
