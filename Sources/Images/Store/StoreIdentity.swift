internal import Glibc
internal import Workload

/// Whose the files of layers are: an id that nobody has, where the agent is root, so that they are neither the host's nor a
/// task's; else the agent's own user.
enum StoreIdentity {
  static let id: UInt32 = 1_879_048_192

  /// A directory that the unpacker may fill.
  static func makeDirectory(_ path: String) throws(ImageError) {
    guard mkdir(path, 0o755) == 0, chmod(path, 0o755) == 0 else {
      throw .file(FileError("make the directory", path, code: errno))
    }
    guard geteuid() != 0 || chown(path, id, id) == 0 else {
      throw .file(FileError("give to the layers' id the directory", path, code: errno))
    }
  }
}
