private import CCrypto

/// The address of content: SHA-256 of its bytes, written `sha256:` and 64 hexadecimal digits as the OCI image
/// specification's descriptors are.
package struct ContentDigest: Hashable, Sendable {
  package let sha256: Bytes32

  package init(sha256: Bytes32) {
    self.sha256 = sha256
  }

  package init(of bytes: some Sequence<UInt8>) {
    var hash = SHA256()
    hash.update(Array(bytes))
    self.sha256 = hash.finalize()
  }

  /// `sha256:` and 64 lower-case hexadecimal digits; nothing where `text` is not that.
  package init?(_ text: some StringProtocol) {
    guard text.hasPrefix("sha256:"), text == text.lowercased(),
      let value = Bytes32(hex: text.dropFirst("sha256:".count))
    else { return nil }
    self.sha256 = value
  }
}

extension ContentDigest: CustomStringConvertible {
  package var description: String { "sha256:" + sha256.hex }
}

extension ContentDigest: Comparable {
  package static func < (left: ContentDigest, right: ContentDigest) -> Bool { left.sha256 < right.sha256 }
}

extension ContentDigest: Codable {
  package init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    let text = try container.decode(String.self)
    guard let value = ContentDigest(text) else {
      throw DecodingError.dataCorruptedError(
        in: container,
        debugDescription: "'\(text)' is not a digest: sha256: and 64 lower-case hexadecimal digits")
    }
    self = value
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(description)
  }
}

/// SHA-256 (FIPS 180-4) over a stream of chunks, by libcrypto.
package struct SHA256: ~Copyable {
  private let context: OpaquePointer

  package init() {
    guard let context = EVP_MD_CTX_new(), EVP_DigestInit_ex(context, EVP_sha256(), nil) == 1 else {
      preconditionFailure("libcrypto has no SHA-256")
    }
    self.context = context
  }

  deinit { EVP_MD_CTX_free(context) }

  package mutating func update(_ bytes: [UInt8]) {
    precondition(EVP_DigestUpdate(context, bytes, bytes.count) == 1, "SHA-256 was already finalized")
  }

  package mutating func update(_ bytes: UnsafeRawBufferPointer) {
    precondition(
      EVP_DigestUpdate(context, bytes.baseAddress, bytes.count) == 1, "SHA-256 was already finalized")
  }

  /// The digest of all that was given. Call it once, last.
  package mutating func finalize() -> Bytes32 {
    var digest = [UInt8](repeating: 0, count: 32)
    precondition(EVP_DigestFinal_ex(context, &digest, nil) == 1, "SHA-256 was already finalized")
    guard let value = Bytes32(digest) else { preconditionFailure("SHA-256 is 32 bytes") }
    return value
  }
}
