internal import FoundationEssentials
internal import GRDB
internal import Receipts
internal import Workload

/// Blocks in a SQLite file in WAL mode: append-only, each append one immediate transaction that is on the disk when it
/// returns. It knows nothing of the rules; calls are bytes to it.
///
/// Rows are only ever inserted, at the end of their tables. So the file's bytes follow from its rows alone (but for
/// SQLite's own change counter), however the appends were grouped and whoever made them, and the audit can write the
/// same rows again and compare the two files byte by byte. Don't add an index, an UPDATE, or a DELETE.
struct BlockStore {
  /// How long SQLite waits, with growing pauses of 1 to 100 ms, for another process's transaction.
  static let busySeconds = 10.0
  /// `SMVL` in the header of the file (`PRAGMA application_id`), which `file` and the opener look at.
  static let applicationID = 0x534D_564C

  let path: String
  private let database: DatabaseQueue

  /// Makes the file with its tables and its genesis, and closes it again.
  static func create(path: String, genesis: String) throws {
    try LedgerFileError.translating("create the ledger", path) {
      let database = try DatabaseQueue(path: path, configuration: configuration(synchronous: "FULL"))
      try database.writeWithoutTransaction { db in
        try db.inTransaction(.immediate) {
          try makeTables(db, genesis: genesis, writer: try sqliteVersion(db))
          return .commit
        }
      }
      try database.close()
    }
  }

  /// Opens a file that `create` made.
  init(path: String) throws {
    self.path = path
    self.database = try LedgerFileError.translating("open", path) {
      let database = try DatabaseQueue(path: path, configuration: Self.configuration(synchronous: "FULL"))
      let found = try database.writeWithoutTransaction { db in
        try Int.fetchOne(db, sql: "PRAGMA application_id")
      }
      guard found == Self.applicationID else {
        throw LedgerFileError.otherFormat(
          path: path, detail: "it is a SQLite database, but no ledger of Samovar's")
      }
      return database
    }
  }

  /// The genesis that the file was made with, as its JSON text.
  func genesis() throws -> String {
    try LedgerFileError.translating("read", path) {
      let texts = try database.writeWithoutTransaction { db in try Self.genesisTexts(db) }
      guard let first = texts.first, let text = first, texts.count == 1 else {
        throw LedgerFileError.corrupt(path: path, detail: "it holds \(texts.count) genesis rows, not one")
      }
      return text
    }
  }

  /// Changes whenever another connection has committed. Costs no disk access.
  func dataVersion() throws -> Int {
    try LedgerFileError.translating("read", path) {
      try database.writeWithoutTransaction { db in try Int.fetchOne(db, sql: "PRAGMA data_version") ?? 0 }
    }
  }

  /// Gives the blocks after a number to `body`, in order, from one consistent view of the file.
  func read(after number: UInt64, nextCall: UInt64, _ body: (Block) throws -> Void) throws {
    try LedgerFileError.translating("read", path) {
      try database.writeWithoutTransaction { db in
        try db.inTransaction(.deferred) {
          try BlockRows.read(db, after: number, nextCall: nextCall, body)
          return .commit
        }
      }
    }
  }

  /// A block without calls by its number; nothing where the file has none of that number.
  func tick(number: UInt64) throws -> Block? {
    try LedgerFileError.translating("read", path) {
      try database.writeWithoutTransaction { db in try BlockRows.tick(db, number: number) }
    }
  }

  /// One immediate transaction: nobody else writes while `body` runs. What it inserted is on the disk when this
  /// returns, and gone when this throws.
  func append<Value>(_ body: (Appending) throws -> Value) throws -> Value {
    try LedgerFileError.translating("append to", path) {
      try database.writeWithoutTransaction { db in
        var value: Value?
        try db.inTransaction(.immediate) {
          value = try body(Appending(db: db))
          return .commit
        }
        guard let value else { throw DatabaseError(resultCode: .SQLITE_ABORT) }
        return value
      }
    }
  }

  /// What the connection was told about durability; 2 is FULL, a sync of the log at each commit.
  func synchronous() throws -> Int? {
    try database.writeWithoutTransaction { db in try Int.fetchOne(db, sql: "PRAGMA synchronous") }
  }

  /// Any SQL: tests damage a file with it.
  func execute(_ sql: String) throws {
    try database.writeWithoutTransaction { db in try db.execute(sql: sql) }
    try close()
  }

  func limitPages(to count: Int) throws {
    try database.writeWithoutTransaction { db in try db.execute(sql: "PRAGMA max_page_count = \(count)") }
  }

  func close() throws {
    try LedgerFileError.translating("close", path) { try database.close() }
  }

  /// The hands that an append has while its transaction is open.
  struct Appending {
    fileprivate let db: Database

    func read(after number: UInt64, nextCall: UInt64, _ body: (Block) throws -> Void) throws {
      try BlockRows.read(db, after: number, nextCall: nextCall, body)
    }

    func insert(_ block: Block, firstCall: UInt64) throws {
      // A later SQLite than the one that made the file leaves its own version in the header: the audit must know.
      let version = try BlockStore.sqliteVersion(db)
      if try Int.fetchOne(db, sql: "PRAGMA user_version") != version {
        try db.execute(sql: "PRAGMA user_version = \(version)")
      }
      try BlockStore.insert(db, block, firstCall: firstCall)
    }
  }
}

// MARK: - What the audit shares

extension BlockStore {
  /// We ask for WAL ourselves. GRDB's own setting for it would put `synchronous` back to NORMAL afterwards.
  static func configuration(synchronous: String) -> Configuration {
    var configuration = Configuration()
    configuration.busyMode = .timeout(busySeconds)
    configuration.prepareDatabase { db in
      try db.execute(
        sql: """
          PRAGMA journal_mode = WAL;
          PRAGMA synchronous = \(synchronous);
          PRAGMA secure_delete = ON;
          PRAGMA journal_size_limit = 0;
          PRAGMA cell_size_check = ON;
          PRAGMA trusted_schema = OFF;
          """)
    }
    return configuration
  }

  /// `3040001` for 3.40.1, as `sqlite3_libversion_number` has it and the file's header too.
  static func sqliteVersion(_ db: Database) throws -> Int {
    let text = try String.fetchOne(db, sql: "SELECT sqlite_version()") ?? ""
    return text.split(separator: ".").prefix(3).reduce(0) { $0 * 1000 + (Int($1) ?? 0) }
  }

  /// What the table `genesis` holds, two rows at most: nothing for one that is no text, as a damaged file may have it.
  static func genesisTexts(_ db: Database) throws -> [String?] {
    try Row.fetchAll(db, sql: "SELECT json FROM genesis LIMIT 2").map { row in
      String.fromDatabaseValue(row[0])
    }
  }

  static func makeTables(_ db: Database, genesis: String, writer: Int) throws {
    try db.execute(
      sql: """
        CREATE TABLE genesis (json TEXT NOT NULL) STRICT;
        CREATE TABLE block (
          number INTEGER PRIMARY KEY,
          height INTEGER NOT NULL,
          time INTEGER NOT NULL,
          previous BLOB NOT NULL,
          calls_root BLOB NOT NULL,
          beacon BLOB,
          state_hash BLOB NOT NULL,
          signature BLOB NOT NULL
        ) STRICT;
        CREATE TABLE call (
          sequence INTEGER PRIMARY KEY,
          block INTEGER NOT NULL,
          payload BLOB NOT NULL
        ) STRICT;
        PRAGMA application_id = \(applicationID);
        PRAGMA user_version = \(writer);
        """)
    try db.execute(sql: "INSERT INTO genesis (json) VALUES (?)", arguments: [genesis])
  }

  static func insert(_ db: Database, _ block: Block, firstCall: UInt64) throws {
    let head = block.head
    try db.cachedStatement(
      sql: """
        INSERT INTO block (number, height, time, previous, calls_root, beacon, state_hash, signature)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?)
        """
    ).execute(arguments: [
      Int64(clamping: head.number), Int64(clamping: head.height), Int64(clamping: head.time),
      Data(head.previous.bytes), Data(head.callsRoot.bytes), block.beacon.map { Data($0.bytes) },
      Data(head.stateHash.bytes), Data(block.signature.bytes),
    ])
    let call = try db.cachedStatement(sql: "INSERT INTO call (sequence, block, payload) VALUES (?, ?, ?)")
    for (index, payload) in block.calls.enumerated() {
      try call.execute(arguments: [
        Int64(clamping: firstCall) + Int64(index), Int64(clamping: head.number), Data(payload),
      ])
    }
  }
}
