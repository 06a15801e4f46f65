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

  func openCache() throws(ImageError) -> ImageCache {
    let place = try ImageCache.place(
      named: cache, environment: ProcessInfo.processInfo.environment, isRoot: geteuid() == 0)
    let absolute = place.hasPrefix("/") ? place : "\(FileManager.default.currentDirectoryPath)/\(place)"
    return try ImageCache(directory: absolute)
  }

  /// Pulls into the cache, each layer unpacked in a sandbox.
  func puller(_ cache: ImageCache, progress: @escaping @Sendable (PullProgress) -> Void) throws(ImageError)
    -> ImagePuller
  {
    let environment = ProcessInfo.processInfo.environment
    let files: LauncherFiles
    do throws(SandboxError) {
      files = try LauncherFiles.find(environment: environment)
    } catch {
      throw .sandbox(error)
    }
    let unpacker = try SandboxedUnpacker(
      launcher: .ofCommand(files),
      program: try SandboxedUnpacker.program(files: files, environment: environment),
      place: "\(cache.directory)/making")
    return ImagePuller(
      cache: cache,
      unpack: { blob, directory async throws(ImageError) in
        try await unpacker.unpack(blob: blob, into: directory)
      },
      clock: { .now }, progress: progress)
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
