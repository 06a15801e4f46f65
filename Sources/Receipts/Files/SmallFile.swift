internal import Glibc

/// A file that is read whole because it can't be large: a key, a password, a receipt.
package enum SmallFile {
  package enum Failure: Error, Hashable, Sendable, CustomStringConvertible {
    case system(call: String, path: String, reason: String)
    case tooLarge(path: String, most: Int)

    package var description: String {
      switch self {
      case .system(let call, let path, let reason): "\(call) \(path): \(reason)"
      case .tooLarge(let path, let most):
        "\(path) is larger than \(most) bytes, so it is not what is wanted here"
      }
    }
  }

  /// The file's bytes, at most `most` of them. `-` is standard input.
  package static func read(_ path: String, atMost most: Int) throws(Failure) -> [UInt8] {
    let isStandardInput = path == "-"
    let file = isStandardInput ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { throw failure("opening", path) }
    defer { if !isStandardInput { close(file) } }
    var bytes = [UInt8](repeating: 0, count: most + 1)
    var filled = 0
    while filled < bytes.count {
      let count = bytes.withUnsafeMutableBytes { buffer in
        Glibc.read(file, buffer.baseAddress?.advanced(by: filled), buffer.count - filled)
      }
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { throw failure("reading", path) }
      if count == 0 { break }
      filled += count
    }
    guard filled <= most else { throw .tooLarge(path: path, most: most) }
    return Array(bytes.prefix(filled))
  }

  /// Reads errno, so nothing may come between the failed call and this.
  private static func failure(_ call: String, _ path: String) -> Failure {
    .system(call: call, path: path, reason: String(cString: strerror(errno)))
  }
}
