import Foundation
import Glibc
import TestSupport
import Testing
import Workload

@testable import Sandbox

/// What goes in and what comes out.
@Suite struct OutputTests {
  @Test func aPlainFileComesOutWithItsDigest() async throws {
    let result = try await Sandboxed.run("outputs", outputs: ["deep/good", "absent"])
    #expect(result.outcome == .exited(code: 0))
    let good = Array("good\n".utf8)
    #expect(
      result.run.outputs == [
        OutputFile(path: "deep/good", mode: 0o640, size: ByteCount(5), digest: ContentDigest(of: good))
      ])
    #expect(HostFile.read(result.directory + "/deep/good") == good)
  }

  @Test(arguments: ["link", "out/etc/passwd", "fifo", "socket", "twice", "again", "deep", "large"])
  func whatIsNoPlainFileIsRefused(path: String) async throws {
    let limits = Limits(disk: .mebibytes(8), wallMilliseconds: 20_000)
    let result = try await Sandboxed.run("outputs", limits: limits, outputs: [path])
    #expect(result.outcome == .outputRefused(path: path))
    #expect(result.run.outputs.isEmpty)
  }

  @Test func sparseFilesAreBoundedTogether() async throws {
    let limits = Limits(disk: .mebibytes(8), wallMilliseconds: 20_000)
    let result = try await Sandboxed.run("outputs", limits: limits, outputs: ["sparse1", "sparse2"])
    #expect(result.outcome == .outputRefused(path: "sparse2"))
    #expect(
      try await Sandboxed.run("outputs", limits: limits, outputs: ["sparse1"]).outcome == .exited(code: 0))
  }

  @Test func anOutputBringsNoPowerWithIt() async throws {
    let result = try await Sandboxed.run("outputs", outputs: ["setuid"])
    #expect(result.run.outputs.map(\.mode) == [0o755], "no setuid and no setgid bit in the result")
    var status = stat()
    #expect(stat(result.directory + "/setuid", &status) == 0)
    #expect(status.st_mode & 0o7777 == 0o644, "and the file is data")
    #expect(status.st_uid == geteuid(), "of the collector's")
  }

  /// 64 is OutputCollector.depthLimit, 4096 its countLimit.
  @Test func whatNobodyCouldCollectIsNoRequest() async throws {
    let deep = (0..<65).map { _ in "d" }.joined(separator: "/")
    let long = String(repeating: "x", count: 256)
    let many = (0..<4097).map { "f\($0)" }
    for paths in [[deep], [long], many, ["a\nb"], ["a\u{1b}[2Jb"]] {
      #expect(throws: SandboxError.self) { try OutputCollector.check(paths) }
    }
    #expect(throws: Never.self) {
      try OutputCollector.check(
        [String(deep.dropFirst(2)), String(long.dropFirst()), "ä b"] + many.dropFirst(4))
    }
  }

  @Test(arguments: ["/etc/passwd", "../x", "a/../b", "a//b", "", ".", "stdout", "a\0b"])
  func aPathThatLeadsElsewhereIsNoRequest(path: String) async throws {
    await #expect(throws: SandboxError.self) { try await Sandboxed.run("outputs", outputs: [path]) }
  }

  @Test func inputsAreThereAndReadOnly() async throws {
    let scratch = try TemporaryDirectory()
    let directory = scratch.path
    let bytes = Array("prices\n".utf8)
    for (name, mode) in [("open", 0o644), ("closed", 0o600)] {
      let path = directory + "/" + name
      try Data(bytes).write(to: URL(filePath: path))
      chmod(path, mode_t(mode))
      for target in ["/data/set/prices.csv", "/work/prices.csv"] {
        let file = InputFile(path: target, digest: ContentDigest(of: bytes), size: ByteCount(7))
        let specification = TaskSpec(
          name: "t", command: ["/probe", "cat", target], inputs: [Sandboxed.probeFile, file])
        let result = try await Sandboxed.run(specification, inputs: [file.digest: path])
        #expect(result.output == "prices", "\(name) at \(target)")
      }
    }
  }

  @Test func anInputOfAnotherSizeIsRefused() async throws {
    var file = Sandboxed.probeFile
    file.size = ByteCount(file.size.value + 1)
    let specification = TaskSpec(name: "t", command: ["/probe"], inputs: [file])
    await #expect(throws: SandboxError.self) { try await Sandboxed.run(specification, inputs: [:]) }
  }

  @Test(arguments: ["/proc/x", "/dev/null", "/work", "relative", "/a/../b", "/.empty/x"])
  func anInputCantTakeTheSandboxsOwnPlaces(path: String) async throws {
    var file = Sandboxed.probeFile
    file.path = path
    let specification = TaskSpec(name: "t", command: ["/probe"], inputs: [file])
    await #expect(throws: SandboxError.self) { try await Sandboxed.run(specification, inputs: [:]) }
  }

  @Test func aRootDirectoryIsReadOnlyAndItsTrapsAreHarmless() async throws {
    let scratch = try TemporaryDirectory()
    let root = scratch.path
    try FileManager.default.copyItem(atPath: Sandboxed.probe, toPath: root + "/probe")
    chmod(root, 0o755)
    chmod(root + "/probe", 0o755)
    // Links that would lead a careless launcher to the host.
    for (name, target) in [("proc", "/etc"), ("dev", "/tmp"), ("work", "/"), ("data", "/tmp")] {
      symlink(target, root + "/" + name)
    }
    mkdir(root + "/sub", 0o755)
    try Data("inside\n".utf8).write(to: URL(filePath: root + "/sub/file"))
    var specification = TaskSpec(name: "t", command: ["/probe", "cat", "/sub/file"], root: .directory(root))
    #expect(try await Sandboxed.run(specification, inputs: [:]).output == "inside")
    specification.command = ["/probe", "surroundings"]
    let result = try await Sandboxed.run(specification, inputs: [:])
    #expect(result.values("root:") == [".empty data dev probe proc sub tmp work"])
    #expect(result.values("directory:") == ["/work"])
    #expect(result.run.exemptions.contains("host-root:\(root)"))
    // An input below a link of the root lands inside, or nowhere; never on the host.
    var file = Sandboxed.probeFile
    file.path = "/data/samovar-escaped"
    specification.inputs = [file]
    _ = try? await Sandboxed.run(specification, inputs: [:])
    #expect(!HostFile.exists("/tmp/samovar-escaped"))
  }

  private struct FixedMeter: EnergyMeter {
    let counter: Counter
    final class Counter: Sendable {
      private let lock = NSLock()
      nonisolated(unsafe) private var readings = 0
      func next() -> Int {
        lock.withLock {
          readings += 1; return readings
        }
      }
    }
    func read() async -> EnergyReading? {
      let step = Double(counter.next())
      return EnergyReading(packageEnergy: Joules(100 * step), busyProcessorTime: .seconds(step))
    }
  }

  @Test func energyIsSharedByProcessorTime() async throws {
    let limits = Limits(wallMilliseconds: 300, graceMilliseconds: 0)
    let result = try await Sandboxed.run("spin", limits: limits, meter: FixedMeter(counter: .init()))
    let energy = try #require(result.run.usage.energy)
    #expect(energy.method == .raplByProcessorTime)
    // 100 J in one busy second: 0.1 J for each millisecond.
    #expect(abs(energy.electric.value - Double(result.run.usage.cpuMilliseconds) * 0.1) < 0.2)
  }
}
