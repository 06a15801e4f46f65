private import GRDB
package import Workload

/// A file of the ledger or of the outbox that can't be used: what was tried, on which file, what SQLite said, what the
/// operator can do. What the rules refuse is a `Rejection`, not one of these.
package enum LedgerFileError: Error, Hashable, Sendable, CustomStringConvertible {
  /// No space left: nothing of the refused transaction was kept, everything acknowledged before it was.
  case full(path: String, action: String)
  /// Another process held the file for longer than the bound.
  case busy(path: String, action: String, waitedSeconds: Double)
  /// A read or write failed in the device or the file system.
  case inputOutput(path: String, action: String, detail: String)
  /// The file is no SQLite database, or its pages contradict each other.
  case corrupt(path: String, detail: String)
  /// The file can't be opened at all, or only for reading.
  case inaccessible(path: String, detail: String)
  /// There is no ledger here.
  case absent(path: String)
  /// A ledger is here already, so none is made.
  case exists(path: String)
  /// The ledger grew from another genesis than the one that was asked for.
  case otherGenesis(path: String, expected: Bytes32, found: Bytes32)
  /// An entry does not follow from those before it.
  case broken(path: String, LedgerFault)
  /// The key that was given is not the one that the genesis names.
  case otherKey(path: String, expected: String, found: String)
  /// This process was given no key, so that it can follow the ledger but not write it.
  case readOnly(path: String)
  /// The file was made by a later Samovar, or by another program.
  case otherFormat(path: String, detail: String)
  /// Anything else that SQLite says.
  case refused(path: String, action: String, code: Int32, detail: String)

  /// Worth trying again without anybody's help.
  package var isTransient: Bool {
    switch self {
    case .busy, .full, .inputOutput: true
    default: false
    }
  }

  package var description: String {
    switch self {
    case .full(let path, let action):
      "cannot \(action) \(path): no space left on its file system; free some, nothing that was acknowledged is lost"
    case .busy(let path, let action, let seconds):
      "cannot \(action) \(path): another process held it for over \(seconds) s; try again, or look for a stopped "
        + "process with `fuser \(path)`"
    case .inputOutput(let path, let action, let detail):
      "cannot \(action) \(path): \(detail); look at the kernel's log and the disk before going on"
    case .corrupt(let path, let detail):
      "\(path) is damaged: \(detail); keep the file, name the first wrong entry with `samovar audit --ledger \(path)`, "
        + "and restore a copy that the audit passes"
    case .inaccessible(let path, let detail):
      "cannot open \(path): \(detail); give this user access to the file and to its directory"
    case .absent(let path):
      "there is no ledger at \(path); make one with `samovar ledger new`, or correct the path"
    case .exists(let path): "there is a ledger at \(path) already; choose another directory"
    case .otherGenesis(let path, let expected, let found):
      "\(path) grew from genesis \(found) and not from \(expected); correct the path or the genesis in the configuration"
    case .broken(let path, let fault): "\(path) is not a valid ledger: \(fault)"
    case .otherKey(let path, let expected, let found):
      "the key given for \(path) is that of \(found), but its genesis names \(expected); give the ledger's own key"
    case .readOnly(let path):
      "cannot append to \(path): this process was given no ledger key and can only follow it"
    case .otherFormat(let path, let detail): "\(path) can't be read by this Samovar: \(detail)"
    case .refused(let path, let action, let code, let detail):
      "cannot \(action) \(path): SQLite error \(code), \(detail)"
    }
  }
}

extension LedgerFileError {
  /// Runs what talks to SQLite, and says its errors in our words. Errors of ours pass through.
  static func translating<Value>(
    _ action: String, _ path: String, busySeconds: Double = BlockStore.busySeconds, _ body: () throws -> Value
  ) throws -> Value {
    do {
      return try body()
    } catch let error as DatabaseError {
      throw LedgerFileError(error, action: action, path: path, busySeconds: busySeconds)
    }
  }

  private init(_ error: DatabaseError, action: String, path: String, busySeconds: Double) {
    let detail = error.message ?? "no message"
    switch error.resultCode {
    case .SQLITE_FULL: self = .full(path: path, action: action)
    case .SQLITE_BUSY, .SQLITE_LOCKED: self = .busy(path: path, action: action, waitedSeconds: busySeconds)
    case .SQLITE_IOERR:
      self = .inputOutput(
        path: path, action: action, detail: "\(detail) (\(error.extendedResultCode.rawValue))")
    case .SQLITE_CORRUPT, .SQLITE_NOTADB, .SQLITE_FORMAT: self = .corrupt(path: path, detail: detail)
    case .SQLITE_CANTOPEN, .SQLITE_READONLY, .SQLITE_PERM, .SQLITE_AUTH:
      self = .inaccessible(path: path, detail: detail)
    case let code: self = .refused(path: path, action: action, code: code.rawValue, detail: detail)
    }
  }
}
