import Glibc

/// Whole files by the C library: the program has no Foundation, so that its static executable stays small.
enum TextFile {
  /// Far more than any table of prices within bounds.
  private static let greatestBytes = 64 << 20

  static func read(_ path: String) throws(Failure) -> String {
    guard let file = fopen(path, "rbe") else {
      throw Failure(.input, "can't read the prices \(path): \(String(cString: strerror(errno)))")
    }
    defer { fclose(file) }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = fread(&chunk, 1, chunk.count, file)
      let code = errno
      if count == 0 {
        guard ferror(file) == 0 else {
          throw Failure(.input, "can't read the prices \(path): \(String(cString: strerror(code)))")
        }
        break
      }
      bytes += chunk[..<count]
      guard bytes.count <= greatestBytes else {
        throw Failure(.data, "\(path):1: larger than \(greatestBytes) bytes")
      }
    }
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw Failure(.data, "\(path):1: is not UTF-8 text")
    }
    return text
  }

  /// Writes a whole text and makes sure that it arrived: a full disk may say so only at the close.
  static func write(_ text: String, to path: String) throws(Failure) {
    if path == "-" {
      guard put(text, STDOUT_FILENO) else { throw failure("standard output", errno) }
      return
    }
    let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
    let code = errno
    guard descriptor >= 0 else { throw failure(path, code) }
    guard put(text, descriptor) else {
      let code = errno
      close(descriptor)
      throw failure(path, code)
    }
    guard close(descriptor) == 0 else { throw failure(path, errno) }
  }

  static func say(_ text: String) {
    _ = put("efast: \(text)\n", STDERR_FILENO)
  }

  private static func put(_ text: String, _ descriptor: Int32) -> Bool {
    var rest = Array(text.utf8)[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
      if count < 0 {
        if errno == EINTR { continue }
        return false
      }
      rest = rest.dropFirst(count)
    }
    return true
  }

  private static func failure(_ path: String, _ code: Int32) -> Failure {
    Failure(.output, "can't write \(path): \(String(cString: strerror(code)))")
  }
}
