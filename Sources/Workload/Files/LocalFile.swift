private import Glibc

/// Files of this machine: read whole with a bound, written whole.
package enum LocalFile {
  /// All bytes of a file of at most `limit` bytes (EFBIG beyond).
  package static func read(_ path: String, limit: ByteCount = .mebibytes(256)) throws(FileError) -> [UInt8] {
    try opened(path) { descriptor throws(FileError) in
      try read(descriptor: descriptor, named: path, limit: limit)
    }
  }

  /// The same of a file that a person names on a command line, where `-` is standard input.
  package static func readArgument(_ path: String, limit: ByteCount) throws(FileError) -> [UInt8] {
    guard path == "-" else { return try read(path, limit: limit) }
    return try read(descriptor: STDIN_FILENO, named: "standard input", limit: limit)
  }

  /// UTF-8 text of a file; bytes that are no UTF-8 are replaced, so that a parser can point at them.
  package static func readText(_ path: String, limit: ByteCount = .mebibytes(16)) throws(FileError) -> String
  {
    String(decoding: try read(path, limit: limit), as: UTF8.self)
  }

  /// A password: the first line of a file or, for `-`, of standard input, without its line end, LF or CRLF.
  package static func firstLine(_ path: String, limit: ByteCount = .kibibytes(4)) throws(FileError) -> [UInt8]
  {
    let line = try readArgument(path, limit: limit).prefix { $0 != UInt8(ascii: "\n") }
    return Array(line.last == UInt8(ascii: "\r") ? line.dropLast() : line)
  }

  /// Gives the file's bytes to `body`, 256 KiB at a time.
  package static func stream(
    _ path: String, _ body: (UnsafeRawBufferPointer) throws(FileError) -> Void
  ) throws(FileError) {
    try opened(path) { descriptor throws(FileError) in
      try stream(descriptor: descriptor, named: path, body)
    }
  }

  /// The same from where an open file stands.
  ///
  /// - Parameter path: its name for messages.
  package static func stream(
    descriptor: Int32, named path: String, chunkSize: Int = 256 << 10,
    _ body: (UnsafeRawBufferPointer) throws(FileError) -> Void
  ) throws(FileError) {
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: chunkSize, alignment: 4096)
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
    try opened(path) { descriptor throws(FileError) in
      try digest(descriptor: descriptor, named: path)
    }
  }

  /// The same of the rest of an open file.
  package static func digest(
    descriptor: Int32, named path: String
  ) throws(FileError) -> (digest: ContentDigest, size: ByteCount) {
    var hash = SHA256()
    var size = ByteCount.zero
    try stream(descriptor: descriptor, named: path) { chunk throws(FileError) in
      hash.update(chunk)
      size.value += UInt64(chunk.count)
    }
    return (ContentDigest(sha256: hash.finalize()), size)
  }

  package static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

  /// What stands before the last `/`; `.` where there is none (dirname(1)).
  package static func directory(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }

  /// Names in a directory without `.` and `..`, in no order, and no more than `most` of them.
  package static func names(in directory: String, atMost most: Int = .max) throws(FileError) -> [String] {
    guard let stream = opendir(directory) else { throw FileError("list", directory, code: errno) }
    defer { closedir(stream) }
    var names: [String] = []
    while names.count < most, let entry = readdir(stream) {
      let name = withUnsafeBytes(of: entry.pointee.d_name) {
        String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
      }
      if name != ".", name != ".." { names.append(name) }
    }
    return names
  }

  /// The same of the rest of an open file.
  ///
  /// - Parameter path: its name for messages.
  package static func read(
    descriptor: Int32, named path: String, limit: ByteCount
  ) throws(FileError) -> [UInt8] {
    // Most files are small, the kernel's above all: only what is longer is worth a large buffer.
    var count = 0
    var bytes = [UInt8](unsafeUninitializedCapacity: 4096) { buffer, initialized in
      repeat {
        count = Glibc.read(descriptor, buffer.baseAddress, buffer.count)
      } while count < 0 && errno == EINTR
      initialized = max(0, count)
    }
    guard count >= 0 else { throw FileError("read", path, code: errno) }
    guard UInt64(count) <= limit.value else { throw FileError("read", path, code: EFBIG) }
    if count == 0 { return bytes }
    try stream(descriptor: descriptor, named: path, chunkSize: bytes.count < 4096 ? 4096 : 256 << 10) {
      chunk throws(FileError) in
      guard UInt64(bytes.count + chunk.count) <= limit.value else {
        throw FileError("read", path, code: EFBIG)
      }
      bytes.append(contentsOf: chunk)
    }
    return bytes
  }

  /// Opens a file for reading as long as `body` runs.
  static func opened<Value>(
    _ path: String, _ body: (Int32) throws(FileError) -> Value
  ) throws(FileError) -> Value {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw FileError("open", path, code: errno) }
    defer { close(descriptor) }
    return try body(descriptor)
  }
}
