private import FoundationEssentials
private import Glibc
internal import Workload

/// The directory where images are kept between runs: `layers/`, `images/`, `downloads/` and `making/`.
package struct ImageCache: Sendable {
  package let directory: String

  /// Opens the cache and makes what it lacks. What others may write to is refused: they could change what runs.
  package init(directory: String) throws(ImageError) {
    self.directory = directory
    for name in ["layers/sha256", "images", "downloads", "making"] {
      try filing { () throws(FileError) in try LocalFile.makeDirectory("\(directory)/\(name)") }
    }
    for path in [directory, "\(directory)/layers", "\(directory)/layers/sha256", "\(directory)/images"] {
      var status = stat()
      guard lstat(path, &status) == 0 else { throw .file(FileError("look at", path, code: errno)) }
      guard status.st_mode & S_IFMT == S_IFDIR, status.st_uid == geteuid(), status.st_mode & 0o022 == 0 else {
        throw .machine(
          "\(path) must be a directory that only its user can write to; give it to this user with mode 0755, or name another with --cache"
        )
      }
    }
  }

  /// `named`, else `$SAMOVAR_CACHE`, else /var/cache/samovar for root, `$XDG_CACHE_HOME/samovar` or ~/.cache/samovar for others.
  package static func place(named: String?, environment: [String: String], isRoot: Bool) throws(ImageError)
    -> String
  {
    if let named { return named }
    if let set = environment["SAMOVAR_CACHE"], !set.isEmpty { return set }
    if isRoot { return "/var/cache/samovar" }
    if let set = environment["XDG_CACHE_HOME"], set.hasPrefix("/") { return "\(set)/samovar" }
    guard let home = environment["HOME"], home.hasPrefix("/") else {
      throw .machine("there is no place for images: HOME isn't set; name a directory with --cache")
    }
    return "\(home)/.cache/samovar"
  }

  var layers: LayerStore { LayerStore(cache: directory) }

  /// A fresh directory for something in the making, locked as long as it is held.
  func makeWorkspace() throws(ImageError) -> Workspace {
    // Whoever prunes between the two steps takes the directory for one that was left behind.
    for _ in 0..<Self.workspaceAttempts {
      let path = try filing { () throws(FileError) in
        try LocalFile.makeTemporaryDirectory("\(directory)/making/new")
      }
      if let lock = try FileLock(path, .shared) { return Workspace(path: path, lock: lock) }
    }
    throw .machine(
      "what is made in \(directory)/making is taken away at once, \(Self.workspaceAttempts) times")
  }

  private static let workspaceAttempts = 16

  /// Removes a directory with all that is in it, following no link.
  static func removeTree(_ path: String) throws(ImageError) {
    do {
      try FileManager.default.removeItem(atPath: path)
    } catch {
      if LocalFile.exists(path) { throw .machine("cannot remove \(path): \(error)") }
    }
  }
}

/// A directory for something in the making; gone with its holder.
final class Workspace: Sendable {
  let path: String
  private let lock: FileLock
  /// Of the directory.
  var descriptor: Int32 { lock.descriptor }

  init(path: String, lock: FileLock) {
    self.path = path
    self.lock = lock
  }

  deinit { try? ImageCache.removeTree(path) }
}
