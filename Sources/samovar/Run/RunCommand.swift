import ArgumentParser
import Dispatch
import FoundationEssentials
import Glibc
import Images
import Sandbox
import Workload

struct RunCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run", abstract: "Run one command in the sandbox that tasks get.",
    discussion: """
      Without --root the command sees this host's programs and libraries read-only (profile 'host') and none of its \
      data. A command that is itself an --input runs with nothing but its inputs (profile 'batch'), as tasks from a \
      bag do. With --image it runs in an OCI image; without a command then, the image's own. The work directory is /work, empty and writable; there is no network.

      The exit status is the command's own; 124 when it reached --timeout, 137 out of memory, 159 for a forbidden \
      system call, 128 + n for signal n, 126 and 127 when it can't be executed or isn't there, 125 when the sandbox \
      itself failed.
      """)

  @Option(
    help:
      "Sandbox profile, by name or file. (default: host; batch with --root, --image or a command from --input)"
  )
  var profile: String?
  @Option(help: "The most memory, page cache and files in /work included, such as 64MiB.")
  var memory: String?
  @Option(help: "The most processor time per time, such as 0.5 or 2.")
  var cpus: Double = 1
  @Option(help: "The most processes and threads.")
  var pids: UInt32 = 64
  @Option(help: "The most wall time, such as 90s or 2h; then SIGTERM, and SIGKILL two seconds later.")
  var timeout: String?
  @Option(help: "What /work holds at the most, such as 64MiB.")
  var disk: String?
  @Option(help: "A directory of this host to be the read-only root.")
  var root: String?
  @Option(
    help:
      "An image to be the root: oci:DIRECTORY[:TAG], oci-archive:FILE[:TAG] or docker://HOST[:PORT]/NAME[:TAG]."
  )
  var image: String?
  @OptionGroup var images: ImageOptions
  @Option(help: "FILE or FILE:PATH: a file that the command sees, at /work/NAME or at PATH. Repeatable.")
  var input: [String] = []
  @Option(help: "KEY=VALUE for the command's environment, which is empty but for PATH and HOME. Repeatable.")
  var env: [String] = []
  @Option(help: "Where stdout, stderr and kept files go. (default: nowhere)")
  var output: String?
  @Option(help: "A file of /work that is kept in --output. Repeatable.")
  var keep: [String] = []
  @Flag(help: "Print the result as JSON on standard output, and nothing of the command's own output.")
  var json = false
  @Flag(help: "Print no summary.")
  var quiet = false
  @Argument(parsing: .postTerminator, help: "After --, the command and its arguments.")
  var command: [String] = []

  func validate() throws {
    if image != nil && root != nil {
      throw ValidationError("--image and --root each name the root: give one of them")
    }
    if command.isEmpty && image == nil {
      throw ValidationError("give a command after --, such as: samovar run -- /bin/true")
    }
    if !(cpus > 0 && cpus <= 4096) { throw ValidationError("--cpus must be above 0 and at most 4096") }
    if pids == 0 { throw ValidationError("--pids must be 1 at least") }
    if !keep.isEmpty && output == nil { throw ValidationError("--keep needs --output") }
  }

  func run() async throws {
    let directory = try OutputDirectory(output)
    defer { directory.removeIfTemporary() }
    do {
      let pulled = try await pullImage()
      // The layers are held until the run has ended.
      defer { withExtendedLifetime(pulled) {} }
      let request = try RunRequest(self, image: pulled, outputDirectory: directory.path)
      let launcher = Launcher(
        files: try LauncherFiles.find(environment: ProcessInfo.processInfo.environment),
        clock: { Instant(Int64(Date().timeIntervalSince1970 * 1000)) })
      let follower = json ? nil : StreamFollower(directory: directory.path)
      let result = try await interruptible { () async throws(SandboxError) in try await launcher.run(request)
      }
      follower?.finish()
      if !json, [.exited(code: 126), .exited(code: 127)].contains(result.outcome),
        let reason = request.reasonNotToExecute
      {
        StandardStream.error.write("samovar: \(reason)\n")
      }
      try RunSummary(run: result, outputDirectory: output).print(asJSON: json, isQuiet: quiet)
      throw ExitCode(result.outcome == .cancelled ? 130 : result.outcome.exitStatus)
    } catch let error as SandboxError {
      StandardStream.error.write("samovar run: \(error)\n")
      throw ExitCode(125)
    } catch let error as ImageError {
      StandardStream.error.write("samovar run: \(error)\n")
      throw ExitCode(error.exitStatus)
    } catch let error as Mistakes {
      StandardStream.error.write("samovar run: \(error)\n")
      throw ExitCode(125)
    }
  }

  /// The image of `--image`, from the cache or pulled.
  private func pullImage() async throws -> PulledImage? {
    guard let image else { return nil }
    let reference = try ImageReference(image)
    let screen = PullScreen()
    defer { screen.clear() }
    return try await images.puller(try images.openCache(), progress: { screen.show($0) }).get(reference)
  }

  /// SIGINT and SIGTERM cancel the run, so that its cgroup and its files are cleaned up.
  private func interruptible(
    _ body: @escaping @Sendable () async throws(SandboxError) -> CompletedRun
  ) async throws -> CompletedRun {
    let running = Task { try await body() }
    let sources = [SIGINT, SIGTERM, SIGHUP].map { number in
      signal(number, SIG_IGN)
      let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
      source.setEventHandler { running.cancel() }
      source.resume()
      return source
    }
    defer { for source in sources { source.cancel() } }
    return try await running.value
  }
}

/// The directory that a run writes to: the one asked for, or one that is gone afterwards.
struct OutputDirectory {
  let path: String
  private let isTemporary: Bool

  init(_ wanted: String?) throws {
    if let wanted {
      path = wanted
      isTemporary = false
      return
    }
    let place = ProcessInfo.processInfo.environment["TMPDIR"] ?? "/tmp"
    path = try LocalFile.makeTemporaryDirectory("\(place)/samovar-run")
    isTemporary = true
  }

  func removeIfTemporary() {
    if isTemporary { try? FileManager.default.removeItem(atPath: path) }
  }
}
