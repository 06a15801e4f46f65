/// An image in a repository of a registry, by the grammar of the OCI distribution specification ("Pulling manifests").
package struct RegistryReference: Hashable, Sendable {
  /// With its port, where one is given.
  package var host: String
  package var repository: String
  package var tag: String?
  package var digest: ContentDigest?

  /// What a text that is no such reference lacks: the end of a sentence about it.
  package struct Fault: Error, Hashable, Sendable {
    package var reason: String
  }

  /// How a reference begins, as containers-transports(5) has it.
  package static let transport = "docker://"

  /// Reads `docker://HOST[:PORT]/NAME[:TAG][@DIGEST]`; the tag is `latest` where neither is given.
  package init(_ text: String) throws(Fault) {
    guard text.hasPrefix(Self.transport) else {
      throw Fault(reason: "it doesn't begin with \(Self.transport)")
    }
    var name = text.dropFirst(Self.transport.count)
    if let at = name.firstIndex(of: "@") {
      guard let digest = ContentDigest(name[name.index(after: at)...]) else {
        throw Fault(reason: "what follows @ is not sha256: and 64 hexadecimal digits")
      }
      self.digest = digest
      name = name[..<at]
    }
    guard let slash = name.firstIndex(of: "/") else {
      throw Fault(reason: "it names no registry, as in docker://docker.io/library/busybox")
    }
    host = String(name[..<slash])
    guard host == "localhost" || host.contains(".") || host.contains(":"), Self.isHost(host) else {
      throw Fault(
        reason: "'\(host)' is no registry; one is named as in docker://docker.io/library/busybox")
    }
    name = name[name.index(after: slash)...]
    if let colon = name.lastIndex(of: ":") {
      let tag = name[name.index(after: colon)...]
      guard Self.isTag(tag) else { throw Fault(reason: "'\(tag)' can't be a tag") }
      self.tag = String(tag)
      name = name[..<colon]
    }
    repository = String(name)
    guard Self.isRepository(name) else { throw Fault(reason: "'\(name)' can't be a repository's name") }
    if tag == nil && digest == nil { tag = "latest" }
  }

  /// What the manifest is asked for by: the digest where there is one, since it can't change.
  package var manifestName: String { digest?.description ?? tag ?? "latest" }

  /// The host that speaks for the registry: Docker Hub has another for its API.
  package var endpoint: String { host == "docker.io" ? "registry-1.docker.io" : host }

  /// Whether the registry is this machine: only then may it be asked without TLS.
  package var isLoopback: Bool { Self.isLoopback(host: host) }

  package static func isLoopback(host: String) -> Bool {
    if host == "[::1]" || host.hasPrefix("[::1]:") { return true }
    let name = host.prefix { $0 != ":" }
    guard name != "localhost" else { return true }
    let parts = name.split(separator: ".", omittingEmptySubsequences: false)
    return parts.count == 4 && parts[0] == "127" && parts.allSatisfy { UInt8($0) != nil }
  }

  private static func isHost(_ text: String) -> Bool {
    text.utf8.count <= 255 && !text.isEmpty
      && text.utf8.allSatisfy { byte in
        isAlphanumeric(byte) || ".-:[]".utf8.contains(byte)
      }
  }

  private static func isTag(_ text: Substring) -> Bool {
    guard let first = text.utf8.first, text.utf8.count <= 128 else { return false }
    return (isAlphanumeric(first) || first == UInt8(ascii: "_"))
      && text.utf8.allSatisfy { isAlphanumeric($0) || "_.-".utf8.contains($0) }
  }

  private static func isRepository(_ text: Substring) -> Bool {
    guard text.utf8.count <= 255 else { return false }
    return text.split(separator: "/", omittingEmptySubsequences: false).allSatisfy { part in
      guard let first = part.utf8.first, let last = part.utf8.last else { return false }
      return isSmall(first) && isSmall(last)
        && part.utf8.allSatisfy { isSmall($0) || "._-".utf8.contains($0) }
    }
  }

  private static func isSmall(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
      || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
  }

  private static func isAlphanumeric(_ byte: UInt8) -> Bool {
    isSmall(byte) || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte)
  }
}

extension RegistryReference: CustomStringConvertible {
  package var description: String {
    "\(Self.transport)\(host)/\(repository)\(tag.map { ":\($0)" } ?? "")\(digest.map { "@\($0)" } ?? "")"
  }
}
