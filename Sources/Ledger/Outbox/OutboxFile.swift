internal import GRDB

/// The SQLite file of a node's outbox and journal: one process at a time, and each change on the disk when the call
/// that made it returns.
struct OutboxFile {
  private static let busySeconds = 2.0
  /// `SMVO` in the header of the file.
  private static let applicationID = 0x534D_564F
  private static let version = 1

  let path: String
  private let database: DatabaseQueue

  /// Opens the file, and makes it where it lacks.
  init(path: String) throws {
    self.path = path
    var configuration = Configuration()
    configuration.busyMode = .timeout(Self.busySeconds)
    configuration.prepareDatabase { db in
      // The lock lasts as long as the connection: a second agent on the same state directory is told so.
      try db.execute(
        sql: """
          PRAGMA locking_mode = EXCLUSIVE;
          PRAGMA journal_mode = WAL;
          PRAGMA synchronous = FULL;
          PRAGMA trusted_schema = OFF;
          """)
    }
    database = try LedgerFileError.translating("open the outbox", path, busySeconds: Self.busySeconds) {
      let database = try DatabaseQueue(path: path, configuration: configuration)
      try database.writeWithoutTransaction { db in
        try db.inTransaction(.immediate) {
          try Self.prepare(db, path: path)
          return .commit
        }
      }
      return database
    }
  }

  private static func prepare(_ db: Database, path: String) throws {
    let found = try Int.fetchOne(db, sql: "PRAGMA application_id") ?? 0
    let version = try Int.fetchOne(db, sql: "PRAGMA user_version") ?? 0
    if found == applicationID, version == Self.version { return }
    let tables = try Int.fetchOne(db, sql: "SELECT count(*) FROM sqlite_schema") ?? 0
    guard found == 0, tables == 0 else {
      throw LedgerFileError.otherFormat(
        path: path, detail: "it is no outbox of version \(Self.version); move it away, a new one is made")
    }
    try db.execute(
      sql: """
        CREATE TABLE replica (
          task BLOB NOT NULL,
          round INTEGER NOT NULL,
          stage TEXT NOT NULL,
          changed_at INTEGER NOT NULL,
          vote BLOB,
          note TEXT,
          PRIMARY KEY (task, round)
        ) STRICT;
        CREATE TABLE entry (
          sequence INTEGER PRIMARY KEY,
          task BLOB NOT NULL,
          round INTEGER NOT NULL,
          kind TEXT NOT NULL,
          call BLOB NOT NULL,
          status TEXT NOT NULL,
          enqueued_at INTEGER NOT NULL,
          note TEXT,
          UNIQUE (task, round, kind)
        ) STRICT;
        CREATE INDEX pending_entry ON entry (sequence) WHERE status = 'pending';
        PRAGMA application_id = \(applicationID);
        PRAGMA user_version = \(Self.version);
        """)
  }

  /// One transaction, on the disk when this returns.
  func write<Value>(_ action: String, _ body: (Database) throws -> Value) throws -> Value {
    try LedgerFileError.translating(action, path, busySeconds: Self.busySeconds) { try database.write(body) }
  }

  func read<Value>(_ action: String, _ body: (Database) throws -> Value) throws -> Value {
    try LedgerFileError.translating(action, path, busySeconds: Self.busySeconds) { try database.read(body) }
  }

  func synchronous() throws -> Int? {
    try database.read { db in try Int.fetchOne(db, sql: "PRAGMA synchronous") }
  }

  func close() throws {
    try LedgerFileError.translating("close", path) { try database.close() }
  }
}
