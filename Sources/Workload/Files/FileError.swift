private import Glibc

/// A file operation that the system refused: what was tried, on what, what the system said.
package struct FileError: Error, Hashable, Sendable, CustomStringConvertible {
  package var action: String
  package var path: String
  /// `errno` as it was right after the call.
  package var code: Int32

  package init(_ action: String, _ path: String, code: Int32) {
    self.action = action
    self.path = path
    self.code = code
  }

  package var description: String { "cannot \(action) \(path): \(String(cString: strerror(code)))\(advice)" }

  private var advice: String {
    switch code {
    case ENOSPC, EDQUOT:
      "; free some space on that file system and start again, nothing that was acknowledged is lost"
    case EFBIG: "; it is larger than anything that belongs there"
    case EROFS: "; that file system is mounted read-only"
    case EACCES, EPERM: "; give this user access to it, or run as its owner"
    default: ""
    }
  }
}
