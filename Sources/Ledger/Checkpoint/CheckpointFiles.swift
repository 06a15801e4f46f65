internal import Receipts
internal import Workload

/// The checkpoints in a ledger's directory: `checkpoint-N`, where N is the number of their block.
struct CheckpointFiles: Sendable {
  /// How many are kept: the one before the last is there for when the last is damaged.
  static let kept = 2
  private static let stem = "checkpoint-"

  let directory: String

  func path(_ number: UInt64) -> String { "\(directory)/\(Self.stem)\(number)" }

  /// Their blocks, newest first.
  func numbers() throws(FileError) -> [UInt64] {
    try names().compactMap { UInt64($0.dropFirst(Self.stem.count)) }.sorted(by: >)
  }

  /// The newest that the ledger's file bears out; of every newer one the reason why it isn't used.
  func newest(genesis: Genesis, digest: Bytes32, tick: (UInt64) throws -> Block?) throws
    -> (checkpoint: Checkpoint?, flaws: [String])
  {
    var flaws: [String] = []
    for number in try numbers().prefix(Self.kept * 2) {
      do {
        var found = try Checkpoint(
          bytes: try LocalFile.read(path(number), limit: Checkpoint.greatest), genesis: digest)
        guard found.replay.number == number else {
          throw CheckpointFlaw("it is of block \(found.replay.number)")
        }
        try found.verify(against: try tick(number), genesis: genesis)
        return (found, flaws)
      } catch let error as LedgerFileError {
        throw error
      } catch {
        flaws.append("\(path(number)) is not used: \(error)")
      }
    }
    return (nil, flaws)
  }

  /// On the disk when it returns. Removes older ones, and what writers that were killed left behind.
  func write(_ checkpoint: Checkpoint) throws {
    let number = checkpoint.replay.number
    try LocalFile.write(try checkpoint.encoded(), to: path(number), mode: 0o644)
    for old in try numbers().filter({ $0 <= number }).dropFirst(Self.kept) { try LocalFile.remove(path(old)) }
    for name in try names() where isDraft(name, before: number) {
      try LocalFile.remove("\(directory)/\(name)")
    }
  }

  func removeAll() throws(FileError) {
    for name in try names() { try LocalFile.remove("\(directory)/\(name)") }
  }

  /// Drafts of later blocks may have a living writer.
  private func isDraft(_ name: String, before number: UInt64) -> Bool {
    let parts = name.dropFirst(Self.stem.count).split(separator: ".", maxSplits: 1)
    guard parts.count == 2, let own = UInt64(parts[0]) else { return false }
    return own < number
  }

  private func names() throws(FileError) -> [String] {
    try LocalFile.names(in: directory).filter { $0.hasPrefix(Self.stem) }
  }
}
