private import FoundationEssentials
package import Workload

/// A manifest or an index, told apart by what it holds: a document that could be read as either is refused, since two
/// readers would then see two images in one digest.
enum ImageDocument: Sendable {
  case index([Descriptor])
  case manifest(ImageManifest)

  /// Of a manifest, an index or a configuration: the distribution specification's advice is 4 MiB.
  static let greatestSize = ByteCount.mebibytes(4)
  /// overlayfs takes 500 layers, Docker 127.
  static let mostLayers = 127
  static let mostManifests = 1000

  init(_ bytes: [UInt8], named name: String) throws(ImageError) {
    struct Form: Decodable {
      var schemaVersion: Int?
      var manifests: [Descriptor]?
      var config: Descriptor?
      var layers: [Descriptor]?
      var fsLayers: [Ignored]?
    }
    struct Ignored: Decodable {}
    let form = try decode(Form.self, bytes, named: name)
    if form.fsLayers != nil || form.schemaVersion == 1 {
      throw .unsuitable(
        "\(name) is a manifest of Docker's schema 1, which nothing makes any more",
        remedy: "push the image again with a current tool")
    }
    switch (form.manifests, form.config, form.layers) {
    case (let manifests?, nil, nil):
      guard manifests.count <= Self.mostManifests else {
        throw .refused("\(name) lists \(manifests.count) manifests; \(Self.mostManifests) is the most")
      }
      self = .index(manifests)
    case (nil, let config?, let layers?):
      guard layers.count <= Self.mostLayers else {
        throw .refused("\(name) has \(layers.count) layers; \(Self.mostLayers) is the most")
      }
      self = .manifest(ImageManifest(config: config, layers: layers))
    case (_?, _, _): throw .untrue("\(name) is both an index and a manifest")
    default: throw .untrue("\(name) is neither an image index nor an image manifest")
    }
  }
}

/// The OCI image manifest, and Docker's schema 2, which has the same members.
package struct ImageManifest: Hashable, Sendable {
  package var config: Descriptor
  package var layers: [Descriptor]

  /// Of its layers as they are fetched. What a manifest says of a layer is at most `LayerStore.greatestBlob`.
  package var size: ByteCount { ByteCount(layers.reduce(0) { $0 + $1.size }) }

  private static let layerTypes: Set<String> = [
    "application/vnd.oci.image.layer.v1.tar", "application/vnd.oci.image.layer.v1.tar+gzip",
    "application/vnd.oci.image.layer.v1.tar+zstd", "application/vnd.docker.image.rootfs.diff.tar",
    "application/vnd.docker.image.rootfs.diff.tar.gzip", "application/vnd.docker.image.rootfs.diff.tar.zstd",
  ]
  private static let configTypes: Set<String> = [
    "application/vnd.oci.image.config.v1+json", "application/vnd.docker.container.image.v1+json",
  ]

  /// Throws where this isn't an image of layers, or one of them can't be real.
  func check(_ name: String) throws(ImageError) {
    guard Self.configTypes.contains(config.mediaType) else {
      throw .unsuitable(
        "\(name) holds \(printable(config.mediaType)), which is no image to run",
        remedy: "name a container image")
    }
    for layer in layers {
      guard Self.layerTypes.contains(layer.mediaType) else {
        throw .unsuitable(
          "the layer \(layer.digest) is \(printable(layer.mediaType)), which can't be unpacked here",
          remedy: "make the image with layers of tar, tar+gzip or tar+zstd")
      }
      guard layer.size <= LayerStore.greatestBlob.value else {
        throw .refused(
          "the layer \(layer.digest) says that it has \(layer.size) bytes; \(LayerStore.greatestBlob.value) is the most"
        )
      }
    }
  }
}

func decode<Value: Decodable>(_ type: Value.Type, _ bytes: [UInt8], named name: String) throws(ImageError)
  -> Value
{
  do {
    return try JSONDecoder().decode(type, from: Data(bytes))
  } catch let error as DecodingError {
    throw .untrue("\(name) can't be read: \(explain(error))")
  } catch {
    throw .untrue("\(name) can't be read: it is no JSON")
  }
}

private func explain(_ error: DecodingError) -> String {
  switch error {
  case .keyNotFound(let key, let context): "'\(path(context.codingPath + [key]))' is missing"
  case .typeMismatch(_, let context), .valueNotFound(_, let context):
    "'\(path(context.codingPath))' isn't of the kind that belongs there"
  case .dataCorrupted(let context):
    context.codingPath.isEmpty ? "it is no JSON" : "'\(path(context.codingPath))' is not what belongs there"
  @unknown default: "it is no such document"
  }
}

private func path(_ keys: [any CodingKey]) -> String { keys.map(\.stringValue).joined(separator: ".") }

/// Text from an image, safe to print on a terminal.
func printable(_ text: String) -> String {
  String(
    text.unicodeScalars.prefix(200).map {
      $0.value < 0x20 || (0x7f...0x9f).contains($0.value) ? "?" : Character($0)
    })
}
