private import FoundationEssentials
private import Glibc
package import Workload

/// What a reference named when it was pulled: its documents, byte for byte.
package struct ImageRecord: Codable, Sendable {
  package var reference: String
  package var manifestDigest: ContentDigest
  package var manifest: String
  package var configuration: String
  package var pulledAt: Instant

  /// The documents, checked again.
  func resolved() throws(ImageError) -> ResolvedImage {
    let bytes = Array(manifest.utf8)
    guard ContentDigest(of: bytes) == manifestDigest,
      case .manifest(let manifest) = try ImageDocument(bytes, named: "the record of \(reference)")
    else { throw .machine("the record of \(reference) is damaged; pull the image again") }
    let configurationBytes = Array(configuration.utf8)
    try manifest.config.check(configurationBytes, "the recorded configuration")
    let configuration = try ImageConfiguration(configurationBytes)
    try configuration.check(manifest, of: reference)
    return ResolvedImage(
      manifestDigest: manifestDigest, manifestBytes: bytes, manifest: manifest,
      configurationBytes: configurationBytes, configuration: configuration)
  }
}

/// Images by reference: `images/<SHA-256 of the reference>.json`.
struct ImageRecords: Sendable {
  let cache: ImageCache

  private func path(of reference: String) -> String {
    "\(cache.directory)/images/\(ContentDigest(of: reference.utf8).sha256.hex).json"
  }

  func find(_ reference: String) throws(ImageError) -> ImageRecord? {
    let path = path(of: reference)
    guard LocalFile.exists(path) else { return nil }
    return try read(path)
  }

  func put(_ image: ResolvedImage, as reference: String, now: Instant) throws(ImageError) {
    let record = ImageRecord(
      reference: reference, manifestDigest: image.manifestDigest,
      manifest: String(decoding: image.manifestBytes, as: UTF8.self),
      configuration: String(decoding: image.configurationBytes, as: UTF8.self), pulledAt: now)
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    let bytes: [UInt8]
    do { bytes = Array(try encoder.encode(record)) } catch {
      throw .machine("cannot write an image's record: \(error)")
    }
    let path = path(of: reference)
    try filing { () throws(FileError) in try LocalFile.write(bytes, to: path) }
  }

  /// Sorted by reference.
  func all() throws(ImageError) -> [ImageRecord] {
    let directory = "\(cache.directory)/images"
    var records: [ImageRecord] = []
    for name in try filing({ () throws(FileError) in try LocalFile.names(in: directory) })
    where name.hasSuffix(".json") {
      records.append(try read("\(directory)/\(name)"))
    }
    return records.sorted { $0.reference < $1.reference }
  }

  func remove(_ record: ImageRecord) throws(ImageError) {
    let path = path(of: record.reference)
    try filing { () throws(FileError) in try LocalFile.remove(path) }
  }

  private func read(_ path: String) throws(ImageError) -> ImageRecord {
    let bytes = try filing { () throws(FileError) in try LocalFile.read(path, limit: .mebibytes(32)) }
    return try decode(ImageRecord.self, bytes, named: path)
  }
}
