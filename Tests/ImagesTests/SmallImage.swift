import Foundation
import TestSupport
import Workload

@testable import Images

/// An image made in memory: layers, configuration and manifest that fit each other unless a test says otherwise.
struct SmallImage {
  var layers: [[UInt8]]
  var configuration: [UInt8]
  var manifest: [UInt8]

  /// - Parameters:
  ///   - execution: members of `config`, as JSON.
  ///   - sizes: what the manifest says of the layers' sizes, where it lies.
  init(
    layers: [[UInt8]] = [SmallImage.layer("hello")], architecture: String = Platform.host.architecture,
    execution: String = #""Cmd":["/bin/tool"]"#, diffIDs: [ContentDigest]? = nil, sizes: [Int]? = nil,
    digests: [ContentDigest]? = nil
  ) {
    self.layers = layers
    let ids = (diffIDs ?? layers.map { ContentDigest(of: $0) }).map { "\"\($0)\"" }.joined(separator: ",")
    configuration = Array(
      #"{"architecture":"\#(architecture)","os":"linux","config":{\#(execution)},"rootfs":{"type":"layers","diff_ids":[\#(ids)]}}"#
        .utf8)
    let descriptors = layers.enumerated().map { index, layer in
      let digest = digests?[index] ?? ContentDigest(of: layer)
      return
        #"{"mediaType":"application/vnd.oci.image.layer.v1.tar","digest":"\#(digest)","size":\#(sizes?[index] ?? layer.count)}"#
    }.joined(separator: ",")
    manifest = Array(
      #"{"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json","config":{"mediaType":"application/vnd.oci.image.config.v1+json","digest":"\#(ContentDigest(of: configuration))","size":\#(configuration.count)},"layers":[\#(descriptors)]}"#
        .utf8)
  }

  /// A layer with a script at /bin/tool.
  static func layer(_ text: String, padding: Int = 0) -> [UInt8] {
    var writer = TarWriter()
    writer.add("bin/tool", content: Array("#!/bin/tool\n\(text)".utf8), mode: 0o755)
    if padding > 0 { writer.add("padding", content: [UInt8](repeating: 1, count: padding)) }
    return writer.archive
  }

  /// What a registry serves, by path.
  func files(_ repository: String = "test/image", tag: String = "latest") -> [String: [UInt8]] {
    var files = [
      "/v2/\(repository)/manifests/\(tag)": manifest,
      "/v2/\(repository)/manifests/\(ContentDigest(of: manifest))": manifest,
      "/v2/\(repository)/blobs/\(ContentDigest(of: configuration))": configuration,
    ]
    for layer in layers { files["/v2/\(repository)/blobs/\(ContentDigest(of: layer))"] = layer }
    return files
  }

  /// Writes it as an image layout.
  func write(layout directory: String, tag: String = "one") throws {
    let blobs = "\(directory)/blobs/sha256"
    try FileManager.default.createDirectory(atPath: blobs, withIntermediateDirectories: true)
    for blob in layers + [configuration, manifest] {
      try Data(blob).write(to: URL(filePath: "\(blobs)/\(ContentDigest(of: blob).sha256.hex)"))
    }
    try Data(#"{"imageLayoutVersion":"1.0.0"}"#.utf8).write(to: URL(filePath: "\(directory)/oci-layout"))
    let index =
      #"{"schemaVersion":2,"manifests":[{"mediaType":"application/vnd.oci.image.manifest.v1+json","digest":"\#(ContentDigest(of: manifest))","size":\#(manifest.count),"annotations":{"org.opencontainers.image.ref.name":"\#(tag)"}}]}"#
    try Data(index.utf8).write(to: URL(filePath: "\(directory)/index.json"))
  }
}

/// A cache of a test's own, with layers unpacked beside the test.
struct TestCache {
  let place: TemporaryDirectory
  let cache: ImageCache

  init() throws {
    place = try TemporaryDirectory()
    cache = try ImageCache(directory: "\(place.path)/cache")
  }

  func puller(
    at seconds: Int64 = 1_700_000_000, unpack: @escaping ImagePuller.Unpack = UnpackedLayer.unpack,
    credentials: RegistryCredentials = .none, budget: UInt64? = nil
  ) -> ImagePuller {
    ImagePuller(
      cache: cache, unpack: unpack, clock: { Instant(seconds * 1000) }, credentials: credentials,
      budget: budget.map { CacheBudget(ByteCount($0), of: cache) })
  }

  /// All that stands in one of the cache's directories.
  func names(_ directory: String) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: "\(cache.directory)/\(directory)").sorted()
  }

  /// Runs `body`, and gives the error that it must throw.
  func failure(_ body: () async throws(ImageError) -> PulledImage) async -> ImageError? {
    do throws(ImageError) {
      _ = try await body()
      return nil
    } catch {
      return error
    }
  }
}
