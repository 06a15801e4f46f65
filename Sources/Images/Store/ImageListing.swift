package import Workload

/// What is in a cache.
package struct ImageListing: Codable, Sendable {
  package struct Image: Codable, Sendable {
    package var reference: String
    package var manifestDigest: ContentDigest
    /// Of its layers, those that it shares among them.
    package var size: ByteCount
    package var pulledAt: Instant
  }

  package var images: [Image]
  /// In the store, and what they take together.
  package var layers: Int
  package var size: ByteCount

  package init(cache: ImageCache) throws(ImageError) {
    let stored = try cache.layers.all()
    let sizes = Dictionary(stored.map { ($0.digest, $0.size.value) }) { first, _ in first }
    images = []
    for record in try ImageRecords(cache: cache).all() {
      let layers = try record.resolved().manifest.layers
      images.append(
        Image(
          reference: record.reference, manifestDigest: record.manifestDigest,
          size: ByteCount(layers.reduce(0) { $0 + (sizes[$1.digest] ?? 0) }), pulledAt: record.pulledAt))
    }
    layers = stored.count
    size = ByteCount(stored.reduce(0) { $0 + $1.size.value })
  }
}
