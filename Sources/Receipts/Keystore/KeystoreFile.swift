private import Glibc
private import Workload

/// A key file on disk.
package enum KeystoreFile {
  /// A key file has less than one; more is something else.
  private static let most = ByteCount.kibibytes(64)

  package static func read(_ path: String) throws(KeystoreError) -> Keystore {
    let bytes: [UInt8]
    do {
      bytes = try LocalFile.readArgument(path, limit: most)
    } catch {
      throw .file(error)
    }
    return try Keystore(decoding: bytes)
  }

  /// Writes a new file that only its owner can read (mode 0600), whole or not at all, and on disk when this
  /// returns. Never writes over a file.
  package static func write(_ keystore: Keystore, to path: String) throws(KeystoreError) {
    let bytes = try keystore.encoded()
    do throws(FileError) {
      try LocalFile.create(bytes, at: path, mode: 0o600)
    } catch {
      throw error.code == EEXIST ? .exists(path: path) : .file(error)
    }
  }
}
