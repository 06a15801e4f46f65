internal import LayerTar
package import Workload

/// What a cache may take of the disk. A pull keeps it by itself: it makes room before each layer arrives and before it is
/// unpacked, and lets no layer be unpacked to more than there is room for. Two pulls at once see each other's layers, but
/// not what the other is about to fetch: until both have ended they may be beyond it by as much as the smaller brings.
package struct CacheBudget: Sendable {
  private let cache: ImageCache
  private let most: ByteCount

  package init(_ most: ByteCount, of cache: ImageCache) {
    self.cache = cache
    self.most = most
  }

  /// Removes what was used the longest ago until `more` bytes fit.
  ///
  /// - Returns: the room there is now.
  /// - Throws: `.noRoom` where what is in use leaves too little.
  @discardableResult
  func makeRoom(for more: UInt64, _ what: String) throws(ImageError) -> ByteCount {
    guard more <= most.value else {
      throw .noRoom(
        "\(what) takes \(more >> 20) MiB, and \(cache.directory) may take \(most.value >> 20) MiB in all")
    }
    let report = try Pruning(cache: cache).run(
      unusedSince: nil, budget: ByteCount(most.value - more), keepsDownloads: true)
    guard report.kept.value + more <= most.value else {
      throw .noRoom(
        "\(what) takes \(more >> 20) MiB; \(cache.directory) may take \(most.value >> 20) MiB, and"
          + " \(report.kept.value >> 20) MiB of it are in use")
    }
    return ByteCount(most.value - report.kept.value)
  }

  /// What a layer may be that is unpacked now. Its size isn't known before, so room is made for what is likely, and for as
  /// much as can be had where that was too little: other images aren't thrown away for nothing.
  func bounds(_ what: String, expecting likely: UInt64) throws(ImageError) -> LayerBounds {
    _ = try Pruning(cache: cache).run(
      unusedSince: nil, budget: ByteCount(most.value - min(likely, most.value)), keepsDownloads: true)
    let room = try makeRoom(for: 1, what)
    var bounds = LayerBounds()
    bounds.archiveBytes = min(bounds.archiveBytes, room.value)
    bounds.entries = min(bounds.entries, max(1, room.value / LayerRecord.bytesPerEntry))
    return bounds
  }

  /// Whether a layer that was unpacked fits: its bounds are of content and of number, each for itself.
  func check(_ record: LayerRecord, _ what: String) throws(ImageError) {
    try makeRoom(for: record.size.value, what)
  }
}
