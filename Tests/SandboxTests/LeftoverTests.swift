import Foundation
import Glibc
import TestSupport
import Testing

@testable import Sandbox

/// Nothing is left on the host: no process, mount, cgroup, socket or temporary file, however a run ends.
@Suite(.serialized) struct LeftoverTests {
  /// Printed with what fails, so that it fails again.
  private static let seed: UInt64 = UInt64.random(in: 0..<1_000_000)

  /// One `samovar run` with a TMPDIR, an output directory and a mark of its own.
  private final class Command {
    let process = Process()
    let mark = "mark-" + UUID().uuidString
    let place: TemporaryDirectory
    let traces = HostTraces()
    var temporary: String { place.path + "/tmp" }
    private var helper: String { "\(place.path)/samovar-init" }

    init(_ payload: [String], options: [String] = []) throws {
      place = try TemporaryDirectory()
      chmod(place.path, 0o755)
      mkdir(temporary, 0o700)
      // A helper at a path of its own is found again among all helpers of this machine.
      try FileManager.default.copyItem(atPath: Sandboxed.directory + "/samovar-init", toPath: helper)
      process.executableURL = URL(filePath: Sandboxed.directory + "/samovar")
      process.arguments =
        ["run"] + options + ["--input", "\(Sandboxed.probe):/probe", "--", "/probe"] + payload + [mark]
      process.environment = [
        "SAMOVAR_PROFILES": Sandboxed.profiles, "TMPDIR": temporary, "SAMOVAR_INIT": helper,
        "PATH": "/usr/bin:/bin",
      ]
      process.standardInput = FileHandle.nullDevice
      process.standardOutput = FileHandle.nullDevice
      process.standardError = FileHandle.nullDevice
      try process.run()
    }

    func killed(after microseconds: UInt32) -> Int32 {
      usleep(microseconds)
      kill(process.processIdentifier, SIGKILL)
      process.waitUntilExit()
      return process.terminationStatus
    }

    var processes: [Int32] { HostProcesses.carrying(mark) + HostProcesses.carrying(helper) }
    /// Told from pid 1 and the payload by its parent.
    var zygote: Int32? { child(of: process.processIdentifier) }
    /// The zygote's fork that watches the run.
    var helperProcess: Int32? { zygote.flatMap(child) }
    private func child(of parent: Int32) -> Int32? {
      HostProcesses.carrying(helper).first { HostProcesses.field("PPid", of: $0) == "\(parent)" }
    }
    var isGone: Bool {
      get async {
        let isMarkGone = await HostProcesses.areGone(mark)
        return isMarkGone ? await HostProcesses.areGone(helper) : false
      }
    }

    var groups: [String] { HostTraces.groups(of: process.processIdentifier) }
    var areGroupsGone: Bool { HostTraces.groupsGo(of: process.processIdentifier) }
    var files: [String] { HostFile.names(in: temporary) ?? ["TMPDIR itself is gone"] }

    func expectSystemAsBefore(_ note: Comment) { #expect(traces.new.isEmpty, note) }
  }

  /// From before the first system call to a payload that runs.
  @Test func killingTheCommandAtAnyMomentLeavesNothing() async throws {
    var random = SplitMix64(Self.seed)
    var leftGroups = 0
    var leftFiles = 0
    for round in 0..<120 {
      let microseconds = UInt32.random(in: 0..<30_000, using: &random)
      let note: Comment = "seed \(Self.seed), round \(round), killed after \(microseconds) µs"
      let command = try Command(["ignore-term"])
      // Half of them from the moment of the helper's start: on a busy host the command itself takes longer than 30 ms.
      while round % 2 == 1, command.zygote == nil, command.process.isRunning { usleep(500) }
      _ = command.killed(after: microseconds)
      #expect(await command.isGone, note)
      command.expectSystemAsBefore(note)
      leftGroups += command.areGroupsGone ? 0 : 1
      leftFiles += command.files.isEmpty ? 0 : 1
      for group in command.groups { rmdir(group) }
    }
    #expect(leftGroups == 0, "seed \(Self.seed): of 120 runs \(leftGroups) left cgroups")
    #expect(leftFiles == 0, "seed \(Self.seed): of 120 runs \(leftFiles) left files in TMPDIR")
  }

  @Test func killingTheHelperAtAnyMomentIsAnErrorAndLeavesNothing() async throws {
    var random = SplitMix64(Self.seed)
    var killed = 0
    for round in 0..<40 {
      let microseconds = UInt32.random(in: 0..<20_000, using: &random)
      let note: Comment = "seed \(Self.seed), round \(round), killed \(microseconds) µs after it was seen"
      let command = try Command(["sleep", "1"], options: ["--timeout", "5s"])
      var helper: Int32?
      while helper == nil, command.process.isRunning {
        usleep(500)
        helper = command.helperProcess
      }
      if let helper {
        usleep(microseconds)
        kill(helper, SIGKILL)
        killed += 1
      }
      command.process.waitUntilExit()
      if helper != nil { #expect(command.process.terminationStatus == 125, note) }
      #expect(await command.isGone, note)
      #expect(command.files.isEmpty, note)
      #expect(command.areGroupsGone, note)
      command.expectSystemAsBefore(note)
    }
    #expect(killed > 20, "of 40 helpers \(killed) were caught alive")
  }

  @Test(
    arguments: [
      (["exit", "0"], 0), (["exit", "3"], 3), (["signal", "11"], 139), (["attempt", "reboot"], 159),
      (["daemon"], 0), (["zombies", "20"], 0), (["ignore-term"], 124), (["memory", "300"], 137),
      (["outputs"], 0),
    ] as [([String], Int32)])
  func howeverItEndsNothingIsLeft(payload: [String], status: Int32) async throws {
    // Without a memory cgroup the allocation fails in the program instead.
    if payload[0] == "memory" && !Sandboxed.holdsMemory { return }
    let command = try Command(payload, options: ["--timeout", "2s", "--memory", "128MiB"])
    command.process.waitUntilExit()
    #expect(command.process.terminationStatus == status)
    #expect(command.processes.isEmpty)
    #expect(command.files.isEmpty)
    #expect(command.areGroupsGone)
    command.expectSystemAsBefore("\(payload)")
  }

  @Test(arguments: [
    ["--profile", "nosuch"], ["--input", "/etc/hostname:/proc/x"], ["--memory", "4KiB"], ["--disk", "1"],
    ["--input", "/nosuch"], ["--timeout", "soon"],
  ])
  func whatCantBeRunLeavesNothing(options: [String]) async throws {
    let command = try Command(["exit", "0"], options: options)
    command.process.waitUntilExit()
    #expect(command.process.terminationStatus != 0)
    #expect(command.processes.isEmpty)
    #expect(command.files.isEmpty)
    #expect(command.areGroupsGone)
    command.expectSystemAsBefore("\(options)")
  }
}
