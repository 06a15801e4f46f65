/// The `-wal` file beside a SQLite database, read as "The Write-Ahead Log" of SQLite's file format lays down.
///
/// SQLite stops at the first frame whose checksum fails and takes all before it for the whole log: of a flipped bit it
/// says nothing, and the blocks behind it are gone. So the audit looks for frames that should count and don't.
struct WriteAheadLog {
  private static let headBytes = 32
  private static let frameHeadBytes = 24

  private let bytes: [UInt8]

  init(_ bytes: [UInt8]) {
    self.bytes = bytes
  }

  /// What is wrong with the log, in words; nothing where every frame that belongs to it counts.
  func fault() -> String? {
    if bytes.isEmpty { return nil }
    guard bytes.count >= Self.headBytes else { return "its head is cut off after \(bytes.count) bytes" }
    let magic = word(at: 0)
    guard magic & ~1 == 0x377f_0682, word(at: 4) == 3_007_000 else {
      return "its head has another magic number"
    }
    let isBigEndian = magic & 1 == 1
    let pageBytes = Int(word(at: 8))
    guard pageBytes == 4_096 else { return "its head tells of pages of \(pageBytes) bytes, not 4096" }
    var sums = Sums()
    sums.add(bytes[0..<24], isBigEndian: isBigEndian)
    guard sums.first == word(at: 24), sums.second == word(at: 28) else {
      return "the checksum of its head fails"
    }
    return faultOfFrames(pageBytes: pageBytes, isBigEndian: isBigEndian, sums: sums)
  }

  private func faultOfFrames(pageBytes: Int, isBigEndian: Bool, sums: Sums) -> String? {
    let salts = (word(at: 16), word(at: 20))
    let frameBytes = Self.frameHeadBytes + pageBytes
    var sums = sums
    /// The first frame that SQLite would not take.
    var end: Int?
    var number = 0
    for start in stride(from: Self.headBytes, to: bytes.count, by: frameBytes) {
      number += 1
      guard start + frameBytes <= bytes.count else { return "frame \(number) is cut off" }
      let first = word(at: start + 8) == salts.0
      let second = word(at: start + 12) == salts.1
      // Frames of an earlier round of the log have other salts, both of them.
      guard first || second else {
        end = end ?? number
        continue
      }
      guard first && second else { return "frame \(number) has one of the log's two salts" }
      if let end { return "frame \(end) is damaged: frame \(number) behind it belongs to the log" }
      sums.add(bytes[start..<start + 8], isBigEndian: isBigEndian)
      sums.add(bytes[start + Self.frameHeadBytes..<start + frameBytes], isBigEndian: isBigEndian)
      guard sums.first == word(at: start + 16), sums.second == word(at: start + 20) else {
        return "the checksum of frame \(number) fails"
      }
    }
    return nil
  }

  private func word(at offset: Int) -> UInt32 {
    bytes[offset..<offset + 4].reduce(0) { $0 << 8 | UInt32($1) }
  }

  /// The log's running checksum: two sums over pairs of 32-bit words.
  private struct Sums {
    var first: UInt32 = 0
    var second: UInt32 = 0

    mutating func add(_ bytes: ArraySlice<UInt8>, isBigEndian: Bool) {
      bytes.withUnsafeBytes { buffer in
        for offset in stride(from: 0, to: buffer.count, by: 8) {
          let left = buffer.loadUnaligned(fromByteOffset: offset, as: UInt32.self)
          let right = buffer.loadUnaligned(fromByteOffset: offset + 4, as: UInt32.self)
          first &+= (isBigEndian ? left.bigEndian : left.littleEndian) &+ second
          second &+= (isBigEndian ? right.bigEndian : right.littleEndian) &+ first
        }
      }
    }
  }
}
