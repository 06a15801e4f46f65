internal import AsyncHTTPClient
private import FoundationEssentials
internal import NIOCore
internal import NIOHTTP1
package import Workload

/// A repository of a registry, by the OCI distribution specification ("Pull").
struct RegistrySource: ImageSource {
  let reference: RegistryReference
  let connection: RegistryConnection

  var name: String { reference.description }

  /// Runs `body` with a connection that is closed afterwards.
  static func withSource<Value: Sendable>(
    of reference: RegistryReference, _ credentials: RegistryCredentials,
    _ body: (RegistrySource) async throws(ImageError) -> Value
  ) async throws(ImageError) -> Value {
    try await RegistryConnection.withClient { client async throws(ImageError) in
      try await body(
        RegistrySource(
          reference: reference,
          connection: RegistryConnection(reference, credentials: credentials, client: client)))
    }
  }

  /// In a row, without a byte more than before.
  private static let fruitlessAttempts = 4
  private static let mostAttempts = 64

  private static let manifestTypes = [
    "application/vnd.oci.image.index.v1+json", "application/vnd.oci.image.manifest.v1+json",
    "application/vnd.docker.distribution.manifest.list.v2+json",
    "application/vnd.docker.distribution.manifest.v2+json",
  ].joined(separator: ", ")

  func root() async throws(ImageError) -> (bytes: [UInt8], expected: Descriptor?) {
    let bytes = try await document("manifests/\(reference.manifestName)", accept: Self.manifestTypes)
    let expected = reference.digest.map { Descriptor(mediaType: "", digest: $0, size: UInt64(bytes.count)) }
    return (bytes, expected)
  }

  func manifest(_ descriptor: Descriptor) async throws(ImageError) -> [UInt8] {
    try await document("manifests/\(descriptor.digest)", accept: Self.manifestTypes)
  }

  func blob(_ descriptor: Descriptor) async throws(ImageError) -> [UInt8] {
    try await document("blobs/\(descriptor.digest)", accept: "*/*")
  }

  private func document(_ path: String, accept: String) async throws(ImageError) -> [UInt8] {
    var failure: ImageError?
    for attempt in 0..<Self.fruitlessAttempts {
      try await pause(before: attempt)
      do throws(ImageError) {
        return try await connection.document(path, accept: accept, limit: ImageDocument.greatestSize)
      } catch {
        guard error.isWorthAnotherTry else { throw error }
        failure = error
      }
    }
    throw failure ?? .registry("\(name) didn't answer", remedy: "try again")
  }

  func fetch(_ descriptor: Descriptor, into part: PartFile) async throws(ImageError) {
    var fruitless = 0
    for _ in 0..<Self.mostAttempts {
      let before = part.size
      if before == descriptor.size { return }
      do throws(ImageError) {
        try await connection.stream("blobs/\(descriptor.digest)", into: part)
        if part.size == descriptor.size { return }
      } catch {
        guard error.isWorthAnotherTry else { throw error }
        fruitless = part.size > before ? 0 : fruitless + 1
        if fruitless >= Self.fruitlessAttempts { throw error }
        try await pause(before: fruitless)
        continue
      }
      // A whole answer that is too short: the registry is sure of a wrong size.
      throw .untrue("\(descriptor.digest) should have \(descriptor.size) bytes and \(name) has \(part.size)")
    }
    throw .registry(
      "\(name) cut \(descriptor.digest) off \(Self.mostAttempts) times",
      remedy: "pull again: what has arrived is kept")
  }

  /// A quarter of a second, then twice as long each time.
  private func pause(before attempt: Int) async throws(ImageError) {
    guard attempt > 0 else { return }
    do { try await Task.sleep(for: .milliseconds(250 << (attempt - 1))) } catch { throw .cancelled }
  }
}

extension ImageError {
  /// The network's and the registry's faults pass; lies and wrong names don't.
  var isWorthAnotherTry: Bool {
    if case .registry = self { true } else { false }
  }
}

extension ResolvedImage {
  /// What a registry says that a reference is: its documents, and no layer.
  package init(asking reference: RegistryReference, _ credentials: RegistryCredentials)
    async throws(ImageError)
  {
    self = try await RegistrySource.withSource(of: reference, credentials) {
      source async throws(ImageError) in
      try await source.resolve()
    }
  }
}
