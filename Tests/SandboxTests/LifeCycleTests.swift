import Foundation
import Glibc
import TestSupport
import Testing
import Workload

@testable import Sandbox

/// How runs end, and that they end.
@Suite(.serialized) struct LifeCycleTests {
  private static let clock = ContinuousClock()
  /// An idle host is within 10 ms; a build that runs beside the tests isn't.
  private let slack = UInt64(1000 * TestSlack.factor)

  @Test(arguments: [0, 1, 124, 125, 137, 159, 255]) func anExitCodeIsWhatItIs(code: Int32) async throws {
    #expect(try await Sandboxed.run("exit", "\(code)").outcome == .exited(code: code))
  }

  @Test(arguments: [SIGKILL, SIGSEGV, SIGABRT, SIGUSR1]) func aSignalIsNamed(number: Int32) async throws {
    #expect(try await Sandboxed.run("signal", "\(number)").outcome == .signalled(signal: number))
  }

  @Test func whatIsNotThereIs127() async throws {
    let specification = TaskSpec(name: "t", command: ["/nosuch"], inputs: [Sandboxed.probeFile])
    let result = try await Sandboxed.run(specification, inputs: [:])
    #expect(result.outcome == .exited(code: 127))
    #expect(result.errors == "samovar: cannot execute /nosuch: No such file or directory")
  }

  @Test func whatIsNoProgramIs126() async throws {
    let scratch = try TemporaryDirectory()
    let path = scratch.path + "/text"
    try Data("no program\n".utf8).write(to: URL(filePath: path))
    let file = InputFile(
      path: "/text", digest: ContentDigest(of: Array("no program\n".utf8)), size: ByteCount(11))
    let result = try await Sandboxed.run(
      TaskSpec(name: "t", command: ["/text"], inputs: [file]), inputs: [file.digest: path])
    #expect(result.outcome == .exited(code: 126))
  }

  @Test func aTaskThatObeysEndsAtTheWallLimit() async throws {
    let limits = Limits(wallMilliseconds: 300, graceMilliseconds: 5000)
    let result = try await Sandboxed.run("obey-term", limits: limits)
    #expect(result.outcome == .timedOut, "whatever it exits with then")
    #expect(
      (300..<300 + slack).contains(result.run.usage.wallMilliseconds), "long before its grace is over")
    #expect(result.output == "waiting", "what it printed is kept")
  }

  @Test func aTaskThatIgnoresSIGTERMIsKilledAfterItsGrace() async throws {
    let result = try await Sandboxed.run(
      "ignore-term", limits: Limits(wallMilliseconds: 300, graceMilliseconds: 300))
    #expect(result.outcome == .timedOut)
    #expect((600..<600 + slack).contains(result.run.usage.wallMilliseconds))
    #expect(result.output == "ignoring")
  }

  @Test func aTaskThatStopsItselfIsKilledToo() async throws {
    let result = try await Sandboxed.run(
      "stop", limits: Limits(wallMilliseconds: 200, graceMilliseconds: 200))
    #expect(result.outcome == .timedOut)
  }

  @Test func aDaemonThatIsLeftBehindDiesWithTheTask() async throws {
    let result = try await Sandboxed.run("daemon")
    #expect(result.outcome == .exited(code: 0))
    let lines = result.output.split(separator: "\n").count
    #expect(lines > 0)
    try await Task.sleep(for: .milliseconds(100))
    let later = HostFile.text(result.directory + "/stdout") ?? ""
    #expect(later.split(separator: "\n").count == lines)
  }

  @Test func zombiesAreReaped() async throws {
    #expect(try await Sandboxed.run("zombies", "300").outcome == .exited(code: 0))
  }

  @Test func cancellingKillsEverything() async throws {
    let running = Task { try await Sandboxed.run("ignore-term") }
    try await Task.sleep(for: .milliseconds(400))
    let start = Self.clock.now
    running.cancel()
    #expect(try await running.value.outcome == .cancelled)
    #expect(Self.clock.now - start < .seconds(2) * TestSlack.factor)
  }

  @Test func cancellingBeforeTheStartRunsNothing() async throws {
    let running = Task {
      try? await Task.sleep(for: .seconds(60))
      return try await Sandboxed.run("say", "hello")
    }
    running.cancel()
    let result = try await running.value
    #expect(result.outcome == .cancelled)
  }

  /// For heat or price: everything stands still, and time with it.
  @Test(.enabled(if: CgroupHost.current.canFreeze, "no cgroup is delegated, so nothing can be frozen"))
  func aFrozenTaskUsesNoTime() async throws {
    let capture = try CaptureFiles()
    let control = RunControl()
    let start = Self.clock.now
    async let running = Sandboxed.launcher.run(
      RunRequest(
        specification: TaskSpec(
          name: "t", command: ["/probe", "ignore-term"], inputs: [Sandboxed.probeFile],
          limits: Limits(wallMilliseconds: 1000, graceMilliseconds: 0)),
        inputPaths: [Sandboxed.probeFile.digest: Sandboxed.probe], outputDirectory: nil),
      capture: capture, control: control)
    var status = stat()
    while fstat(capture.output, &status) == 0, status.st_size == 0, Self.clock.now - start < .seconds(10) {
      try await Task.sleep(for: .milliseconds(10))
    }
    control.freeze()
    try await Task.sleep(for: .milliseconds(2000))
    control.thaw()
    let run = try await running
    #expect(run.outcome == .timedOut)
    #expect((1000..<1000 + slack).contains(run.usage.wallMilliseconds), "without the two seconds")
    #expect(Self.clock.now - start >= .seconds(3), "its limit and the two seconds")
  }

  @Test func noCgroupIsLeftBehind() async throws {
    for _ in 0..<5 { _ = try await Sandboxed.run("exit", "0") }
    // Tests that run at the same time have groups too, and make new ones: those that are there now are gone soon.
    let groups = Set(Sandboxed.leftoverGroups())
    for _ in 0..<50 * TestSlack.factor where !groups.isDisjoint(with: Sandboxed.leftoverGroups()) {
      try await Task.sleep(for: .milliseconds(100))
    }
    #expect(groups.intersection(Sandboxed.leftoverGroups()).isEmpty)
  }

  /// The daemon's death is the closing of its end of the control socket.
  @Test func theDaemonsDeathKillsTheSandbox() async throws {
    let scratch = try TemporaryDirectory()
    let (daemon, children) = try await startDaemon(in: scratch.path)
    kill(daemon.processIdentifier, SIGKILL)
    daemon.waitUntilExit()
    #expect(await areGone(children))
    withExtendedLifetime(scratch) {}
  }

  @Test func theHelpersDeathKillsTheSandboxAndIsAnError() async throws {
    let scratch = try TemporaryDirectory()
    let (daemon, children) = try await startDaemon(in: scratch.path)
    // The first is the zygote, which only waits for more to do.
    kill(children[1], SIGKILL)
    daemon.waitUntilExit()
    #expect(daemon.terminationStatus == 125)
    #expect(await areGone(children))
    withExtendedLifetime(scratch) {}
  }

  @Test func anInterruptedCommandCleansUp() async throws {
    let scratch = try TemporaryDirectory()
    let (daemon, children) = try await startDaemon(in: scratch.path)
    kill(daemon.processIdentifier, SIGINT)
    daemon.waitUntilExit()
    #expect(daemon.terminationStatus == 130)
    #expect(await areGone(children))
    withExtendedLifetime(scratch) {}
  }

  /// `samovar run` with a payload that ignores SIGTERM, and all processes below it, the helper first.
  private func startDaemon(in directory: String) async throws -> (daemon: Process, children: [Int32]) {
    let daemon = Process()
    daemon.executableURL = URL(filePath: Sandboxed.directory + "/samovar")
    daemon.arguments = [
      "run", "--output", directory, "--input", "\(Sandboxed.probe):/probe", "--", "/probe", "ignore-term",
    ]
    daemon.environment = ["SAMOVAR_PROFILES": Sandboxed.profiles]
    daemon.standardOutput = FileHandle.nullDevice
    daemon.standardError = FileHandle.nullDevice
    try daemon.run()
    for _ in 0..<200 where HostFile.text(directory + "/stdout") != "ignoring" {
      try await Task.sleep(for: .milliseconds(50))
    }
    #expect(HostFile.text(directory + "/stdout") == "ignoring")
    let children = descendants(of: daemon.processIdentifier)
    try #require(children.count >= 4, "the zygote, the helper, pid 1 and the payload")
    return (daemon, children)
  }

  private func areGone(_ processes: [Int32]) async -> Bool {
    for _ in 0..<100 where processes.contains(where: isAlive) {
      try? await Task.sleep(for: .milliseconds(20))
    }
    return !processes.contains(where: isAlive)
  }

  private func isAlive(_ process: Int32) -> Bool {
    let state = HostFile.text("/proc/\(process)/stat")?.split(separator: ")").last?.split(separator: " ")
      .first
    return state != nil && state != "Z"
  }

  private func descendants(of process: Int32) -> [Int32] {
    let text = HostFile.text("/proc/\(process)/task/\(process)/children") ?? ""
    // Spawned from whichever thread ran at the time.
    let threads = HostFile.names(in: "/proc/\(process)/task") ?? []
    let all = threads.flatMap { thread in
      (HostFile.text("/proc/\(process)/task/\(thread)/children") ?? text).split(separator: " ").compactMap {
        Int32($0)
      }
    }
    return Set(all).sorted().flatMap { [$0] + descendants(of: $0) }
  }
}
