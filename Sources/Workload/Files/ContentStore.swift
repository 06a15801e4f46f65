/// Bytes by their digest, in a directory laid out as `blobs/` of an OCI image layout: `sha256/<64 digits>`.
///
/// What is there is whole: content arrives under a temporary name and is renamed when its digest is known. Several
/// processes may share one store.
package struct ContentStore: Sendable {
  /// The directory that holds `sha256/`.
  package let directory: String

  /// Opens a store and makes its directory where it lacks.
  package init(directory: String) throws(FileError) {
    self.directory = directory
    try LocalFile.makeDirectory("\(directory)/sha256")
  }

  /// Where the content is, or would be.
  package func path(of digest: ContentDigest) -> String { "\(directory)/sha256/\(digest.sha256.hex)" }

  package func contains(_ digest: ContentDigest) -> Bool { LocalFile.exists(path(of: digest)) }

  @discardableResult
  package func put(_ bytes: [UInt8]) throws(FileError) -> ContentDigest {
    let digest = ContentDigest(of: bytes)
    if !contains(digest) { try LocalFile.write(bytes, to: path(of: digest), mode: 0o444) }
    return digest
  }

  /// Copies a file in and says under which digest it is now. The bytes are hashed while they are copied, so a file that
  /// changes meanwhile is stored as what was copied.
  @discardableResult
  package func put(file source: String) throws(FileError) -> ContentDigest {
    let expected = try LocalFile.digest(source).digest
    if contains(expected) { return expected }
    let copied = try LocalFile.copy(source, to: path(of: expected), mode: 0o444)
    guard copied.digest == expected else {
      // The file changed between the two readings: what is stored under the first digest is something else.
      try LocalFile.remove(path(of: expected))
      return try put(file: source)
    }
    return expected
  }

  /// The path of content whose bytes were just read and still have the digest that names them.
  package func verified(_ digest: ContentDigest) throws(ContentError) -> String {
    let path = path(of: digest)
    guard contains(digest) else { throw .absent(digest, store: directory) }
    let found: ContentDigest
    do {
      found = try LocalFile.digest(path).digest
    } catch {
      throw .unreadable(digest, error)
    }
    guard found == digest else { throw .corrupt(digest, found: found, path: path) }
    return path
  }

  /// The bytes of content, checked.
  package func read(_ digest: ContentDigest, limit: ByteCount = .mebibytes(64)) throws(ContentError)
    -> [UInt8]
  {
    guard contains(digest) else { throw .absent(digest, store: directory) }
    let bytes: [UInt8]
    do {
      bytes = try LocalFile.read(path(of: digest), limit: limit)
    } catch {
      throw .unreadable(digest, error)
    }
    let found = ContentDigest(of: bytes)
    guard found == digest else { throw .corrupt(digest, found: found, path: path(of: digest)) }
    return bytes
  }
}

/// Content that could not be had.
package enum ContentError: Error, Hashable, Sendable, CustomStringConvertible {
  case absent(ContentDigest, store: String)
  case unreadable(ContentDigest, FileError)
  case corrupt(ContentDigest, found: ContentDigest, path: String)

  package var description: String {
    switch self {
    case .absent(let digest, let store): "\(digest) is not in the content store \(store)"
    case .unreadable(let digest, let error): "\(digest) can't be read: \(error)"
    case .corrupt(let digest, let found, let path):
      "\(path) should be \(digest) but its bytes are \(found); remove the file, and put the content in again"
    }
  }
}
