private import CLinux
private import Glibc
package import Workload

/// Makes room in the cache: by age, and down to a budget, what was used the longest ago first. Layers of running tasks
/// stay, and so do blobs that somebody is fetching.
package struct Pruning: Sendable {
  package struct Report: Sendable, Hashable {
    package var removedLayers = 0
    package var removedImages: [String] = []
    package var freed = ByteCount.zero
    package var kept = ByteCount.zero
    /// Layers that were to go and are in use.
    package var inUse = 0
  }

  private let cache: ImageCache

  package init(cache: ImageCache) { self.cache = cache }

  /// - Parameters:
  ///   - unusedSince: layers that were last used before this go.
  ///   - budget: what all layers, and blobs on their way in, may take together afterwards.
  ///   - keepsDownloads: whether blobs that a pull has left half-way may stay, for the next to go on with.
  package func run(
    unusedSince: Instant?, budget: ByteCount?, keepsDownloads: Bool = false
  ) throws(ImageError) -> Report {
    var report = Report()
    try removeAbandoned("making")
    if !keepsDownloads { try removeAbandoned("downloads") }
    let layers = try cache.layers.all()
    let parts = try downloads()
    var total = ByteCount((layers + parts).reduce(0) { $0 + $1.size.value })
    // What was left half-way goes before anything that was used.
    for part in parts where budget.map({ total > $0 }) ?? false {
      guard try removeAbandoned(at: path(of: part)) else { continue }
      report.freed.value += part.size.value
      total.value -= part.size.value
    }
    for layer in layers {
      let isOld = unusedSince.map { layer.lastUse < $0 } ?? false
      let isTooMuch = budget.map { total > $0 } ?? false
      guard isOld || isTooMuch else { continue }
      if try cache.layers.remove(layer.digest) {
        report.removedLayers += 1
        report.freed.value += layer.size.value
        total.value -= layer.size.value
      } else {
        report.inUse += 1
      }
    }
    report.kept = total
    if report.removedLayers > 0 || budget == nil { report.removedImages = try removeBrokenRecords() }
    return report
  }

  private func path(of part: StoredLayer) -> String {
    "\(cache.directory)/downloads/\(part.digest.sha256.hex)"
  }

  /// Blobs on their way in, with what has arrived of them, the oldest first.
  private func downloads() throws(ImageError) -> [StoredLayer] {
    var parts: [StoredLayer] = []
    for name in try filing({ () throws(FileError) in try LocalFile.names(in: "\(cache.directory)/downloads") }
    ) {
      guard let digest = ContentDigest("sha256:\(name)") else { continue }
      var part = StoredLayer(digest: digest, size: .zero, lastUse: Instant(0))
      var status = stat()
      guard lstat(path(of: part), &status) == 0 else { continue }
      part.size = ByteCount(UInt64(status.st_size))
      part.lastUse = Instant(Int64(status.st_mtim.tv_sec) * 1000)
      parts.append(part)
    }
    return parts.sorted { ($0.lastUse, $0.digest) < ($1.lastUse, $1.digest) }
  }

  /// An image without one of its layers has to be pulled again, so nothing should say that it is here.
  private func removeBrokenRecords() throws(ImageError) -> [String] {
    let records = ImageRecords(cache: cache)
    var removed: [String] = []
    for record in try records.all() {
      let layers = try record.resolved().manifest.layers
      if layers.contains(where: { !LocalFile.exists(cache.layers.path(of: $0.digest)) }) {
        try records.remove(record)
        removed.append(record.reference)
      }
    }
    return removed
  }

  /// What a process that was killed has left: nobody holds its lock.
  private func removeAbandoned(_ name: String) throws(ImageError) {
    let directory = "\(cache.directory)/\(name)"
    for entry in try filing({ () throws(FileError) in try LocalFile.names(in: directory) }) {
      _ = try removeAbandoned(at: "\(directory)/\(entry)")
    }
  }

  /// False where somebody holds it.
  private func removeAbandoned(at path: String) throws(ImageError) -> Bool {
    guard let lock = try FileLock(path, .exclusive) else { return false }
    try ImageCache.removeTree(path)
    withExtendedLifetime(lock) {}
    return true
  }
}
