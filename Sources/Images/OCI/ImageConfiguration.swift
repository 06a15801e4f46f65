package import Workload

/// The OCI image configuration: what an image runs on, what its layers unpack from, how its command starts.
package struct ImageConfiguration: Hashable, Sendable, Decodable {
  package var architecture: String
  package var os: String
  package var variant: String?
  package var config: Execution?
  package var rootfs: RootFilesystem

  package struct Execution: Hashable, Sendable, Decodable {
    package var user: String?
    package var environment: [String]?
    package var entrypoint: [String]?
    package var command: [String]?
    package var workingDirectory: String?

    enum CodingKeys: String, CodingKey {
      case user = "User"
      case environment = "Env"
      case entrypoint = "Entrypoint"
      case command = "Cmd"
      case workingDirectory = "WorkingDir"
    }
  }

  package struct RootFilesystem: Hashable, Sendable, Decodable {
    /// Digests of the uncompressed archives, the lowest layer first.
    package var diffIDs: [ContentDigest]

    enum CodingKeys: String, CodingKey { case diffIDs = "diff_ids" }
  }

  package init(_ bytes: [UInt8]) throws(ImageError) {
    self = try decode(ImageConfiguration.self, bytes, named: "the image's configuration")
  }

  package var platform: Platform { Platform(os: os, architecture: architecture, variant: variant) }

  /// Throws where the image isn't for this machine, or doesn't fit its manifest: before a layer is fetched.
  func check(_ manifest: ImageManifest, of image: String) throws(ImageError) {
    guard platform.runsHere else {
      throw .unsuitable(
        "\(image) is made for \(printable(platform.description)) and this machine is \(Platform.host)",
        remedy: "name an image for \(Platform.host), or build it with --platform \(Platform.host)")
    }
    guard rootfs.diffIDs.count == manifest.layers.count else {
      throw .untrue(
        "the manifest of \(image) has \(manifest.layers.count) layers and its configuration \(rootfs.diffIDs.count)"
      )
    }
  }
}
