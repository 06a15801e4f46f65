import Glibc
import Workload

/// Writes small files so that a reader sees the old or the new one whole, never a part: into a directory
/// beside the tree, then a rename. Leaves alone what has not changed.
struct TreeWriter {
  private let root: String
  private var written: [String: String] = [:]

  /// - Parameter root: the directory that holds the tree; made if need be.
  init(root: String) throws(SimulationError) {
    self.root = root
    try makeDirectories("")
    try makeDirectories(Self.staging)
  }

  /// Beside `/sys`, so that nobody who lists a directory of devices sees half a file.
  private static let staging = "/.staging"

  /// - Parameter isDated: the file's own age counts, so that the same text is written again too.
  mutating func write(_ text: String, to path: String, isDated: Bool = false) throws(SimulationError) {
    guard isDated || written[path] != text else { return }
    if written[path] == nil { try makeDirectories(Self.parent(path)) }
    let temporary = root + Self.staging + "/" + path.replacing("/", with: "_")
    try put(text, into: temporary)
    if rename(temporary, root + path) != 0 {
      throw .file(FileError("rename \(temporary) to", root + path, code: errno))
    }
    written[path] = text
  }

  mutating func remove(_ path: String) throws(SimulationError) {
    written[path] = nil
    do { try LocalFile.remove(root + path) } catch { throw .file(error) }
  }

  /// A relative symbolic link, as sysfs has them from its classes to its devices.
  func link(_ path: String, to target: String) throws(SimulationError) {
    try makeDirectories(Self.parent(path))
    if symlink(target, root + path) != 0, errno != EEXIST {
      throw .file(FileError("link", root + path, code: errno))
    }
  }

  private func put(_ text: String, into path: String) throws(SimulationError) {
    do throws(FileError) {
      // Left by a process that was killed; read-only as it is, it could not be opened again.
      try LocalFile.remove(path)
      try LocalFile.writeInPlace(Array(text.utf8), to: path, mode: 0o444)
    } catch {
      throw .file(error)
    }
    // Whatever the process's umask: attributes of temperatures are for everybody to read.
    if chmod(path, 0o444) != 0 { throw .file(FileError("change the mode of", path, code: errno)) }
  }

  private func makeDirectories(_ path: String) throws(SimulationError) {
    do { try LocalFile.makeDirectory(root + path) } catch { throw .file(error) }
  }

  private static func parent(_ path: String) -> String {
    path.lastIndex(of: "/").map { String(path[..<$0]) } ?? ""
  }
}
