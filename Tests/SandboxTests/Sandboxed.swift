import Foundation
import Glibc
import TestSupport
import Testing
import Workload

@testable import Sandbox

/// The real launcher, with the helper and the probe that were built beside this test bundle.
enum Sandboxed {
  static let directory = BuiltProgram.directory
  static let probe = directory + "/sandbox-probe"
  static let profiles = {
    let here = #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
    return "/" + here + "/sandbox-profiles"
  }()
  static let probeBytes = HostFile.read(probe, limit: .mebibytes(1024)) ?? []
  static let probeFile = InputFile(
    path: "/probe", digest: ContentDigest(of: probeBytes), size: ByteCount(UInt64(probeBytes.count)),
    isExecutable: true)
  static let files = LauncherFiles(helper: directory + "/samovar-init", profileDirectories: [profiles])
  static let launcher = Launcher(
    files: files, clock: { Instant(Int64(Date().timeIntervalSince1970 * 1000)) })
  static var holdsMemory: Bool { !lacks.contains(.memory) }
  static var holdsProcesses: Bool { !lacks.contains(.processes) }

  private static let lacks = CgroupHost.current.group(
    CgroupLimits(memory: 1 << 26, processes: 8, milliCPUs: 1000, processors: [])
  ).lacks

  struct Result {
    var run: CompletedRun
    var output: String
    var errors: String
    fileprivate var kept: TemporaryDirectory
    var directory: String { kept.path }
    var outcome: RunOutcome { run.outcome }

    /// The values of lines that begin with a key.
    func values(_ key: String) -> [String] {
      output.split(separator: "\n").filter { $0.hasPrefix(key + " ") }.map {
        String($0.dropFirst(key.count + 1))
      }
    }
  }

  /// Runs the probe with arguments.
  static func run(
    _ arguments: String..., limits: Limits = Limits(wallMilliseconds: 20_000), outputs: [String] = [],
    environment: [String: String] = [:], processors: [Int] = [], meter: (any EnergyMeter)? = nil,
    by launcher: Launcher? = nil
  ) async throws -> Result {
    try await run(
      TaskSpec(
        name: "test", command: ["/probe"] + arguments, inputs: [probeFile], outputs: outputs,
        environment: environment, limits: limits), inputs: [:], processors: processors, meter: meter,
      by: launcher)
  }

  static func run(
    _ specification: TaskSpec, inputs: [ContentDigest: String], profile: String = "batch",
    processors: [Int] = [], meter: (any EnergyMeter)? = nil, by own: Launcher? = nil
  ) async throws -> Result {
    let kept = try TemporaryDirectory()
    let directory = kept.path
    let launcher =
      own ?? meter.map { meter in
        Launcher(files: files, clock: { Instant(Int64(Date().timeIntervalSince1970 * 1000)) }, meter: meter)
      } ?? launcher
    let run = try await launcher.run(
      RunRequest(
        specification: specification, inputPaths: inputs.merging([probeFile.digest: probe]) { $1 },
        outputDirectory: directory, profile: profile, processors: processors))
    return Result(
      run: run, output: HostFile.text(directory + "/stdout") ?? "",
      errors: HostFile.text(directory + "/stderr") ?? "",
      kept: kept)
  }

  /// Every cgroup of this process that still exists.
  static func leftoverGroups() -> [String] {
    let parents: Set<String>
    switch CgroupHost.current {
    case .version1(let mounts):
      parents = Set(mounts.version1.values).union([mounts.version2].compactMap { $0 })
    case .version2(let parent, _): parents = [parent]
    case .none: parents = []
    }
    return parents.flatMap { parent in
      (HostFile.names(in: parent) ?? []).filter { $0.hasPrefix("samovar-\(getpid())-") }.map {
        parent + "/" + $0
      }
    }
  }
}

extension CgroupHost {
  /// A group of this host has a freezer, and with it a count of processor time.
  var canFreeze: Bool {
    group(CgroupLimits(memory: 1 << 26, processes: 8, milliCPUs: 1000, processors: [])).freezer != nil
  }
}
