private import Glibc
internal import Workload

/// The comparison of the ledger's file with the same rows written again.
extension Audit {
  /// "The Database Header" of SQLite's file format: places that don't follow from the rows.
  private enum Head {
    static let changeCounter = 24..<28
    static let userVersion = 60..<64
    static let versionValidFor = 92..<96
    static let versionNumber = 96..<100
    static let bytes = 100
  }

  private static let pageBytes = 4_096

  static func compare(_ file: String, _ rewritten: String) throws {
    // Ledgers of one machine; a file larger than memory is for a later form of this.
    let found = try LocalFile.read(file, limit: .mebibytes(65_536))
    let expected = try LocalFile.read(rewritten, limit: .mebibytes(65_536))
    guard found.count >= Head.bytes, found.count == expected.count else {
      throw LedgerFault(
        block: nil, what: "size of the file", expected: "\(expected.count) bytes", found: "\(found.count)")
    }
    try twice(found, Head.changeCounter, Head.versionValidFor, "change counter")
    try twice(found, Head.userVersion, Head.versionNumber, "version of SQLite that wrote last")
    guard let offset = firstDifference(found, expected) else { return }
    throw LedgerFault(
      block: nil, what: "byte \(offset) of the file (page \(offset / pageBytes + 1)), which no row shows",
      expected: "0x" + Hex.encode([expected[offset]]) + ", as the same rows written again have it",
      found: "0x" + Hex.encode([found[offset]]))
  }

  /// The first place where two files of one size differ and ought not to.
  private static func firstDifference(_ found: [UInt8], _ expected: [UInt8]) -> Int? {
    let free = [Head.changeCounter, Head.versionValidFor, Head.versionNumber]
    return found.withUnsafeBytes { found in
      expected.withUnsafeBytes { expected in
        for page in stride(from: 0, to: found.count, by: pageBytes) {
          let end = min(page + pageBytes, found.count)
          guard let left = found.baseAddress, let right = expected.baseAddress,
            memcmp(left + page, right + page, end - page) != 0
          else { continue }
          let offset = (page..<end).first { offset in
            found[offset] != expected[offset] && !free.contains { $0.contains(offset) }
          }
          if let offset { return offset }
        }
        return nil
      }
    }
  }

  private static func twice(_ bytes: [UInt8], _ one: Range<Int>, _ other: Range<Int>, _ what: String) throws {
    guard bytes[one].elementsEqual(bytes[other]) else {
      throw LedgerFault(
        block: nil, what: "\(what) at bytes \(one.lowerBound) and \(other.lowerBound) of the file",
        expected: "the same",
        found: "0x\(Hex.encode(bytes[one])) and 0x\(Hex.encode(bytes[other]))")
    }
  }
}
