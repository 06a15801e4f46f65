internal import Workload

/// An OCI image layout: a directory with `oci-layout`, `index.json` and `blobs/sha256/`.
struct LayoutSource: ImageSource {
  let directory: String
  let tag: String?
  let name: String

  private static let remedy =
    "make one with: umoci init --layout DIRECTORY, or skopeo copy docker://… oci:DIRECTORY:TAG"

  func root() async throws(ImageError) -> (bytes: [UInt8], expected: Descriptor?) {
    guard LocalFile.exists("\(directory)/oci-layout"), LocalFile.exists("\(directory)/index.json") else {
      throw .absent(
        "\(directory) is no OCI image layout: it has no oci-layout or no index.json", remedy: Self.remedy)
    }
    let index = try filing { () throws(FileError) in
      try LocalFile.read("\(directory)/index.json", limit: ImageDocument.greatestSize)
    }
    guard case .index(let manifests) = try ImageDocument(index, named: "\(directory)/index.json") else {
      throw .untrue("\(directory)/index.json is a manifest where an index belongs")
    }
    let named = tag.map { tag in manifests.filter { $0.referenceName == tag } } ?? manifests
    guard !named.isEmpty else {
      let tags = manifests.compactMap(\.referenceName).sorted().prefix(20).map(printable)
      throw .absent(
        "\(directory) has no image\(tag.map { " '\($0)'" } ?? "")",
        remedy: tags.isEmpty
          ? "it holds no tags; leave the tag out" : "it has: \(tags.joined(separator: ", "))")
    }
    guard let descriptor = named.first(where: { $0.platform?.runsHere ?? true }) ?? named.first,
      tag != nil || named.count == 1 || named.contains(where: { $0.platform != nil })
    else {
      let tags = named.compactMap(\.referenceName).sorted().prefix(20).map(printable)
      throw .badReference(
        name,
        reason: "the layout has \(named.count) images: add one of the tags \(tags.joined(separator: ", "))")
    }
    guard descriptor.size <= ImageDocument.greatestSize.value else {
      throw .refused("the manifest \(descriptor.digest) of \(name) says that it has \(descriptor.size) bytes")
    }
    return (try await manifest(descriptor), descriptor)
  }

  func manifest(_ descriptor: Descriptor) async throws(ImageError) -> [UInt8] { try await blob(descriptor) }

  func blob(_ descriptor: Descriptor) async throws(ImageError) -> [UInt8] {
    let path = try path(of: descriptor)
    return try filing { () throws(FileError) in try LocalFile.read(path, limit: ImageDocument.greatestSize) }
  }

  func fetch(_ descriptor: Descriptor, into part: PartFile) async throws(ImageError) {
    let path = try path(of: descriptor)
    // A copy can't be resumed with certainty, and needn't be.
    try part.reset()
    try part.append(file: path)
  }

  private func path(of descriptor: Descriptor) throws(ImageError) -> String {
    let path = "\(directory)/blobs/sha256/\(descriptor.digest.sha256.hex)"
    guard LocalFile.exists(path) else {
      throw .absent(
        "\(name) names \(descriptor.digest), and \(path) isn't there", remedy: "copy the image again")
    }
    return path
  }
}
