internal import CLinux
internal import Glibc
internal import Workload

/// Takes the kept files out of a dead sandbox's work directory. Nothing in there is trusted: a path is
/// followed only downwards and through no link, and only a plain file with one name is taken.
struct OutputCollector {
  /// Of the work directory; it outlives the sandbox.
  let workDirectory: Int32
  let outputDirectory: String
  /// No file larger than the work directory may be, nor all together: a sparse file takes no room in there and all of
  /// it out here.
  let sizeLimit: UInt64

  /// Outputs of one task.
  static let countLimit = 4096
  /// Directories above an output, and the file.
  static let depthLimit = 64

  enum Collected {
    case files([OutputFile])
    case refused(path: String)
  }

  /// Throws what no collection could keep to: who asks for it is told before anything runs.
  static func check(_ paths: [String]) throws(SandboxError) {
    guard paths.count <= countLimit else {
      throw .invalidRequest(
        "\(paths.count) outputs are asked for, and \(countLimit) may be: pack them in one file")
    }
    for path in paths {
      // With NAME_MAX of 255 bytes a part and PATH_MAX of 4096 in all, openat2(2) could find none of them.
      let parts = path.split(separator: "/")
      guard parts.count <= depthLimit, path.utf8.count < 4096, parts.allSatisfy({ $0.utf8.count <= 255 })
      else {
        throw .invalidRequest(
          "an output path has \(parts.count) parts and \(path.utf8.count) bytes, and may have \(depthLimit) parts of 255 bytes: "
            + "'\(path.prefix(80))'")
      }
      // It is printed, and stands in receipts.
      guard path.unicodeScalars.allSatisfy({ $0.properties.generalCategory != .control }) else {
        throw .invalidRequest(
          "an output path has a control character in it: \(path.prefix(80).debugDescription)")
      }
    }
  }

  /// A path that the task didn't make is left out.
  func collect(_ paths: [String]) throws(SandboxError) -> Collected {
    try Self.check(paths)
    var files: [OutputFile] = []
    var left = sizeLimit
    for path in paths.sorted() {
      guard let source = try open(path) else { return .refused(path: path) }
      guard source >= 0 else { continue }
      defer { close(source) }
      guard let file = try copy(source, to: path, limit: left) else { return .refused(path: path) }
      left -= min(left, file.size.value)
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

  private func copy(_ source: Int32, to path: String, limit: UInt64) throws(SandboxError) -> OutputFile? {
    var status = stat()
    guard fstat(source, &status) == 0 else {
      throw .systemCallFailed(doing: "looking at the output \(path)", errno: errno)
    }
    guard status.st_mode & S_IFMT == S_IFREG, status.st_nlink == 1, UInt64(status.st_size) <= limit
    else { return nil }
    let destination = try create(path)
    defer { close(destination) }
    let copied: (digest: ContentDigest, size: ByteCount)
    do {
      copied = try LocalFile.copy(descriptor: source, to: destination, named: path)
    } catch {
      throw .systemCallFailed(
        doing: "copying the output \(path) to \(outputDirectory) (\(error.action))", errno: error.code)
    }
    return OutputFile(
      path: path, mode: status.st_mode & 0o777, size: copied.size, digest: copied.digest)
  }

  private func create(_ path: String) throws(SandboxError) -> Int32 {
    let destination = outputDirectory + "/" + path
    do {
      try LocalFile.makeDirectory(LocalFile.directory(of: destination))
    } catch {
      throw .systemCallFailed(
        doing: "creating the directory \(error.path) for an output", errno: error.code)
    }
    let file = Glibc.open(
      destination, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0o644 as mode_t)
    guard file >= 0 else {
      throw .systemCallFailed(doing: "creating \(destination) for an output", errno: errno)
    }
    return file
  }

  /// Digest and size of a captured stream's file.
  static func stream(_ path: String, isTruncated: Bool) throws(SandboxError) -> CapturedStream {
    let file = Glibc.open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
    guard file >= 0 else { throw .systemCallFailed(doing: "reading \(path)", errno: errno) }
    defer { close(file) }
    do {
      let (digest, size) = try LocalFile.digest(descriptor: file, named: path)
      return CapturedStream(digest: digest, size: size, isTruncated: isTruncated)
    } catch {
      throw .systemCallFailed(doing: "reading \(path)", errno: error.code)
    }
  }
}
