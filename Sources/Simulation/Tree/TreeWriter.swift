import Glibc

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
    if rename(temporary, root + path) != 0 { throw failure("rename \(temporary) to", root + path) }
    written[path] = text
  }

  mutating func remove(_ path: String) throws(SimulationError) {
    written[path] = nil
    if unlink(root + path) != 0, errno != ENOENT { throw failure("remove", root + path) }
  }

  /// A relative symbolic link, as sysfs has them from its classes to its devices.
  func link(_ path: String, to target: String) throws(SimulationError) {
    try makeDirectories(Self.parent(path))
    if symlink(target, root + path) != 0, errno != EEXIST { throw failure("link", root + path) }
  }

  private func put(_ text: String, into path: String) throws(SimulationError) {
    // Left by a process that was killed; read-only as it is, it could not be opened again.
    if unlink(path) != 0, errno != ENOENT { throw failure("remove", path) }
    let file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o444)
    guard file >= 0 else { throw failure("create", path) }
    // Whatever the process's umask: attributes of temperatures are for everybody to read.
    if fchmod(file, 0o444) != 0 {
      let code = errno
      close(file)
      throw failure("change the mode of", path, code)
    }
    var bytes = Array(text.utf8)[...]
    while !bytes.isEmpty {
      let count = bytes.withUnsafeBytes { Glibc.write(file, $0.baseAddress, $0.count) }
      if count < 0 {
        let code = errno
        if code == EINTR { continue }
        close(file)
        throw failure("write", path, code)
      }
      bytes = bytes.dropFirst(count)
    }
    if close(file) != 0 { throw failure("close", path) }
  }

  private func makeDirectories(_ path: String) throws(SimulationError) {
    var made = ""
    let whole = root + path
    for part in whole.split(separator: "/") {
      made += whole.hasPrefix("/") || !made.isEmpty ? "/" + part : String(part)
      if mkdir(made, 0o755) != 0 {
        let code = errno
        if code != EEXIST { throw failure("make the directory", made, code) }
      }
    }
  }

  private static func parent(_ path: String) -> String {
    path.lastIndex(of: "/").map { String(path[..<$0]) } ?? ""
  }

  private func failure(_ attempt: String, _ path: String, _ code: Int32 = errno) -> SimulationError {
    .system(attempt: attempt, path: path, errno: code, said: String(cString: strerror(code)))
  }
}
