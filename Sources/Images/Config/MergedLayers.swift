internal import CLinux
internal import CXattr
internal import Glibc
internal import Workload

/// The files of an image as its overlay will show them, read without mounting it: whiteouts, opaque directories and links
/// are followed here, each within the layers and never out of them.
struct MergedLayers {
  /// Directories of the host, the lowest first.
  let roots: [String]

  /// O_PATH of <fcntl.h>.
  private static let pathOnly: Int32 = 0o10000000
  /// As the kernel has it (path_resolution(7)).
  private static let mostLinks = 40
  /// Whatever the layers hold, a name is made of so many parts at most.
  private static let mostNames = 256

  /// A file that a path leads to.
  struct Found {
    /// The path without links.
    var names: [String]
    var mode: UInt32
    /// Of the layer that shows it.
    var root: String

    var isRegular: Bool { mode & S_IFMT == S_IFREG }
    var isDirectory: Bool { mode & S_IFMT == S_IFDIR }
    var path: String { "/" + names.joined(separator: "/") }
  }

  /// Follows an absolute path, links of all layers among it. Nothing where it leads nowhere.
  func find(_ path: String) throws(ImageError) -> Found? {
    var names: [String] = []
    var rest = parts(path)
    var links = 0
    var found: Found? = Found(names: [], mode: S_IFDIR, root: "")
    while let name = rest.first {
      rest.removeFirst()
      guard found?.isDirectory == true else { return nil }
      if name == ".." {
        names = Array(names.dropLast())
        found = Found(names: names, mode: S_IFDIR, root: "")
        continue
      }
      names.append(name)
      guard names.count + rest.count <= Self.mostNames, let next = try look(names) else { return nil }
      guard next.mode & S_IFMT == S_IFLNK else {
        found = next
        continue
      }
      links += 1
      guard links <= Self.mostLinks, let target = try target(of: next) else { return nil }
      rest = parts(target) + rest
      names = target.hasPrefix("/") ? [] : Array(names.dropLast())
      found = Found(names: names, mode: S_IFDIR, root: "")
    }
    return found
  }

  /// The first bytes of a file.
  func read(_ found: Found, limit: Int) throws(ImageError) -> [UInt8] {
    let file = try open(found.names, in: found.root, O_RDONLY | O_NONBLOCK)
    guard file >= 0 else { throw .file(FileError("open", "\(found.root)\(found.path)", code: errno)) }
    defer { close(file) }
    var bytes = [UInt8](repeating: 0, count: limit)
    var filled = 0
    while filled < limit {
      let count = bytes.withUnsafeMutableBytes {
        pread(file, $0.baseAddress?.advanced(by: filled), limit - filled, off_t(filled))
      }
      if count < 0 && errno == EINTR { continue }
      guard count >= 0 else { throw .file(FileError("read", "\(found.root)\(found.path)", code: errno)) }
      if count == 0 { break }
      filled += count
    }
    return Array(bytes.prefix(filled))
  }

  private func parts(_ path: String) -> [String] {
    path.split(separator: "/").filter { $0 != "." }.map(String.init)
  }

  /// A path without links, in the highest layer that has it.
  private func look(_ names: [String]) throws(ImageError) -> Found? {
    for root in roots.reversed() {
      var isOpaque = false
      for depth in 1...names.count {
        let descriptor = try open(Array(names.prefix(depth)), in: root, Self.pathOnly)
        if descriptor < 0 { break }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw .file(FileError("look at", root, code: errno)) }
        // A whiteout, here or above, ends the search.
        if status.st_mode & S_IFMT == S_IFCHR { return nil }
        if depth == names.count { return Found(names: names, mode: status.st_mode, root: root) }
        guard status.st_mode & S_IFMT == S_IFDIR else { return nil }
        if isMarkedOpaque(descriptor) { isOpaque = true }
      }
      if isOpaque { return nil }
    }
    return nil
  }

  private func isMarkedOpaque(_ descriptor: Int32) -> Bool {
    var value: UInt8 = 0
    // fgetxattr(2) refuses O_PATH descriptors; their names in /proc do.
    return getxattr("/proc/self/fd/\(descriptor)", "user.overlay.opaque", &value, 1) == 1
      && value == UInt8(ascii: "y")
  }

  private func target(of link: Found) throws(ImageError) -> String? {
    let descriptor = try open(link.names, in: link.root, Self.pathOnly)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var bytes = [CChar](repeating: 0, count: 4096)
    let count = readlinkat(descriptor, "", &bytes, bytes.count - 1)
    guard count > 0 else { return nil }
    return String(decoding: bytes.prefix(count).map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  /// A descriptor, or -1 where nothing in this layer has the path; no link on the way is followed.
  private func open(_ names: [String], in root: String, _ flags: Int32) throws(ImageError) -> Int32 {
    let directory = Glibc.open(root, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard directory >= 0 else { throw .file(FileError("open", root, code: errno)) }
    defer { close(directory) }
    let resolve = UInt64(
      SAMOVAR_RESOLVE_BENEATH | SAMOVAR_RESOLVE_NO_MAGICLINKS | SAMOVAR_RESOLVE_NO_SYMLINKS)
    // O_PATH with O_NOFOLLOW opens a link itself, which RESOLVE_NO_SYMLINKS allows for the last name.
    let opened = samovar_openat2(
      directory, names.joined(separator: "/"), UInt64(flags | O_NOFOLLOW | O_CLOEXEC), 0, resolve)
    if opened < 0 {
      let code = errno
      guard [ENOENT, ENOTDIR, ELOOP, ENAMETOOLONG].contains(code) else {
        throw .file(FileError("open", "\(root)/\(names.joined(separator: "/"))", code: code))
      }
    }
    return opened
  }
}
