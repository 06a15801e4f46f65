private import Glibc

/// Whole files of this machine: read with a bound, written so that a power cut leaves the old content or the new.
package enum LocalFile {
  /// All bytes of a regular file of at most `limit` bytes (EFBIG beyond).
  package static func read(_ path: String, limit: ByteCount = .mebibytes(256)) throws(FileError) -> [UInt8] {
    var bytes: [UInt8] = []
    try stream(path) { chunk throws(FileError) in
      guard UInt64(bytes.count + chunk.count) <= limit.value else {
        throw FileError("read", path, code: EFBIG)
      }
      bytes.append(contentsOf: chunk)
    }
    return bytes
  }

  /// UTF-8 text of a file; bytes that are no UTF-8 are replaced, so that a parser can point at them.
  package static func readText(_ path: String, limit: ByteCount = .mebibytes(16)) throws(FileError) -> String
  {
    String(decoding: try read(path, limit: limit), as: UTF8.self)
  }

  /// Gives the file's bytes to `body`, 256 KiB at a time.
  package static func stream(
    _ path: String, _ body: (UnsafeRawBufferPointer) throws(FileError) -> Void
  ) throws(FileError) {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw FileError("open", path, code: errno) }
    defer { close(descriptor) }
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 256 << 10, alignment: 4096)
    defer { buffer.deallocate() }
    while true {
      let count = Glibc.read(descriptor, buffer.baseAddress, buffer.count)
      if count < 0 {
        let code = errno
        if code == EINTR { continue }
        throw FileError("read", path, code: code)
      }
      if count == 0 { return }
      try body(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
    }
  }

  /// SHA-256 and size of a file, streamed.
  package static func digest(_ path: String) throws(FileError) -> (digest: ContentDigest, size: ByteCount) {
    var hash = SHA256()
    var size = ByteCount.zero
    try stream(path) { chunk throws(FileError) in
      hash.update(chunk)
      size.value += UInt64(chunk.count)
    }
    return (ContentDigest(sha256: hash.finalize()), size)
  }

  /// Replaces a file in one step, on stable storage when it returns (write, fsync, rename(2), fsync of the directory).
  package static func write(_ bytes: [UInt8], to path: String, mode: UInt32 = 0o644) throws(FileError) {
    try replace(path, mode: mode) { descriptor throws(FileError) in
      try write(bytes[...], to: descriptor, path: path)
    }
  }

  /// Copies a file in the same way and says what was copied.
  package static func copy(_ source: String, to path: String, mode: UInt32 = 0o644) throws(FileError)
    -> (digest: ContentDigest, size: ByteCount)
  {
    var hash = SHA256()
    var size = ByteCount.zero
    try replace(path, mode: mode) { descriptor throws(FileError) in
      try stream(source) { chunk throws(FileError) in
        hash.update(chunk)
        size.value += UInt64(chunk.count)
        try write(Array(chunk)[...], to: descriptor, path: path)
      }
    }
    return (ContentDigest(sha256: hash.finalize()), size)
  }

  /// Makes a directory and those above it; one that is there already is fine.
  package static func makeDirectory(_ path: String, mode: UInt32 = 0o755) throws(FileError) {
    if mkdir(path, mode) == 0 || errno == EEXIST { return }
    let code = errno
    let parent = directory(of: path)
    guard code == ENOENT, parent != path else { throw FileError("make the directory", path, code: code) }
    try makeDirectory(parent, mode: mode)
    guard mkdir(path, mode) == 0 || errno == EEXIST else {
      throw FileError("make the directory", path, code: errno)
    }
  }

  /// Removes a file; one that is gone already is fine.
  package static func remove(_ path: String) throws(FileError) {
    guard unlink(path) == 0 || errno == ENOENT else { throw FileError("remove", path, code: errno) }
  }

  package static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

  /// What stands before the last `/`; `.` where there is none (dirname(1)).
  package static func directory(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }

  private static func replace(
    _ path: String, mode: UInt32, _ fill: (Int32) throws(FileError) -> Void
  ) throws(FileError) {
    // mkstemp(3) makes the name unique, so that two processes that write one path don't meet.
    var template = Array("\(path).XXXXXX".utf8CString)
    let descriptor = mkstemp(&template)
    guard descriptor >= 0 else { throw FileError("create a file beside", path, code: errno) }
    _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
    let temporary = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    do throws(FileError) {
      try fill(descriptor)
      guard fchmod(descriptor, mode) == 0 else { throw FileError("set the mode of", temporary, code: errno) }
      guard fsync(descriptor) == 0 else { throw FileError("fsync", temporary, code: errno) }
      guard rename(temporary, path) == 0 else { throw FileError("replace", path, code: errno) }
    } catch {
      close(descriptor)
      unlink(temporary)
      throw error
    }
    close(descriptor)
    try syncDirectory(directory(of: path))
  }

  private static func write(_ bytes: ArraySlice<UInt8>, to descriptor: Int32, path: String) throws(FileError)
  {
    var rest = bytes
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
      if count < 0 {
        let code = errno
        if code == EINTR { continue }
        throw FileError("write", path, code: code)
      }
      rest = rest.dropFirst(count)
    }
  }

  private static func syncDirectory(_ path: String) throws(FileError) {
    let descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { throw FileError("open", path, code: errno) }
    defer { close(descriptor) }
    guard fsync(descriptor) == 0 else { throw FileError("fsync", path, code: errno) }
  }
}
