package import Workload

/// A board's directory: `board.yaml`, and `sysfs.txt` with a tree of such a machine.
extension Board {
  /// Reads `board.yaml` of a directory.
  ///
  /// - Throws: `BoardError`.
  package static func load(directory: String) throws(BoardError) -> Board {
    let path = directory.hasSuffix("/") ? directory + "board.yaml" : directory + "/board.yaml"
    let bytes: [UInt8]
    do { bytes = try LocalFile.read(path, limit: largestFile) } catch {
      throw .unreadable(error)
    }
    do { return try parse(String(decoding: bytes, as: UTF8.self), file: path) } catch {
      throw .mistaken(error)
    }
  }
}

/// Why a board could not be had.
package enum BoardError: Error, CustomStringConvertible {
  case unreadable(FileError)
  case mistaken(Mistakes)

  package var description: String {
    switch self {
    case .unreadable(let error):
      "\(error); name a directory that holds a board.yaml, such as hardware/simulated-boiler"
    case .mistaken(let mistakes): mistakes.description
    }
  }
}
