import TestSupport
import Testing
import Workload

@testable import Ledger

/// A ledger's file, damaged: by a disk, or by somebody who knows how SQLite lays out its pages.
@Suite struct FileFuzzTests {
  private static let pageBytes = 4_096

  @Test func noDamagedFilePassesTheAudit() async throws {
    let history = try await FuzzedHistory()
    let sound = try LocalFile.read(history.network.directory.database)
    let path = "\(history.network.scratch.path)/damaged.sqlite"
    var budget = FuzzBudget("Audit.run")
    var mutation = ByteMutation(random: budget.random)
    while budget.goesOn() {
      let bytes = damaged(sound, &mutation)
      guard bytes != sound else { continue }
      try LocalFile.writeInPlace(bytes, to: path)
      let difference = zip(sound, bytes).enumerated().first { $1.0 != $1.1 }?.offset ?? sound.count
      do {
        let report = try Audit.run(path)
        #expect(
          report.fault != nil,
          "\(sound.count) bytes became \(bytes.count); the first that differs is \(difference)")
        budget.count("faults")
      } catch is LedgerFileError {
        budget.count("not to be opened")
      }
    }
    budget.report()
    #expect(budget["faults"] > 0)
  }

  private func damaged(_ sound: [UInt8], _ mutation: inout ByteMutation) -> [UInt8] {
    var bytes = sound
    let pages = sound.count / Self.pageBytes
    func page(_ random: inout SplitMix64) -> Range<Int> {
      let start = Int.random(in: 0..<pages, using: &random) * Self.pageBytes
      return start..<start + Self.pageBytes
    }
    switch mutation.random.next() % 5 {
    case 0:
      let (one, other) = (page(&mutation.random), page(&mutation.random))
      bytes.replaceSubrange(one, with: sound[other])
    case 1:
      // The head of a page says where its cells are.
      let place = page(&mutation.random)
      let head = place.lowerBound..<place.lowerBound + 112
      let changed = mutation.mutate(Array(sound[head]), others: [Array(sound[place])])
      bytes.replaceSubrange(head, with: (changed + sound[head]).prefix(head.count))
    case 2: bytes.removeLast(Int.random(in: 1..<bytes.count, using: &mutation.random))
    case 3: bytes.replaceSubrange(page(&mutation.random), with: [UInt8](repeating: 0, count: Self.pageBytes))
    default: bytes = mutation.mutate(sound, others: [sound])
    }
    return bytes
  }
}
