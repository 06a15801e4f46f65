internal import GRDB
internal import Receipts
internal import Workload

/// Derives everything of a ledger again from its genesis, and names the first entry that is wrong.
///
/// What it trusts is the genesis alone. In this order, up to the first fault:
/// 1. the write-ahead log: every frame that belongs to it counts;
/// 2. block by block: numbers, hashes, times, heights, signatures of blocks, beacons and calls, nonces, every rule with
///    its draws, payments and receipt leaves, the state hash after each block, and that no money came or went;
/// 3. SQLite's own check of the file;
/// 4. the file's bytes. All rows are written again, in order, to a new file, and the two are compared. Rows are only
///    ever appended, so SQLite lays them out the same way each time; a bit that changed in an index page, in free space
///    or in the file's head is found, though no row shows it. Only SQLite's change counter differs: it is kept
///    twice in the head, and so is its version, which we keep a second time as `user_version`.
package enum Audit {
  /// How far the replay is, told after each window of blocks. What comes after it, the comparison, takes far less time.
  package struct Progress: Hashable, Sendable {
    package var blocks: UInt64
    package var ofBlocks: UInt64
    package var calls: UInt64
    package var ofCalls: UInt64

    /// Blocks and calls.
    package var entries: UInt64 { blocks + calls }
    package var ofEntries: UInt64 { ofBlocks + ofCalls }
  }

  /// Audits a ledger's directory or its database file, which may be in use.
  ///
  /// - Parameters:
  ///   - temporaryDirectory: where a copy and a second writing of the ledger find room.
  ///   - reading: is given the copy, a database file, where all is right. It lives as long as the call.
  /// - Throws: `FileError` or `LedgerFileError` where it could not look at all, and what `reading` throws. What it finds
  ///   is in the report.
  package static func run(
    _ path: String, temporaryDirectory: String = "/tmp", progress: (Progress) -> Void = { _ in },
    reading: (_ copy: String) throws -> Void = { _ in }
  ) throws -> AuditReport {
    let directory = LedgerDirectory(path)
    let isDirectory = LocalFile.exists(directory.database)
    let file = isDirectory ? directory.database : path
    let copy = try AuditCopy(of: file, temporaryDirectory: temporaryDirectory)
    // Its end takes the files away: it must not come before they were read.
    defer { withExtendedLifetime(copy) {} }
    var report = AuditReport(file: file)
    do {
      if let fault = copy.logFault {
        throw LedgerFault(
          block: nil, what: "write-ahead log \(file)-wal", expected: "frames that all count",
          found:
            "\(fault); after a power cut start an agent once, so that SQLite takes the log in, and audit again"
        )
      }
      try derive(copy.database, rewritten: copy.rewritten, report: &report, progress: progress)
      try compare(copy.database, copy.rewritten)
      try checkGenesisFile(isDirectory ? directory.genesisFile : siblingGenesis(of: path), report: &report)
    } catch let fault as LedgerFault {
      report.fault = fault
    } catch let error as DatabaseError {
      report.fault = LedgerFault(
        block: nil, what: "file, after block \(report.blocks)", expected: "pages that SQLite can read",
        found: error.message ?? "SQLite error \(error.extendedResultCode.rawValue)")
    }
    if report.isClean { try reading(copy.database) }
    return report
  }

  private static func siblingGenesis(of path: String) -> String {
    let directory = path.split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(
      separator: "/")
    return directory.isEmpty ? "genesis.json" : "\(directory)/genesis.json"
  }

  /// `genesis.json` is what people compare; it has to be, byte for byte, the genesis in the file.
  private static func checkGenesisFile(_ path: String, report: inout AuditReport) throws {
    guard LocalFile.exists(path) else {
      report.notes.append(
        "there is no genesis.json beside the file: compare the genesis digest with the one you know")
      return
    }
    let found = Keccak256.hash(try LocalFile.read(path, limit: .mebibytes(16)))
    guard found == report.genesis else {
      throw LedgerFault(
        block: 0, what: path, expected: "Keccak-256 \(report.genesis ?? .zero), as in the ledger",
        found: "\(found)")
    }
  }
}
