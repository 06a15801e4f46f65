package import Workload

/// A board's directory: `board.yaml`, and `sysfs.txt` with a tree of such a machine.
extension Board {
  /// Reads `board.yaml` of a directory.
  ///
  /// - Throws: `BoardError`.
  package static func load(directory: String) throws(BoardError) -> Board {
    let (path, text) = try read(directory: directory)
    do { return try parse(text, file: path) } catch { throw .mistaken(error) }
  }

  static func read(directory: String) throws(BoardError) -> (path: String, text: String) {
    let path = directory.hasSuffix("/") ? directory + "board.yaml" : directory + "/board.yaml"
    do {
      return (path, String(decoding: try LocalFile.read(path, limit: largestFile), as: UTF8.self))
    } catch {
      throw .unreadable(error)
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
