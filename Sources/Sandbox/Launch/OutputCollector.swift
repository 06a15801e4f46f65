internal import CLinux
internal import Glibc
internal import Workload

/// Takes the kept files out of a dead sandbox's work directory. Nothing in there is trusted: a path is
/// followed only downwards and through no link, and only a plain file with one name is taken.
struct OutputCollector {
  /// Of the work directory; it outlives the sandbox.
  let workDirectory: Int32
  let outputDirectory: String
  /// No file larger than the work directory may be.
  let sizeLimit: UInt64

  enum Collected {
    case files([OutputFile])
    case refused(path: String)
  }

  /// A path that the task didn't make is left out.
  func collect(_ paths: [String]) throws(SandboxError) -> Collected {
    var files: [OutputFile] = []
    for path in paths.sorted() {
      guard let source = try open(path) else { return .refused(path: path) }
      guard source >= 0 else { continue }
      defer { close(source) }
      guard let file = try copy(source, to: path) else { return .refused(path: path) }
      files.append(file)
    }
    return .files(files)
  }

  /// -1 where there is no such file, nothing where it must not be followed or read.
  private func open(_ path: String) throws(SandboxError) -> Int32? {
    // A FIFO without a writer would block.
    let flags = UInt64(O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC | O_NOCTTY)
    let resolve = UInt64(
      SAMOVAR_RESOLVE_BENEATH | SAMOVAR_RESOLVE_NO_SYMLINKS | SAMOVAR_RESOLVE_NO_MAGICLINKS
        | SAMOVAR_RESOLVE_NO_XDEV)
    let file = samovar_openat2(workDirectory, path, flags, 0, resolve)
    if file >= 0 { return file }
    switch errno {
    case ENOENT, ENOTDIR: return -1
    // The node's own shortage is no fault of the task's.
    case EMFILE, ENFILE, ENOMEM, EINTR, ENOSYS:
      throw .systemCallFailed(doing: "opening the output \(path)", errno: errno)
    default: return nil
    }
  }

  private func copy(_ source: Int32, to path: String) throws(SandboxError) -> OutputFile? {
    var status = stat()
    guard fstat(source, &status) == 0 else {
      throw .systemCallFailed(doing: "looking at the output \(path)", errno: errno)
    }
    guard status.st_mode & S_IFMT == S_IFREG, status.st_nlink == 1, UInt64(status.st_size) <= sizeLimit
    else { return nil }
    let destination = try create(path)
    defer { close(destination) }
    var hash = SHA256()
    var size: UInt64 = 0
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = read(source, &chunk, chunk.count)
      if count < 0 && errno == EINTR { continue }
      guard count >= 0 else { throw .systemCallFailed(doing: "reading the output \(path)", errno: errno) }
      if count == 0 { break }
      size += UInt64(count)
      chunk.withUnsafeBytes { hash.update(UnsafeRawBufferPointer(rebasing: $0[..<count])) }
      try write(chunk, count, to: destination, path)
    }
    return OutputFile(
      path: path, mode: status.st_mode & 0o777, size: ByteCount(size),
      digest: ContentDigest(sha256: hash.finalize()))
  }

  private func create(_ path: String) throws(SandboxError) -> Int32 {
    var directory = outputDirectory
    for part in path.split(separator: "/").dropLast() {
      directory += "/" + part
      if mkdir(directory, 0o755) < 0 && errno != EEXIST {
        throw .systemCallFailed(doing: "creating the directory \(directory) for an output", errno: errno)
      }
    }
    let file = Glibc.open(
      outputDirectory + "/" + path, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0o644 as mode_t)
    guard file >= 0 else {
      throw .systemCallFailed(doing: "creating \(outputDirectory)/\(path) for an output", errno: errno)
    }
    return file
  }

  private func write(_ bytes: [UInt8], _ count: Int, to file: Int32, _ path: String) throws(SandboxError) {
    var done = 0
    while done < count {
      let more = bytes.withUnsafeBytes { Glibc.write(file, $0.baseAddress?.advanced(by: done), count - done) }
      if more < 0 && errno == EINTR { continue }
      guard more > 0 else {
        throw .systemCallFailed(doing: "writing \(outputDirectory)/\(path)", errno: more < 0 ? errno : EIO)
      }
      done += more
    }
  }

  /// Digest and size of a captured stream's file.
  static func stream(_ path: String, isTruncated: Bool) throws(SandboxError) -> CapturedStream {
    let file = Glibc.open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
    guard file >= 0 else { throw .systemCallFailed(doing: "reading \(path)", errno: errno) }
    defer { close(file) }
    var hash = SHA256()
    var size: UInt64 = 0
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = read(file, &chunk, chunk.count)
      if count < 0 && errno == EINTR { continue }
      guard count >= 0 else { throw .systemCallFailed(doing: "reading \(path)", errno: errno) }
      if count == 0 { break }
      size += UInt64(count)
      chunk.withUnsafeBytes { hash.update(UnsafeRawBufferPointer(rebasing: $0[..<count])) }
    }
    return CapturedStream(
      digest: ContentDigest(sha256: hash.finalize()), size: ByteCount(size), isTruncated: isTruncated)
  }
}
