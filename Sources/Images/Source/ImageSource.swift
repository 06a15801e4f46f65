package import Workload

/// Where an image's documents and blobs come from. What it hands over isn't checked yet.
protocol ImageSource: Sendable {
  /// For messages.
  var name: String { get }
  /// The document that the reference names, and what it must be where the reference says.
  func root() async throws(ImageError) -> (bytes: [UInt8], expected: Descriptor?)
  /// A manifest that an index names.
  func manifest(_ descriptor: Descriptor) async throws(ImageError) -> [UInt8]
  /// A small blob, whole.
  func blob(_ descriptor: Descriptor) async throws(ImageError) -> [UInt8]
  /// Appends what is missing of a blob. Throws `.untrue` as soon as there are more bytes than the descriptor says.
  func fetch(_ descriptor: Descriptor, into part: PartFile) async throws(ImageError)
}

/// An image as its documents describe it, all digests checked.
package struct ResolvedImage: Sendable {
  package var manifestDigest: ContentDigest
  package var manifestBytes: [UInt8]
  package var manifest: ImageManifest
  package var configurationBytes: [UInt8]
  package var configuration: ImageConfiguration
}

extension ImageSource {
  /// Follows the reference through indexes to this machine's manifest and configuration.
  func resolve() async throws(ImageError) -> ResolvedImage {
    var (bytes, expected) = try await root()
    // The specification allows an index of indexes; more than two levels are a maze.
    for _ in 0..<3 {
      if let expected { try expected.check(bytes, "the manifest") }
      switch try ImageDocument(bytes, named: "the manifest of \(name)") {
      case .index(let manifests):
        let chosen = try choose(manifests)
        bytes = try await manifest(chosen)
        expected = chosen
      case .manifest(let manifest):
        try manifest.check(name)
        guard manifest.config.size <= ImageDocument.greatestSize.value else {
          throw .refused("the configuration of \(name) says that it has \(manifest.config.size) bytes")
        }
        let configurationBytes = try await blob(manifest.config)
        try manifest.config.check(configurationBytes, "the configuration")
        let configuration = try ImageConfiguration(configurationBytes)
        try configuration.check(manifest, of: name)
        return ResolvedImage(
          manifestDigest: ContentDigest(of: bytes), manifestBytes: bytes, manifest: manifest,
          configurationBytes: configurationBytes, configuration: configuration)
      }
    }
    throw .refused("\(name) is an index of indexes of indexes")
  }

  /// This machine's entry of an index.
  private func choose(_ manifests: [Descriptor]) throws(ImageError) -> Descriptor {
    let chosen = manifests.first { $0.platform?.runsHere ?? (manifests.count == 1) }
    guard let chosen else {
      let offered = Set(manifests.compactMap { $0.platform?.description }).sorted().map(printable)
      throw .unsuitable(
        "\(name) is there for \(offered.isEmpty ? "no platform" : offered.joined(separator: ", ")) and this machine is \(Platform.host)",
        remedy: "name an image that is made for \(Platform.host)")
    }
    guard chosen.size <= ImageDocument.greatestSize.value else {
      throw .refused("the manifest \(chosen.digest) of \(name) says that it has \(chosen.size) bytes")
    }
    return chosen
  }
}
