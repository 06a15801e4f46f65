package import Workload

/// Where an image is, as containers-transports(5) writes it.
package enum ImageReference: Hashable, Sendable {
  /// `oci:DIRECTORY[:TAG]`: an OCI image layout.
  case layout(directory: String, tag: String?)
  /// `oci-archive:FILE[:TAG]`: an OCI image layout in a tar archive.
  case archive(file: String, tag: String?)
  /// `docker://HOST[:PORT]/NAME[:TAG][@DIGEST]`: a repository of a registry.
  case registry(RegistryReference)

  package init(_ text: String) throws(ImageError) {
    if text.hasPrefix(RegistryReference.transport) {
      do throws(RegistryReference.Fault) {
        self = .registry(try RegistryReference(text))
      } catch {
        throw .badReference(text, reason: error.reason)
      }
    } else if text.hasPrefix("oci-archive:") {
      let (path, tag) = try Self.pathAndTag(text.dropFirst("oci-archive:".count), in: text)
      self = .archive(file: path, tag: tag)
    } else if text.hasPrefix("oci:") {
      let (path, tag) = try Self.pathAndTag(text.dropFirst("oci:".count), in: text)
      self = .layout(directory: path, tag: tag)
    } else {
      throw .badReference(text, reason: "it doesn't begin with a transport")
    }
  }

  /// A colon with a slash after it belongs to the path.
  private static func pathAndTag(
    _ rest: Substring, in text: String
  ) throws(ImageError) -> (path: String, tag: String?) {
    var path = rest
    var tag: Substring?
    if let colon = rest.lastIndex(of: ":"), !rest[colon...].contains("/") {
      path = rest[..<colon]
      tag = rest[rest.index(after: colon)...]
      if tag?.isEmpty == true { throw .badReference(text, reason: "its tag is empty") }
    }
    guard !path.isEmpty else { throw .badReference(text, reason: "it names no file") }
    guard !text.utf8.contains(0) else { throw .badReference(text, reason: "there is a NUL in it") }
    return (String(path), tag.map(String.init))
  }
}

extension ImageReference: CustomStringConvertible {
  package var description: String {
    switch self {
    case .layout(let directory, let tag): "oci:\(directory)\(tag.map { ":\($0)" } ?? "")"
    case .archive(let file, let tag): "oci-archive:\(file)\(tag.map { ":\($0)" } ?? "")"
    case .registry(let reference): reference.description
    }
  }
}
