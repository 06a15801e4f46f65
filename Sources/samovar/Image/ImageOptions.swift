import ArgumentParser
import FoundationEssentials
import Glibc
import Images
import Sandbox
import Workload

/// What the commands on images have in common: the cache, and who unpacks.
struct ImageOptions: ParsableArguments {
  @Option(
    help:
      "Where images are kept. (default: SAMOVAR_CACHE; /var/cache/samovar for root, else ~/.cache/samovar)")
  var cache: String?
  @Option(
    help: ArgumentHelp(
      "What images may take of the disk, such as 20GiB: a pull removes what was used the longest ago. (default: no bound)",
      valueName: "size"))
  var cacheBudget: String?
  @OptionGroup var credentials: RegistryOptions

  func openCache() throws(ImageError) -> ImageCache {
    let place = try ImageCache.place(
      named: cache, environment: ProcessInfo.processInfo.environment, isRoot: geteuid() == 0)
    let absolute = place.hasPrefix("/") ? place : "\(FileManager.default.currentDirectoryPath)/\(place)"
    return try ImageCache(directory: absolute)
  }

  /// Pulls into the cache, each layer unpacked in a sandbox.
  func puller(_ cache: ImageCache, progress: @escaping @Sendable (PullProgress) -> Void) throws -> ImagePuller
  {
    let environment = ProcessInfo.processInfo.environment
    let files: LauncherFiles
    do throws(SandboxError) {
      files = try LauncherFiles.find(environment: environment)
    } catch {
      throw ImageError.sandbox(error)
    }
    let unpacker = try SandboxedUnpacker(
      launcher: .ofCommand(files),
      program: try SandboxedUnpacker.program(files: files, environment: environment))
    let budget = try cacheBudget.map { text in
      CacheBudget(try quantity(text, option: "--cache-budget") { $0.byteCount() }, of: cache)
    }
    return ImagePuller(
      cache: cache, unpack: unpacker.unpack, clock: { .now }, credentials: try credentials.load(),
      budget: budget, progress: progress)
  }
}

/// Passwords for registries.
struct RegistryOptions: ParsableArguments {
  /// As podman(1) and skopeo(1) know it.
  static let variable = "REGISTRY_AUTH_FILE"

  @Option(
    help: ArgumentHelp(
      "A file of registry passwords, as skopeo login --authfile writes it, that only you may read. Without it: $\(variable).",
      valueName: "file"))
  var authFile: String?

  func load() throws(ImageError) -> RegistryCredentials {
    let set = ProcessInfo.processInfo.environment[Self.variable].flatMap { $0.isEmpty ? nil : $0 }
    guard let file = authFile ?? set else { return .none }
    return try RegistryCredentials(file: file)
  }
}

/// Shows on a terminal how far a pull is; elsewhere nothing.
struct PullScreen: Sendable {
  private let isTerminal = isatty(STDERR_FILENO) == 1

  func show(_ progress: PullProgress) {
    guard isTerminal else { return }
    let percent = progress.size == 0 ? 100 : progress.received * 100 / progress.size
    StandardStream.error.write(
      "\r\u{1b}[Klayer \(progress.layer) of \(progress.layers): \(percent) % of \(progress.size >> 10) KiB")
  }

  func clear() {
    if isTerminal { StandardStream.error.write("\r\u{1b}[K") }
  }
}

/// Runs a command's body; what is wrong with an image is said in a sentence, with its exit status.
func reportingImageErrors(_ command: String, _ body: () async throws -> Void) async throws {
  do {
    try await body()
  } catch let error as ImageError {
    StandardStream.error.writeLine("\(command): \(error)")
    throw ExitCode(error.exitStatus)
  }
}
