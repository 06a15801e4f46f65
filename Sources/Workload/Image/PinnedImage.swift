/// An OCI image as a task names it: by the digest of its manifest, so that every node runs the same bytes, and by the
/// repository where those are found.
///
/// A digest may be that of an index: then each node takes the entry of its own architecture.
package struct PinnedImage: Hashable, Sendable {
  package var digest: ContentDigest
  /// `HOST[:PORT]/NAME`; nothing for an image that was at hand where it ran, which no bag may name.
  package var repository: String?

  package init(digest: ContentDigest, repository: String? = nil) {
    self.digest = digest
    self.repository = repository
  }

  /// The image that a reference names, where it names one by digest. A tag beside the digest says nothing more.
  package init?(_ reference: RegistryReference) {
    guard let digest = reference.digest else { return nil }
    self.init(digest: digest, repository: "\(reference.host)/\(reference.repository)")
  }

  /// What `description` writes; nothing for any other text.
  package init?(_ text: String) {
    if let digest = ContentDigest(text) {
      self.init(digest: digest)
      return
    }
    guard let reference = try? RegistryReference(text), let image = PinnedImage(reference),
      image.description == text
    else { return nil }
    self = image
  }

  /// Where the image is pulled from.
  package var reference: RegistryReference? { try? RegistryReference(description) }
}

extension PinnedImage: CustomStringConvertible {
  /// `docker://HOST[:PORT]/NAME@DIGEST`, or the digest alone.
  package var description: String {
    repository.map { "\(RegistryReference.transport)\($0)@\(digest)" } ?? digest.description
  }
}

extension PinnedImage: Codable {
  package init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    let text = try container.decode(String.self)
    guard let image = PinnedImage(text) else {
      throw DecodingError.dataCorruptedError(
        in: container,
        debugDescription: "'\(text)' is no image by digest: docker://HOST/NAME@sha256:… was expected")
    }
    self = image
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(description)
  }
}
