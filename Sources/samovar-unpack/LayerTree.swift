internal import CLinux
internal import CXattr
internal import Glibc
internal import LayerTar

/// A name of a file in C's form.
typealias CName = [CChar]

extension [UInt8] {
  var cName: CName { map { CChar(bitPattern: $0) } + [0] }
}

/// The directory that a layer is unpacked into. Every path is resolved by the kernel with that directory as its root
/// (openat2(2), RESOLVE_IN_ROOT): a link in the layer leads to a place in the layer, whatever it says.
struct LayerTree {
  private let root: Int32
  private let mostEntries: UInt64
  private(set) var entries: UInt64 = 0
  /// Time of modification of each directory, by path: set last, since every file made in one changes it.
  private var directoryTimes: [[UInt8]: Int64] = [:]

  /// <linux/openat2.h>: `..`, absolute links and all else stay below the directory.
  private static let inRoot: UInt64 = 0x10
  private static let resolve =
    inRoot | UInt64(SAMOVAR_RESOLVE_NO_MAGICLINKS) | UInt64(SAMOVAR_RESOLVE_NO_XDEV)
  /// O_PATH of <fcntl.h>, which Glibc shows to GNU sources only.
  private static let pathOnly: Int32 = 0o10000000

  init(directory: String, mostEntries: UInt64) throws(UnpackFailure) {
    root = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard root >= 0 else { throw .last("opening \(directory)") }
    self.mostEntries = mostEntries
  }

  mutating func count(_ path: LayerPath) throws(UnpackFailure) {
    entries += 1
    guard entries <= mostEntries else {
      throw .beyondBounds(TarFault("the layer has more than \(mostEntries) files"))
    }
  }

  /// Runs `body` with a descriptor of the directory; directories that the archive doesn't name are made.
  mutating func within<Value>(
    _ path: LayerPath, makesMissing: Bool = true,
    _ body: (Int32, inout LayerTree) throws(UnpackFailure) -> Value
  ) throws(UnpackFailure) -> Value {
    var descriptor = find(path)
    if descriptor < 0 && makesMissing && (errno == ENOENT || errno == ENOTDIR) {
      for depth in 1...max(path.names.count, 1) {
        let above = LayerPath(names: Array(path.names.prefix(depth)))
        descriptor = find(above)
        if descriptor < 0 && (errno == ENOENT || errno == ENOTDIR) {
          try makeDirectory(above, modified: 0)
          descriptor = find(above)
        }
        if descriptor < 0 { break }
        if depth < path.names.count { close(descriptor) }
      }
    }
    guard descriptor >= 0 else {
      switch errno {
      case ENOENT, ENOTDIR, ELOOP, EXDEV:
        throw .refused(TarFault("is not a directory of this layer", entry: path.text))
      default: throw .last("opening", path.text)
      }
    }
    defer { close(descriptor) }
    return try body(descriptor, &self)
  }

  private func find(_ path: LayerPath) -> Int32 {
    let name = path.names.isEmpty ? Array(".".utf8) : path.text
    let flags = UInt64(Self.pathOnly | O_DIRECTORY | O_CLOEXEC)
    return samovar_openat2(root, name.cName, flags, 0, Self.resolve)
  }

  /// Makes a directory, or keeps the one that is there.
  mutating func makeDirectory(_ path: LayerPath, modified: Int64) throws(UnpackFailure) {
    guard let last = path.names.last else { return }
    let name = last.cName
    let made = try within(path.parent) { parent, tree throws(UnpackFailure) in
      if mkdirat(parent, name, 0o755) == 0 { return true }
      guard errno == EEXIST else { throw .last("making the directory", path.text) }
      guard let found = Self.status(parent, name) else { throw .last("looking at", path.text) }
      if found.st_mode & S_IFMT == S_IFDIR { return false }
      guard Self.isWhiteout(found) else {
        throw .refused(TarFault("is not a directory, and something stands in it", entry: path.text))
      }
      // Hidden first and made anew after: nothing of the layers below shows in it.
      guard unlinkat(parent, name, 0) == 0, mkdirat(parent, name, 0o755) == 0 else {
        throw .last("making the directory", path.text)
      }
      try Self.makeOpaque(parent, name, path)
      return true
    }
    if made { try count(path) }
    directoryTimes[path.text] = modified
  }

  /// Takes away what has the name, which a later entry of the archive replaces.
  static func clear(_ parent: Int32, _ path: LayerPath, for kind: String) throws(UnpackFailure) {
    guard let name = path.names.last?.cName, let found = status(parent, name) else { return }
    if found.st_mode & S_IFMT == S_IFDIR {
      throw .refused(TarFault("is a \(kind) in place of a directory of the same layer", entry: path.text))
    }
    guard unlinkat(parent, name, 0) == 0 else { throw .last("replacing", path.text) }
  }

  static func makeOpaque(_ parent: Int32, _ name: CName, _ path: LayerPath) throws(UnpackFailure) {
    let directory = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
    guard directory >= 0 else { throw .last("opening", path.text) }
    defer { close(directory) }
    guard fsetxattr(directory, "user.overlay.opaque", "y", 1, 0) == 0 else {
      throw .last("marking as opaque", path.text)
    }
  }

  /// overlayfs's mark that a name of the layers below is gone.
  static func isWhiteout(_ status: stat) -> Bool { status.st_mode & S_IFMT == S_IFCHR && status.st_rdev == 0 }

  /// Of the name itself, not of what a link leads to.
  static func status(_ parent: Int32, _ name: CName) -> stat? {
    var found = stat()
    return fstatat(parent, name, &found, AT_SYMLINK_NOFOLLOW) == 0 ? found : nil
  }

  /// Two entries of time, of access and of modification; a layer can't set times that file systems can't hold.
  static func times(_ modified: Int64) -> [timespec] {
    let second = timespec(tv_sec: Int(min(max(0, modified), 1 << 33)), tv_nsec: 0)
    return [second, second]
  }

  mutating func setRootTime(_ modified: Int64) { directoryTimes[[]] = modified }

  /// Gives the directories their times. The layer is then complete.
  mutating func finish() throws(UnpackFailure) {
    for (text, modified) in directoryTimes {
      let path = LayerPath(names: text.split(separator: UInt8(ascii: "/")).map(Array.init))
      guard let last = path.names.last else {
        futimens(root, Self.times(modified))
        continue
      }
      try within(path.parent, makesMissing: false) { parent, _ throws(UnpackFailure) in
        // What was a directory may have become a link's name by a path through another link.
        _ = utimensat(parent, last.cName, Self.times(modified), AT_SYMLINK_NOFOLLOW)
      }
    }
  }
}
