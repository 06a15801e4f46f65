internal import Glibc

/// A key file on disk.
package enum KeystoreFile {
  /// A key file has less than one; more is something else.
  private static let mostBytes = 64 << 10

  package static func read(_ path: String) throws(KeystoreError) -> Keystore {
    let bytes: [UInt8]
    do {
      bytes = try SmallFile.read(path, atMost: mostBytes)
    } catch {
      throw .file(error)
    }
    return try Keystore(decoding: bytes)
  }

  /// Writes a new file that only its owner can read (mode 0600), whole or not at all, and on disk when this
  /// returns. Never writes over a file.
  package static func write(_ keystore: Keystore, to path: String) throws(KeystoreError) {
    let bytes = try keystore.encoded()
    // In the same directory, since a link can't cross file systems; the id makes the name nobody else's.
    let draft = "\(path).\(keystore.id).new"
    let file = open(draft, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
    guard file >= 0 else { throw failure("creating", draft) }
    do throws(KeystoreError) {
      try fill(file, with: bytes, path: draft)
      // Unlike a rename, a link fails where the name is taken.
      guard link(draft, path) == 0 else {
        throw errno == EEXIST ? .exists(path: path) : failure("creating", path)
      }
    } catch {
      unlink(draft)
      throw error
    }
    unlink(draft)
    try synchronizeDirectory(of: path)
  }

  private static func fill(_ file: Int32, with bytes: [UInt8], path: String) throws(KeystoreError) {
    defer { close(file) }
    // The mode given to open is cut by the umask, never widened; this makes it exact.
    guard fchmod(file, 0o600) == 0 else { throw failure("setting the mode of", path) }
    var written = 0
    while written < bytes.count {
      let count = bytes.withUnsafeBytes { buffer in
        Glibc.write(file, buffer.baseAddress?.advanced(by: written), buffer.count - written)
      }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { throw failure("writing", path) }
      written += count
    }
    guard fsync(file) == 0 else { throw failure("writing to disk", path) }
  }

  private static func synchronizeDirectory(of path: String) throws(KeystoreError) {
    let name = path.lastIndex(of: "/").map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
    let directory = open(name, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard directory >= 0 else { throw failure("opening", name) }
    defer { close(directory) }
    guard fsync(directory) == 0 else { throw failure("writing to disk", name) }
  }

  /// Reads errno, so nothing may come between the failed call and this.
  private static func failure(_ call: String, _ path: String) -> KeystoreError {
    .system(call: call, path: path, reason: String(cString: strerror(errno)))
  }
}
