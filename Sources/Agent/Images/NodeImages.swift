import FoundationEssentials
import Images
import Sandbox
import Scheduling
import Workload

/// The images that a node's tasks run in: looked at before a task is taken, pulled once it is, within what the operator
/// allows of time and disk.
struct NodeImages: Sendable {
  private let puller: ImagePuller
  private let pullTime: Duration

  /// - Parameter launcher: runs the unpacker; its time and energy are no task's.
  /// - Throws: `ImageError` where the cache, the file of passwords or the unpacker isn't as it must be.
  init(
    _ configuration: AgentConfiguration.ImageTerms, unpacking launcher: Launcher, files: LauncherFiles,
    environment: [String: String], clock: @escaping @Sendable () -> Instant
  ) throws {
    try files.check(profile: SandboxedUnpacker.profile)
    // Sandboxes are made by a process with another working directory.
    let place = configuration.cacheDirectory
    let cache = try ImageCache(
      directory: place.hasPrefix("/") ? place : "\(FileManager.default.currentDirectoryPath)/\(place)")
    let unpacker = try SandboxedUnpacker(
      launcher: launcher, program: try SandboxedUnpacker.program(files: files, environment: environment))
    puller = ImagePuller(
      cache: cache, unpack: unpacker.unpack, clock: clock,
      credentials: try configuration.authFile.map { file throws(ImageError) in
        try RegistryCredentials(file: file)
      } ?? .none,
      budget: CacheBudget(configuration.budget, of: cache))
    pullTime = configuration.pullTime
    // What a killed pull has left, and what is beyond a budget that was lowered.
    _ = try Pruning(cache: cache).run(unusedSince: nil, budget: configuration.budget, keepsDownloads: true)
  }

  /// Whether an image can run here, by its manifest and configuration; no layer is fetched.
  func find(_ image: PinnedImage) async throws -> ImageFinding {
    guard let reference = image.reference else { return .unusable("it names no registry") }
    do {
      let resolved = try await within(pullTime, of: image) { try await puller.look(at: reference) }
      return .usable(size: resolved.manifest.size)
    } catch let error as ImageError where !error.isTransient {
      return .unusable("\(error)")
    }
  }

  /// The image, held.
  ///
  /// - Throws: `ImageError`, after `pull_time` too; `CancellationError` where the agent ends.
  func pull(_ image: PinnedImage) async throws -> PulledImage {
    guard let reference = image.reference else {
      throw ImageError.absent("\(image) names no registry", remedy: "name it as docker://HOST/NAME@DIGEST")
    }
    return try await within(pullTime, of: image) { try await puller.get(.registry(reference)) }
  }

  private func within<Value: Sendable>(
    _ time: Duration, of image: PinnedImage, _ body: @escaping @Sendable () async throws -> Value
  ) async throws -> Value {
    try await withThrowingTaskGroup(of: Value.self) { group in
      group.addTask { try await body() }
      group.addTask {
        try await Task.sleep(for: time)
        throw ImageError.registry(
          "\(image) wasn't here after \(Decimals.trimmed(time.seconds, 1)) s",
          remedy: "what has arrived is kept; raise 'pull_time'")
      }
      defer { group.cancelAll() }
      guard let value = try await group.next() else { throw CancellationError() }
      // A cancelled pull looks like one that ended otherwise.
      try Task.checkCancellation()
      return value
    }
  }
}
