internal import FoundationEssentials
internal import GRDB
internal import Receipts
internal import Workload

/// Reads blocks with their calls from the tables, in order. Whatever a damaged file holds there, this throws a
/// `LedgerFault` or a `DatabaseError` and never traps.
struct BlockRows {
  private let calls: RowCursor
  private var ahead: (sequence: Int64, block: Int64, payload: [UInt8])?
  private var nextCall: UInt64

  /// Gives each block after `number` to `body`. `nextCall` is the sequence number that the next call must have.
  static func read(
    _ db: Database, after number: UInt64, nextCall: UInt64, _ body: (Block) throws -> Void
  ) throws {
    var rows = try BlockRows(db, nextCall: nextCall)
    let blocks = try Row.fetchCursor(
      db.cachedStatement(sql: "\(blockColumns) WHERE number > ? ORDER BY number"),
      arguments: [Int64(clamping: number)])
    var last = number
    while let row = try blocks.next() {
      last += 1
      let calls = try rows.calls(of: last)
      try body(try BlockRow(row, number: last).block(calls: calls))
    }
    if let stray = rows.ahead {
      throw LedgerFault(
        block: last, what: "call \(stray.sequence) after the last block", expected: "none",
        found: "one for block \(stray.block)")
    }
  }

  /// A block without calls by its number; nothing where the file has none of that number.
  static func tick(_ db: Database, number: UInt64) throws -> Block? {
    let row = try Row.fetchOne(
      db.cachedStatement(sql: "\(blockColumns) WHERE number = ?"), arguments: [Int64(clamping: number)])
    return try row.map { try BlockRow($0, number: number).block(calls: []) }
  }

  private static let blockColumns =
    "SELECT number, height, time, previous, calls_root, beacon, state_hash, signature FROM block"

  private init(_ db: Database, nextCall: UInt64) throws {
    calls = try Row.fetchCursor(
      db.cachedStatement(
        sql: "SELECT sequence, block, payload FROM call WHERE sequence >= ? ORDER BY sequence"),
      arguments: [Int64(clamping: nextCall)])
    self.nextCall = nextCall
    try advance()
  }

  private mutating func advance() throws {
    guard let row = try calls.next() else {
      ahead = nil
      return
    }
    guard let sequence = Int64.fromDatabaseValue(row[0]), let block = Int64.fromDatabaseValue(row[1]),
      let payload = Data.fromDatabaseValue(row[2])
    else {
      throw LedgerFault(
        block: nil, what: "columns of call \(nextCall)", expected: "numbers and bytes", found: "\(row)")
    }
    ahead = (sequence, block, Array(payload))
  }

  private mutating func calls(of number: UInt64) throws -> [[UInt8]] {
    var found: [[UInt8]] = []
    while let call = ahead, call.block <= Int64(clamping: number) {
      guard call.sequence == Int64(clamping: nextCall) else {
        throw LedgerFault(
          block: number, call: found.count, what: "sequence number of the call", expected: "\(nextCall)",
          found: "\(call.sequence)")
      }
      guard call.block == Int64(clamping: number) else {
        throw LedgerFault(
          block: number, call: found.count, what: "block of call \(call.sequence)", expected: "\(number)",
          found: "\(call.block)")
      }
      found.append(call.payload)
      nextCall += 1
      try advance()
    }
    return found
  }
}

/// One row of the table `block`.
private struct BlockRow {
  private let row: Row
  private let number: UInt64

  init(_ row: Row, number: UInt64) throws {
    self.row = row
    self.number = number
  }

  func block(calls: [[UInt8]]) throws -> Block {
    let found = try count(0, "number of the block")
    guard found == number else {
      throw LedgerFault(block: number, what: "number of the block", expected: "\(number)", found: "\(found)")
    }
    let isTick = !(row[5] as DatabaseValue).isNull
    guard isTick == calls.isEmpty else {
      throw LedgerFault(
        block: number, what: "calls",
        expected: isTick ? "none, as it has a beacon" : "at least one, or a beacon",
        found: "\(calls.count)")
    }
    let body: Block.Body = isTick ? .tick(beacon: try signature(5, "beacon")) : .calls(calls)
    let beacon = if case .tick(let signature) = body { Keccak256.hash(signature.bytes) } else { Bytes32.zero }
    let head = BlockHead(
      number: number, height: try count(1, "height"), time: try count(2, "time"),
      previous: try word(3, "hash of the block before"), callsRoot: try word(4, "root of the calls"),
      beacon: beacon, stateHash: try word(6, "state hash"))
    return Block(head: head, signature: try signature(7, "signature of the block"), body: body)
  }

  private func count(_ column: Int, _ what: String) throws -> UInt64 {
    guard let value = Int64.fromDatabaseValue(row[column]), let count = UInt64(exactly: value) else {
      throw LedgerFault(
        block: number, what: what, expected: "a number from 0", found: "\(row[column] as DatabaseValue)")
    }
    return count
  }

  private func word(_ column: Int, _ what: String) throws -> Bytes32 {
    guard let word = Bytes32(bytes(column)) else {
      throw LedgerFault(
        block: number, what: what, expected: "32 bytes", found: "0x" + Hex.encode(bytes(column)))
    }
    return word
  }

  private func signature(_ column: Int, _ what: String) throws -> Signature {
    guard let signature = Signature(bytes: bytes(column)) else {
      throw LedgerFault(
        block: number, what: what, expected: "65 bytes: r, low s, v", found: "0x" + Hex.encode(bytes(column)))
    }
    return signature
  }

  private func bytes(_ column: Int) -> [UInt8] { Array(Data.fromDatabaseValue(row[column]) ?? Data()) }
}
