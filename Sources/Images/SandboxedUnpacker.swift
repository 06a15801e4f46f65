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
  private let place: String

  private static let inside = "/samovar-unpack"
  private static let target = "/layer"
  /// zstd may keep a window of 128 MiB; page cache of what is written is charged too, and reclaimed.
  private static let memory = ByteCount.mebibytes(512)
  private static let wallMilliseconds: UInt64 = 1_800_000

  /// - Parameters:
  ///   - program: samovar-unpack on this host.
  ///   - place: an existing directory for what the program prints.
  package init(launcher: Launcher, program: String, place: String) throws(ImageError) {
    self.launcher = launcher
    programPath = program
    self.place = place
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

  package func unpack(blob: String, into directory: String) async throws(ImageError) -> UnpackSummary {
    let output = try filing { () throws(FileError) in try LocalFile.makeTemporaryDirectory("\(place)/unpack")
    }
    defer { try? ImageCache.removeTree(output) }
    let bounds = LayerBounds()
    var limits = Limits()
    limits.memory = Self.memory
    limits.processes = 4
    limits.wallMilliseconds = Self.wallMilliseconds
    limits.streamBytes = .kibibytes(16)
    var request = RunRequest(
      specification: TaskSpec(
        name: "unpack", command: [Self.inside, Self.target, "\(bounds.archiveBytes)", "\(bounds.entries)"],
        inputs: [program], limits: limits),
      inputPaths: [program.digest: programPath], outputDirectory: output, profile: "unpack")
    request.standardInput = blob
    request.writableDirectories = [WritableDirectory(source: directory, target: Self.target)]
    let run: CompletedRun
    do throws(SandboxError) { run = try await launcher.run(request) } catch { throw .sandbox(error) }
    return try Self.summary(of: run.outcome, output)
  }

  private static func summary(of outcome: RunOutcome, _ output: String) throws(ImageError) -> UnpackSummary {
    let said = (try? LocalFile.readText("\(output)/stderr", limit: .kibibytes(16))) ?? ""
    let sentence = printable(said.split(separator: "\n").first.map(String.init) ?? "it said nothing")
    switch outcome {
    case .exited(0):
      let text = try filing { () throws(FileError) in
        try LocalFile.readText("\(output)/stdout", limit: .kibibytes(16))
      }
      guard let summary = UnpackSummary(text: text) else {
        throw .machine("samovar-unpack printed no summary: it isn't the one of this version")
      }
      return summary
    case .exited(1): throw .refused("a layer is refused: \(sentence)")
    case .exited(2): throw .machine("a layer can't be unpacked here: \(sentence)")
    case .cancelled: throw .cancelled
    case .outOfMemory, .timedOut, .deniedSystemCall, .signalled:
      throw .refused("a layer is refused: taking it apart ended with '\(outcome)'")
    default: throw .machine("a layer can't be unpacked here: samovar-unpack \(outcome)")
    }
  }
}
