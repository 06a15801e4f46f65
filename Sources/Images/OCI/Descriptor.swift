package import Workload

/// What another document or blob is: the OCI image specification's "Content Descriptors".
package struct Descriptor: Hashable, Sendable, Codable {
  package var mediaType: String
  package var digest: ContentDigest
  /// In bytes.
  package var size: UInt64
  package var platform: Platform?
  package var annotations: [String: String]?

  package init(mediaType: String, digest: ContentDigest, size: UInt64) {
    self.mediaType = mediaType
    self.digest = digest
    self.size = size
  }

  /// The name that a layout's index gives the image.
  var referenceName: String? { annotations?["org.opencontainers.image.ref.name"] }

  /// Throws where bytes aren't what this says.
  func check(_ bytes: [UInt8], _ what: String) throws(ImageError) {
    guard UInt64(bytes.count) == size else {
      throw .untrue("\(what) \(digest) should have \(size) bytes and has \(bytes.count)")
    }
    let found = ContentDigest(of: bytes)
    guard found == digest else { throw .untrue("\(what) should be \(digest) and is \(found)") }
  }
}

/// What an image runs on: architectures by the names of Go, as the OCI image index has them.
package struct Platform: Hashable, Sendable, Codable {
  package var os: String
  package var architecture: String
  package var variant: String?

  /// This machine's, with the number that ELF has for it (e_machine of elf(5)).
  #if arch(x86_64)
    package static let host = Platform(os: "linux", architecture: "amd64")
    static let hostMachine: UInt16 = 62
  #elseif arch(arm64)
    package static let host = Platform(os: "linux", architecture: "arm64", variant: "v8")
    static let hostMachine: UInt16 = 183
  #elseif arch(riscv64)
    package static let host = Platform(os: "linux", architecture: "riscv64")
    static let hostMachine: UInt16 = 243
  #endif

  package init(os: String, architecture: String, variant: String? = nil) {
    self.os = os
    self.architecture = architecture
    self.variant = variant
  }

  /// Whether programs of this platform run here. Variants of amd64 above the first need newer processors.
  var runsHere: Bool {
    os == Self.host.os && architecture == Self.host.architecture
      && (variant == nil || variant == "" || variant == "v1" || variant == Self.host.variant)
  }
}

extension Platform: CustomStringConvertible {
  package var description: String { "\(os)/\(architecture)\(variant.map { "/\($0)" } ?? "")" }
}
