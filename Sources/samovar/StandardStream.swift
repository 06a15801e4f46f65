import Glibc
import Workload

/// Standard output and standard error, without a buffer.
enum StandardStream: Int32 {
  case output = 1
  case error = 2

  /// Writes all bytes. A reader that has gone away ends the program by SIGPIPE, as it does other tools; of any other
  /// failure there is nobody left to tell.
  func write(_ bytes: [UInt8]) {
    try? LocalFile.write(bytes, to: rawValue, named: "\(self)")
  }

  func write(_ text: String) { write(Array(text.utf8)) }

  func writeLine(_ text: String) { write(text + "\n") }
}
