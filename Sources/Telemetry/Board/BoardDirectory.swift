import Glibc
package import Workload

/// A board's directory: `board.yaml`, and `sysfs.txt` with a tree of such a machine.
extension Board {
  /// Reads `board.yaml` of a directory.
  ///
  /// - Throws: `BoardError`.
  package static func load(directory: String) throws(BoardError) -> Board {
    let path = directory.hasSuffix("/") ? directory + "board.yaml" : directory + "/board.yaml"
    let bytes: [UInt8]
    do { bytes = try WholeFile.read(path, atMost: largestFile) } catch {
      throw .unreadable(error)
    }
    do { return try parse(String(decoding: bytes, as: UTF8.self), file: path) } catch {
      throw .mistaken(error)
    }
  }
}

/// Why a board could not be had.
package enum BoardError: Error, CustomStringConvertible {
  case unreadable(SysfsError)
  case mistaken(Mistakes)

  package var description: String {
    switch self {
    case .unreadable(let error):
      "\(error.said); name a directory that holds a board.yaml, such as hardware/simulated-boiler"
    case .mistaken(let mistakes): mistakes.description
    }
  }
}

/// An ordinary file, read whole up to a bound.
enum WholeFile {
  /// - Throws: EFBIG where it is larger.
  static func read(_ path: String, atMost bound: Int) throws(SysfsError) -> [UInt8] {
    let file = open(path, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { throw SysfsError(.read, path, .system(errno: errno)) }
    defer { close(file) }
    var bytes: [UInt8] = []
    var part = [UInt8](repeating: 0, count: 64 << 10)
    while true {
      let got = Glibc.read(file, &part, part.count)
      if got < 0 {
        let code = errno
        if code == EINTR { continue }
        throw SysfsError(.read, path, .system(errno: code))
      }
      if got == 0 { return bytes }
      bytes += part.prefix(got)
      guard bytes.count <= bound else { throw SysfsError(.read, path, .system(errno: EFBIG)) }
    }
  }
}
