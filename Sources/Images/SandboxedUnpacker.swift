private import Glibc
package import LayerTar
package import Sandbox
internal import Workload

/// Unpacks a layer with samovar-unpack in a sandbox of its own: no network, no file of the host but the blob on its
/// standard input and the directory to fill.
package struct SandboxedUnpacker: Sendable {
  private let launcher: Launcher
  private let program: InputFile
  private let programPath: String

  /// Name of the profile that it runs with.
  package static let profile = "unpack"
  private static let inside = "/samovar-unpack"
  private static let target = "/layer"
  /// zstd may keep a window of 128 MiB; page cache of what is written is charged too, and reclaimed.
  private static let memory = ByteCount.mebibytes(512)
  private static let wallMilliseconds: UInt64 = 1_800_000

  /// - Parameter program: samovar-unpack on this host.
  package init(launcher: Launcher, program: String) throws(ImageError) {
    self.launcher = launcher
    programPath = program
    let (digest, size) = try filing { () throws(FileError) in try LocalFile.digest(program) }
    self.program = InputFile(path: Self.inside, digest: digest, size: size, isExecutable: true)
  }

  /// `$SAMOVAR_UNPACK`, or beside samovar-init.
  package static func program(files: LauncherFiles, environment: [String: String]) throws(ImageError)
    -> String
  {
    let path = environment["SAMOVAR_UNPACK"] ?? "\(LocalFile.directory(of: files.helper))/samovar-unpack"
    guard access(path, X_OK) == 0 else {
      throw .machine(
        "the program samovar-unpack isn't at \(path); build it with 'swift build', or name it in SAMOVAR_UNPACK"
      )
    }
    return path
  }

  /// - Parameter bounds: what the layer may be, as far as the cache has room; `.noRoom` beyond.
  package func unpack(
    _ blob: String, into directory: String, bounds: LayerBounds
  ) async throws(ImageError) -> UnpackSummary {
    var limits = Limits()
    limits.memory = Self.memory
    limits.processes = 4
    limits.wallMilliseconds = Self.wallMilliseconds
    limits.streamBytes = .kibibytes(16)
    var request = RunRequest(
      specification: TaskSpec(
        name: "unpack", command: [Self.inside, Self.target, "\(bounds.archiveBytes)", "\(bounds.entries)"],
        inputs: [program], limits: limits),
      inputPaths: [program.digest: programPath], outputDirectory: nil, profile: Self.profile)
    request.standardInput = blob
    request.writableDirectories = [WritableDirectory(source: directory, target: Self.target)]
    let streams: CaptureFiles
    let run: CompletedRun
    do throws(SandboxError) {
      streams = try CaptureFiles()
      run = try await launcher.run(request, capture: streams)
    } catch {
      throw .sandbox(error)
    }
    return try Self.summary(of: run.outcome, streams)
  }

  private static func summary(of outcome: RunOutcome, _ streams: CaptureFiles) throws(ImageError)
    -> UnpackSummary
  {
    let said = try text(of: streams.errors)
    let sentence = printable(said.split(separator: "\n").first.map(String.init) ?? "it said nothing")
    switch outcome {
    case .exited(0):
      guard let summary = UnpackSummary(text: try text(of: streams.output)) else {
        throw .machine("samovar-unpack printed no summary: it isn't the one of this version")
      }
      return summary
    case .exited(1): throw .refused("a layer is refused: \(sentence)")
    case .exited(3): throw .noRoom("a layer is too large: \(sentence)")
    case .exited(2): throw .machine("a layer can't be unpacked here: \(sentence)")
    case .cancelled: throw .cancelled
    case .outOfMemory, .timedOut, .deniedSystemCall, .signalled:
      throw .refused("a layer is refused: taking it apart ended with '\(outcome)'")
    default: throw .machine("a layer can't be unpacked here: samovar-unpack \(outcome)")
    }
  }

  private static func text(of descriptor: Int32) throws(ImageError) -> String {
    guard lseek(descriptor, 0, SEEK_SET) == 0 else {
      throw .file(FileError("read", "what samovar-unpack printed", code: errno))
    }
    var bytes: [UInt8] = []
    try filing { () throws(FileError) in
      try LocalFile.stream(descriptor: descriptor, named: "what samovar-unpack printed") {
        bytes.append(contentsOf: $0)
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}
