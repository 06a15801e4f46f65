internal import Glibc
internal import Workload

/// A blob on its way in: what has arrived, hashed as it arrives. It stays when a pull is cut off, and the next one goes on
/// where it ends.
final class PartFile {
  let path: String
  let descriptor: Descriptor
  private(set) var size: UInt64 = 0
  private let lock: FileLock
  private var hash = SHA256()
  private let progress: @Sendable (UInt64) -> Void

  /// Opens the part of a blob, or nothing where another process is fetching that blob.
  init?(path: String, of descriptor: Descriptor, progress: @escaping @Sendable (UInt64) -> Void)
    throws(ImageError)
  {
    guard let lock = try FileLock(path, .exclusive, creates: true) else { return nil }
    self.path = path
    self.descriptor = descriptor
    self.lock = lock
    self.progress = progress
    try filing { () throws(FileError) in
      try LocalFile.stream(descriptor: lock.descriptor, named: path) { chunk throws(FileError) in
        hash.update(chunk)
        size += UInt64(chunk.count)
      }
    }
    if size > descriptor.size { try reset() }
  }

  /// Starts again.
  func reset() throws(ImageError) {
    guard ftruncate(lock.descriptor, 0) == 0, lseek(lock.descriptor, 0, SEEK_SET) == 0 else {
      throw .file(FileError("empty", path, code: errno))
    }
    hash = SHA256()
    size = 0
  }

  func append(_ bytes: UnsafeRawBufferPointer) throws(ImageError) {
    guard size + UInt64(bytes.count) <= descriptor.size else {
      try reset()
      throw .untrue("\(descriptor.digest) should have \(descriptor.size) bytes and has more")
    }
    try filing { () throws(FileError) in try LocalFile.write(bytes, to: lock.descriptor, named: path) }
    hash.update(bytes)
    size += UInt64(bytes.count)
    progress(size)
  }

  /// Appends all of a file.
  func append(file: String) throws(ImageError) {
    var failure: ImageError?
    try filing { () throws(FileError) in
      try LocalFile.stream(file) { chunk throws(FileError) in
        guard failure == nil else { return }
        do throws(ImageError) { try append(chunk) } catch { failure = error }
      }
    }
    if let failure { throw failure }
  }

  /// Throws where what has arrived isn't the blob; nothing of it is kept then. Ask once, at the end.
  func verify() throws(ImageError) {
    let arrived = size
    guard arrived == descriptor.size else {
      try reset()
      throw .untrue("\(descriptor.digest) should have \(descriptor.size) bytes and has \(arrived)")
    }
    let found = ContentDigest(sha256: hash.finalize())
    guard found == descriptor.digest else {
      try reset()
      throw .untrue("a blob should be \(descriptor.digest) and is \(found)")
    }
  }

  /// Removes the file while it is still locked, so that nobody waits for one that is gone.
  func remove() throws(ImageError) {
    try filing { () throws(FileError) in try LocalFile.remove(path) }
  }
}
