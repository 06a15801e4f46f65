package import LayerTar
package import Workload

/// Brings images into the cache: documents first, then the layers that it lacks, each fetched, checked and unpacked.
package struct ImagePuller: Sendable {
  /// Unpacks a blob, already checked against its digest, into a fresh directory.
  package typealias Unpack =
    @Sendable (_ blob: String, _ directory: String, _ bounds: LayerBounds) async throws(ImageError) ->
    UnpackSummary
  package typealias Clock = @Sendable () -> Instant

  private let cache: ImageCache
  private let unpack: Unpack
  private let clock: Clock
  private let credentials: RegistryCredentials
  private let budget: CacheBudget?
  private let progress: @Sendable (PullProgress) -> Void

  /// Between two looks at a lock that another process holds.
  private static let lockPeriod = Duration.milliseconds(100)

  /// - Parameters:
  ///   - credentials: for registries that ask for a password.
  ///   - budget: of the cache; without one it grows until somebody prunes it.
  package init(
    cache: ImageCache, unpack: @escaping Unpack, clock: @escaping Clock,
    credentials: RegistryCredentials = .none, budget: CacheBudget? = nil,
    progress: @escaping @Sendable (PullProgress) -> Void = { _ in }
  ) {
    self.cache = cache
    self.unpack = unpack
    self.clock = clock
    self.credentials = credentials
    self.budget = budget
    self.progress = progress
  }

  /// The image as the cache has it where that is all there, else pulled. A layout or an archive of this machine is read
  /// again in any case: it is near, and may have changed.
  package func get(_ reference: ImageReference) async throws(ImageError) -> PulledImage {
    if case .registry = reference, let record = try ImageRecords(cache: cache).find(reference.description) {
      let resolved = try record.resolved()
      if let layers = try held(resolved.manifest) {
        return PulledImage(name: reference.description, resolved: resolved, layers: layers)
      }
    }
    return try await pull(reference)
  }

  /// Asks the source anew.
  package func pull(_ reference: ImageReference) async throws(ImageError) -> PulledImage {
    switch reference {
    case .layout(let directory, let tag):
      return try await pull(
        LayoutSource(directory: directory, tag: tag, name: reference.description), as: reference)
    case .archive(let file, let tag):
      let workspace = try cache.makeWorkspace()
      try LayoutArchive(file: file).unpack(into: workspace.path)
      let image = try await pull(
        LayoutSource(directory: workspace.path, tag: tag, name: reference.description), as: reference)
      withExtendedLifetime(workspace) {}
      return image
    case .registry(let registry):
      return try await RegistrySource.withSource(of: registry, credentials) {
        source async throws(ImageError) in
        try await pull(source, as: reference)
      }
    }
  }

  /// An image's documents, of the cache where they are there, else asked for; no layer is fetched.
  package func look(at registry: RegistryReference) async throws(ImageError) -> ResolvedImage {
    if registry.digest != nil, let record = try ImageRecords(cache: cache).find(registry.description) {
      return try record.resolved()
    }
    return try await ResolvedImage(asking: registry, credentials)
  }

  private func pull(_ source: some ImageSource, as reference: ImageReference) async throws(ImageError)
    -> PulledImage
  {
    let resolved = try await source.resolve()
    // Before the first byte: an image that can never fit isn't begun.
    try budget?.makeRoom(for: lacking(resolved.manifest), source.name)
    var layers: [HeldLayer] = []
    for (index, descriptor) in resolved.manifest.layers.enumerated() {
      let report = progress
      let count = resolved.manifest.layers.count
      layers.append(
        try await layer(descriptor, resolved.configuration.rootfs.diffIDs[index], source) { bytes in
          report(PullProgress(layer: index + 1, layers: count, received: bytes, size: descriptor.size))
        })
    }
    try ImageRecords(cache: cache).put(resolved, as: reference.description, now: clock())
    try budget?.makeRoom(for: 0, source.name)
    return PulledImage(name: reference.description, resolved: resolved, layers: layers)
  }

  /// What is still to be fetched of an image, in bytes.
  private func lacking(_ manifest: ImageManifest) -> UInt64 {
    Dictionary(manifest.layers.map { ($0.digest, $0.size) }) { size, _ in size }
      .filter { !LocalFile.exists(cache.layers.path(of: $0.key)) }
      .reduce(0) { $0 + $1.value }
  }

  /// A layer of the store, or a new one.
  private func layer(
    _ descriptor: Descriptor, _ diffID: ContentDigest, _ source: some ImageSource,
    _ report: @escaping @Sendable (UInt64) -> Void
  ) async throws(ImageError) -> HeldLayer {
    while true {
      if let held = try cache.layers.hold(descriptor.digest, now: clock()) {
        guard held.record.diffID == diffID else { throw mismatch(descriptor, diffID, held.record.diffID) }
        return held
      }
      let path = "\(cache.directory)/downloads/\(descriptor.digest.sha256.hex)"
      guard let part = try PartFile(path: path, of: descriptor, progress: report) else {
        // Another process is at it: what it makes is ours too.
        do { try await Task.sleep(for: Self.lockPeriod) } catch { throw .cancelled }
        continue
      }
      // It may have been made between the look and the lock.
      if LocalFile.exists(cache.layers.path(of: descriptor.digest)) {
        try part.remove()
        continue
      }
      try budget?.makeRoom(for: descriptor.size - part.size, "the layer \(descriptor.digest)")
      try await source.fetch(descriptor, into: part)
      try part.verify()
      try await make(descriptor, diffID, from: part)
      try part.remove()
    }
  }

  private func make(
    _ descriptor: Descriptor, _ diffID: ContentDigest, from part: PartFile
  ) async throws(ImageError) {
    let (workspace, summary) = try await unpacked(descriptor, part)
    guard let found = ContentDigest("sha256:\(summary.diffID)"), found == diffID else {
      try part.remove()
      throw .untrue(
        "the layer \(descriptor.digest) should unpack to \(diffID), as the image's configuration says, and is sha256:\(summary.diffID)"
      )
    }
    let record = LayerRecord(summary, diffID: diffID)
    try budget?.check(record, Self.name(descriptor))
    try cache.layers.take(workspace, record, as: descriptor.digest)
  }

  /// A blob's content in a directory in the making. Where there was too little room for it, once more with as much as
  /// can be had.
  private func unpacked(
    _ descriptor: Descriptor, _ part: PartFile
  ) async throws(ImageError) -> (Workspace, UnpackSummary) {
    var expected = descriptor.size * Self.likelyExpansion
    while true {
      let workspace = try cache.makeWorkspace()
      let root = "\(workspace.path)/root"
      try StoreIdentity.makeDirectory(root)
      let bounds = try budget?.bounds(Self.name(descriptor), expecting: expected) ?? LayerBounds()
      do throws(ImageError) {
        return (workspace, try await unpack(part.path, root, bounds))
      } catch {
        switch error {
        case .noRoom where bounds != LayerBounds() && expected < .max: expected = .max
        case .noRoom(let sentence):
          try part.remove()
          guard bounds == LayerBounds() else {
            throw .noRoom("\(sentence), and the cache has no room for more")
          }
          throw .refused(sentence)
        case .refused:
          // A blob that is refused now is refused tomorrow: it isn't kept to be tried again.
          try part.remove()
          throw error
        default: throw error
        }
      }
    }
  }

  /// How much larger compressed layers of real images are unpacked, rounded up.
  private static let likelyExpansion: UInt64 = 4

  private static func name(_ layer: Descriptor) -> String { "the layer \(layer.digest), unpacked," }

  private func mismatch(_ descriptor: Descriptor, _ stated: ContentDigest, _ found: ContentDigest)
    -> ImageError
  {
    .untrue(
      "the layer \(descriptor.digest) should unpack to \(stated), as the image's configuration says, and is \(found)"
    )
  }

  /// All layers of an image, or nothing where one lacks.
  private func held(_ manifest: ImageManifest) throws(ImageError) -> [HeldLayer]? {
    var layers: [HeldLayer] = []
    for descriptor in manifest.layers {
      guard let layer = try cache.layers.hold(descriptor.digest, now: clock()) else { return nil }
      layers.append(layer)
    }
    return layers
  }
}

/// How far a pull is.
package struct PullProgress: Sendable, Hashable {
  /// From 1.
  package var layer: Int
  package var layers: Int
  package var received: UInt64
  package var size: UInt64
}

/// An image in the cache. Its layers stay as long as this does.
package struct PulledImage: Sendable {
  package let name: String
  package let resolved: ResolvedImage
  package let layers: [HeldLayer]
}
