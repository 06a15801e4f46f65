internal import FoundationEssentials
internal import GRDB
package import Workload

/// What a node must still deliver to the ledger, and how far each of its replicas has come. Durable: after a crash at
/// any point the same commit and the same reveal are sent again, and there is one receipt for a replica, ever.
///
/// The order that makes it so: receipt, signature, salt, commit and reveal are stored in one transaction
/// (`recordVote`) *before* the commit is sent. What is stored is never replaced, and what the ledger refuses because it
/// has it already counts as delivered.
package actor Outbox {
  private let executor = SerialQueueExecutor(label: "samovar.outbox")
  nonisolated package var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

  private let file: OutboxFile

  /// Opens the outbox in a SQLite file of its own, and makes it where it lacks. Throws `LedgerFileError`: `.busy`
  /// where another process has it open.
  package init(path: String) throws {
    file = try OutboxFile(path: path)
  }

  package func close() throws { try file.close() }

  /// The level of `PRAGMA synchronous`; 2 is FULL.
  func synchronous() throws -> Int? { try file.synchronous() }

  // MARK: - The journal of replicas

  /// Writes down that a replica reached a stage. A replica never goes back: an earlier stage than the recorded one
  /// changes nothing.
  package func advance(_ replica: ReplicaKey, to stage: ReplicaStage, note: String? = nil, at now: Instant)
    throws
  {
    try file.write("record a stage in") { db in try Self.advance(db, replica, to: stage, note: note, at: now)
    }
  }

  package func replica(_ key: ReplicaKey) throws -> ReplicaRecord? {
    try file.read("read") { db in try Self.record(db, key) }
  }

  /// Replicas that are not done, the oldest change first: where recovery begins.
  package func unfinished() throws -> [ReplicaRecord] {
    try file.read("read") { db in
      try Row.fetchAll(
        db, sql: "SELECT * FROM replica WHERE stage <> 'done' ORDER BY changed_at, task, round"
      ).map(decodeRecord)
    }
  }

  // MARK: - What is owed

  /// Stores a vote before any of it is sent: the signed receipt and salt, the commit and the reveal, and the stage
  /// `attested`, in one transaction. Where the replica has a vote already, that one stays.
  ///
  /// - Returns: the vote that counts: what was given, or what was there.
  package func recordVote(_ replica: ReplicaKey, vote: Reveal, commit: Call, at now: Instant) throws -> Reveal
  {
    let encoded = try JSONEncoder().encode(vote)
    return try file.write("store a vote in") { db in
      if let stored = try Self.record(db, replica)?.vote { return stored }
      try Self.advance(db, replica, to: .attested, note: nil, at: now)
      try db.execute(
        sql: "UPDATE replica SET vote = ? WHERE task = ? AND round = ?",
        arguments: [encoded, Data(replica.task.word.bytes), replica.round])
      try Self.enqueue(db, replica, .commit, commit, at: now)
      try Self.enqueue(db, replica, .reveal, .reveal(vote), at: now)
      return vote
    }
  }

  /// Owes the ledger a call. Where one of this kind is owed or was delivered for the replica, that one stays.
  package func enqueue(_ replica: ReplicaKey, _ kind: OutboxEntry.Kind, _ call: Call, at now: Instant) throws
  {
    try file.write("enqueue in") { db in try Self.enqueue(db, replica, kind, call, at: now) }
  }

  /// What is not delivered yet, in the order in which it was enqueued.
  package func pending() throws -> [OutboxEntry] {
    try file.read("read") { db in
      try Row.fetchAll(db, sql: "SELECT * FROM entry WHERE status = 'pending' ORDER BY sequence").map(
        decodeEntry)
    }
  }

  package func entry(_ replica: ReplicaKey, _ kind: OutboxEntry.Kind) throws -> OutboxEntry? {
    try file.read("read") { db in
      try Row.fetchOne(
        db, sql: "SELECT * FROM entry WHERE task = ? AND round = ? AND kind = ?",
        arguments: [Data(replica.task.word.bytes), replica.round, kind.rawValue]
      ).map(decodeEntry)
    }
  }

  /// The ledger has the call. Commit and reveal advance the journal in the same transaction.
  package func markDelivered(
    _ replica: ReplicaKey, _ kind: OutboxEntry.Kind, note: String? = nil, at now: Instant
  ) throws {
    try settle(replica, kind, .delivered, note: note, at: now)
  }

  /// The ledger will never have the call. Later calls of the replica that depend on it are the caller's to settle.
  package func markRefused(_ replica: ReplicaKey, _ kind: OutboxEntry.Kind, note: String, at now: Instant)
    throws
  {
    try settle(replica, kind, .refused, note: note, at: now)
  }

  private func settle(
    _ replica: ReplicaKey, _ kind: OutboxEntry.Kind, _ status: OutboxEntry.Status, note: String?,
    at now: Instant
  ) throws {
    try file.write("record a delivery in") { db in
      try db.execute(
        sql: """
          UPDATE entry SET status = ?, note = ?
          WHERE task = ? AND round = ? AND kind = ? AND status = 'pending'
          """,
        arguments: [
          status.rawValue, note, Data(replica.task.word.bytes), replica.round, kind.rawValue,
        ])
      guard status == .delivered else { return }
      switch kind {
      case .commit: try Self.advance(db, replica, to: .committed, note: nil, at: now)
      case .reveal: try Self.advance(db, replica, to: .revealed, note: nil, at: now)
      case .acknowledge, .decline, .extend: break
      }
    }
  }
}

// MARK: - Rows

extension Outbox {
  private static func advance(
    _ db: Database, _ replica: ReplicaKey, to stage: ReplicaStage, note: String?, at now: Instant
  ) throws {
    if let found = try record(db, replica) {
      guard found.stage < stage else { return }
      try db.execute(
        sql:
          "UPDATE replica SET stage = ?, changed_at = ?, note = coalesce(?, note) WHERE task = ? AND round = ?",
        arguments: [stage.rawValue, now.value, note, Data(replica.task.word.bytes), replica.round])
    } else {
      try db.execute(
        sql: "INSERT INTO replica (task, round, stage, changed_at, note) VALUES (?, ?, ?, ?, ?)",
        arguments: [Data(replica.task.word.bytes), replica.round, stage.rawValue, now.value, note])
    }
  }

  private static func enqueue(
    _ db: Database, _ replica: ReplicaKey, _ kind: OutboxEntry.Kind, _ call: Call, at now: Instant
  ) throws {
    try db.execute(
      sql: """
        INSERT INTO entry (task, round, kind, call, status, enqueued_at) VALUES (?, ?, ?, ?, 'pending', ?)
        ON CONFLICT (task, round, kind) DO NOTHING
        """,
      arguments: [
        Data(replica.task.word.bytes), replica.round, kind.rawValue, try JSONEncoder().encode(call),
        now.value,
      ])
  }

  private static func record(_ db: Database, _ key: ReplicaKey) throws -> ReplicaRecord? {
    try Row.fetchOne(
      db, sql: "SELECT * FROM replica WHERE task = ? AND round = ?",
      arguments: [Data(key.task.word.bytes), key.round]
    ).map(decodeRecord)
  }
}

private func decodeKey(_ row: Row) throws -> ReplicaKey {
  guard let word = Bytes32(Array(Data.fromDatabaseValue(row["task"]) ?? Data())),
    let round = UInt32.fromDatabaseValue(row["round"])
  else { throw DatabaseError(resultCode: .SQLITE_CORRUPT, message: "a row of the outbox names no replica") }
  return ReplicaKey(task: TaskID(word: word), round: round)
}

private func decodeRecord(_ row: Row) throws -> ReplicaRecord {
  let key = try decodeKey(row)
  guard let stage = String.fromDatabaseValue(row["stage"]).flatMap(ReplicaStage.init(rawValue:)),
    let changedAt = Int64.fromDatabaseValue(row["changed_at"])
  else { throw DatabaseError(resultCode: .SQLITE_CORRUPT, message: "the journal of \(key) has no stage") }
  let vote = try Data.fromDatabaseValue(row["vote"]).map { try JSONDecoder().decode(Reveal.self, from: $0) }
  return ReplicaRecord(
    replica: key, stage: stage, changedAt: Instant(changedAt), vote: vote,
    note: String.fromDatabaseValue(row["note"]))
}

private func decodeEntry(_ row: Row) throws -> OutboxEntry {
  let key = try decodeKey(row)
  guard let kind = String.fromDatabaseValue(row["kind"]).flatMap(OutboxEntry.Kind.init(rawValue:)),
    let status = String.fromDatabaseValue(row["status"]).flatMap(OutboxEntry.Status.init(rawValue:)),
    let call = Data.fromDatabaseValue(row["call"]),
    let enqueuedAt = Int64.fromDatabaseValue(row["enqueued_at"])
  else {
    throw DatabaseError(
      resultCode: .SQLITE_CORRUPT, message: "an entry of \(key) in the outbox is incomplete")
  }
  return OutboxEntry(
    replica: key, kind: kind, call: try JSONDecoder().decode(Call.self, from: call), status: status,
    enqueuedAt: Instant(enqueuedAt), note: String.fromDatabaseValue(row["note"]))
}
