private import Glibc
package import Workload

/// Makes room in the cache: by age, and down to a budget, the layer that was used the longest ago first. Layers of running
/// tasks stay.
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
  ///   - budget: what all layers together may take afterwards.
  package func run(unusedSince: Instant?, budget: ByteCount?) throws(ImageError) -> Report {
    var report = Report()
    let layers = try cache.layers.all()
    var total = ByteCount(layers.reduce(0) { $0 + $1.size.value })
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
    report.removedImages = try removeBrokenRecords()
    try removeAbandoned("making", as: .exclusive)
    try removeAbandoned("downloads", as: .exclusive)
    return report
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
  private func removeAbandoned(_ name: String, as sort: FileLock.Sort) throws(ImageError) {
    let directory = "\(cache.directory)/\(name)"
    for entry in try filing({ () throws(FileError) in try LocalFile.names(in: directory) }) {
      let path = "\(directory)/\(entry)"
      guard let lock = try FileLock(path, sort) else { continue }
      try ImageCache.removeTree(path)
      withExtendedLifetime(lock) {}
    }
  }
}
