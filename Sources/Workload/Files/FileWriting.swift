private import Glibc

/// Files and directories of this machine, written. What has to outlive a power cut goes through `write` or `create`:
/// a file is whole or it isn't there.
extension LocalFile {
  /// Replaces a file in one step, on stable storage when it returns (write, fsync, rename(2), fsync of the directory).
  package static func write(_ bytes: [UInt8], to path: String, mode: UInt32 = 0o644) throws(FileError) {
    try publish(path, mode: mode, by: rename) { descriptor throws(FileError) in
      try write(bytes, to: descriptor, named: path)
    }
  }

  /// Replaces a file in one step and waits for no disk: readers see the old content or the new, a power cut may take both.
  /// For what is written often and is worth nothing once its process has ended.
  package static func replace(_ bytes: [UInt8], at path: String, mode: UInt32 = 0o644) throws(FileError) {
    try publish(path, mode: mode, isDurable: false, by: rename) { descriptor throws(FileError) in
      try write(bytes, to: descriptor, named: path)
    }
  }

  /// Writes a file that must not be there yet in the same way; EEXIST where it is.
  package static func create(_ bytes: [UInt8], at path: String, mode: UInt32 = 0o644) throws(FileError) {
    // Unlike a rename, a link fails where the name is taken.
    try publish(path, mode: mode, by: { link($0, $1) == 0 ? unlink($0) : -1 }) {
      descriptor throws(FileError) in
      try write(bytes, to: descriptor, named: path)
    }
  }

  /// Copies a file in the way of `write` and says what was copied.
  package static func copy(_ source: String, to path: String, mode: UInt32 = 0o644) throws(FileError)
    -> (digest: ContentDigest, size: ByteCount)
  {
    var copied = (digest: ContentDigest(sha256: .zero), size: ByteCount.zero)
    try publish(path, mode: mode, by: rename) { destination throws(FileError) in
      try opened(source) { descriptor throws(FileError) in
        copied = try copy(descriptor: descriptor, to: destination, named: path)
      }
    }
    return copied
  }

  /// Copies the rest of an open file into another and says what was copied.
  package static func copy(
    descriptor source: Int32, to destination: Int32, named path: String
  ) throws(FileError) -> (digest: ContentDigest, size: ByteCount) {
    var hash = SHA256()
    var size = ByteCount.zero
    try stream(descriptor: source, named: path) { chunk throws(FileError) in
      hash.update(chunk)
      size.value += UInt64(chunk.count)
      try write(chunk, to: destination, named: path)
    }
    return (ContentDigest(sha256: hash.finalize()), size)
  }

  /// Writes a file where it stands and waits for no disk: for what need not outlive the process, and for what is no plain
  /// file at all, such as /dev/stdout.
  ///
  /// - Parameter mode: of a new file, less the umask.
  package static func writeInPlace(
    _ bytes: [UInt8], to path: String, mode: UInt32 = 0o666, followsLink: Bool = false
  ) throws(FileError) {
    let link = followsLink ? 0 : O_NOFOLLOW
    let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | link, mode)
    guard descriptor >= 0 else { throw FileError("create", path, code: errno) }
    do throws(FileError) {
      try write(bytes, to: descriptor, named: path)
    } catch {
      close(descriptor)
      throw error
    }
    guard close(descriptor) == 0 else { throw FileError("write", path, code: errno) }
  }

  /// Writes all bytes to an open file.
  ///
  /// - Parameter path: its name for messages.
  package static func write(_ bytes: [UInt8], to descriptor: Int32, named path: String) throws(FileError) {
    let code = bytes.withUnsafeBytes { writeAll($0, to: descriptor) }
    if code != 0 { throw FileError("write", path, code: code) }
  }

  package static func write(
    _ bytes: UnsafeRawBufferPointer, to descriptor: Int32, named path: String
  ) throws(FileError) {
    let code = writeAll(bytes, to: descriptor)
    if code != 0 { throw FileError("write", path, code: code) }
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

  /// The letters that mkstemp(3) and mkdtemp(3) ask for at the end of a name, and replace by others that make it unique.
  private static let uniquePart = "XXXXXX"

  /// Makes an empty directory for this user only, under a name that nothing has (mkdtemp(3)).
  ///
  /// - Parameter stem: the path's beginning, such as `/tmp/samovar-audit`.
  package static func makeTemporaryDirectory(_ stem: String) throws(FileError) -> String {
    var template = Array("\(stem)-\(uniquePart)".utf8CString)
    guard mkdtemp(&template) != nil else { throw FileError("make a directory", "\(stem)-*", code: errno) }
    return text(template)
  }

  /// Removes a file; one that is gone already is fine.
  package static func remove(_ path: String) throws(FileError) {
    guard unlink(path) == 0 || errno == ENOENT else { throw FileError("remove", path, code: errno) }
  }

  /// Writes a draft beside the file and gives it the file's name, by default when it is on stable storage.
  private static func publish(
    _ path: String, mode: UInt32, isDurable: Bool = true,
    by place: (UnsafePointer<CChar>, UnsafePointer<CChar>) -> Int32,
    _ fill: (Int32) throws(FileError) -> Void
  ) throws(FileError) {
    // mkstemp(3) makes the name unique, so that two processes that write one path don't meet.
    var template = Array("\(path).\(uniquePart)".utf8CString)
    let descriptor = mkstemp(&template)
    guard descriptor >= 0 else { throw FileError("create a file beside", path, code: errno) }
    _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
    let draft = text(template)
    do throws(FileError) {
      try fill(descriptor)
      guard fchmod(descriptor, mode) == 0 else { throw FileError("set the mode of", draft, code: errno) }
      guard !isDurable || fsync(descriptor) == 0 else { throw FileError("fsync", draft, code: errno) }
      guard place(draft, path) == 0 else { throw FileError("write", path, code: errno) }
    } catch {
      close(descriptor)
      unlink(draft)
      throw error
    }
    close(descriptor)
    if isDurable { try syncDirectory(directory(of: path)) }
  }

  /// 0, or errno.
  private static func writeAll(_ bytes: UnsafeRawBufferPointer, to descriptor: Int32) -> Int32 {
    var rest = bytes
    while !rest.isEmpty {
      let count = Glibc.write(descriptor, rest.baseAddress, rest.count)
      if count < 0 {
        let code = errno
        if code == EINTR { continue }
        return code
      }
      // POSIX lets a write of nothing to a full device return 0 rather than an error.
      if count == 0 { return EIO }
      rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(count))
    }
    return 0
  }

  private static func text(_ template: [CChar]) -> String {
    String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  private static func syncDirectory(_ path: String) throws(FileError) {
    let descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { throw FileError("open", path, code: errno) }
    defer { close(descriptor) }
    guard fsync(descriptor) == 0 else { throw FileError("fsync", path, code: errno) }
  }
}
