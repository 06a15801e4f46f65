private import Glibc
internal import GRDB
internal import Workload

/// A private copy of a ledger's files, taken while others may be writing, so that the audit changes nothing of the
/// ledger and needs no right to write there.
final class AuditCopy {
  /// The copied database.
  let database: String
  /// The database that the rows are written to again.
  let rewritten: String
  /// What is wrong with the write-ahead log.
  let logFault: String?
  private let directory: String

  /// A log that another process is just writing to looks torn; so often it is looked at again.
  private static let attempts = 4

  /// Throws `FileError` or `LedgerFileError.absent`.
  init(of source: String, temporaryDirectory: String) throws {
    guard LocalFile.exists(source) else { throw LedgerFileError.absent(path: source) }
    let directory = try LocalFile.makeTemporaryDirectory("\(temporaryDirectory)/samovar-audit")
    self.directory = directory
    database = "\(directory)/ledger.sqlite"
    rewritten = "\(directory)/rewritten.sqlite"
    do {
      logFault = try Self.copy(source, to: "\(directory)/ledger.sqlite")
    } catch {
      Self.clear(directory)
      throw error
    }
  }

  deinit { Self.clear(directory) }

  private static func clear(_ directory: String) {
    for name in ["ledger.sqlite", "rewritten.sqlite"] {
      for suffix in ["", "-wal", "-shm", "-journal"] { unlink("\(directory)/\(name)\(suffix)") }
    }
    rmdir(directory)
  }

  /// Copies database and log, and says what is wrong with the log.
  private static func copy(_ source: String, to database: String) throws -> String? {
    for _ in 1..<attempts {
      if try copyOnce(source, to: database) == nil { return nil }
      usleep(100_000)
    }
    return try copyOnce(source, to: database)
  }

  private static func copyOnce(_ source: String, to database: String) throws -> String? {
    let pin = Pin(source)
    defer { pin.release() }
    let log = try readLog("\(source)-wal")
    // The database second: what is taken into it meanwhile is in the copy of the log too.
    try LocalFile.writeInPlace(
      try LockedFile.read(source, limit: .mebibytes(65_536)), to: database, mode: 0o600)
    if !log.isEmpty { try LocalFile.writeInPlace(log, to: "\(database)-wal", mode: 0o600) }
    return WriteAheadLog(log).fault()
  }

  /// Nothing where there is no log: nobody has the ledger open, and the last one left nothing behind.
  private static func readLog(_ path: String) throws(FileError) -> [UInt8] {
    do {
      return try LocalFile.read(path, limit: .mebibytes(4096))
    } catch {
      if error.code == ENOENT { return [] }
      throw error
    }
  }
}

/// A read transaction that keeps writers from taking the log into the database while both are copied.
private struct Pin {
  private let database: DatabaseQueue?

  /// Where the file can't be opened so, nobody else has it open either, or it is damaged: then nothing is held.
  init(_ path: String) {
    guard LocalFile.exists("\(path)-shm") else {
      database = nil
      return
    }
    var configuration = Configuration()
    configuration.readonly = true
    configuration.allowsUnsafeTransactions = true
    configuration.busyMode = .timeout(2)
    database = try? DatabaseQueue(path: path, configuration: configuration)
    try? database?.writeWithoutTransaction { db in
      try db.execute(sql: "BEGIN DEFERRED; SELECT count(*) FROM sqlite_schema;")
    }
  }

  func release() {
    try? database?.writeWithoutTransaction { db in try db.execute(sql: "ROLLBACK") }
    try? database?.close()
  }
}
