internal import Receipts
package import Workload

/// The order in which a draw looks at a list of M slots: Fisher and Yates's shuffle, one place at a time.
///
/// Place j gets one of the M − j slots that are left, number uint256(keccak256(seed ‖ task ‖ uint32 round ‖
/// uint32 j)) mod (M − j) of them; the first one left takes the free place of the one taken. The same
/// arguments always give the same order, so anyone can repeat a draw.
package struct Permutation: Sendable {
  private let prefix: Keccak256
  private let count: Int
  /// Places looked at.
  package private(set) var steps = 0
  /// Where a slot was swapped to, by place. A draw looks at few places of a long list.
  private var moved: [Int: Int] = [:]

  /// `count` is M, below 2³².
  package init(seed: Bytes32, task: TaskID, round: UInt32, count: Int) {
    var hash = Keccak256()
    hash.update(seed)
    hash.update(task.word)
    var writer = ByteWriter()
    writer.append(round)
    hash.update(writer.bytes)
    prefix = hash
    self.count = count
  }

  /// The index of the next slot; nothing when all were looked at.
  package mutating func next() -> Int? {
    guard steps < count else { return nil }
    var hash = prefix
    var writer = ByteWriter()
    writer.append(UInt32(truncatingIfNeeded: steps))
    hash.update(writer.bytes)
    let place = steps + hash.finalized().remainder(dividingBy: UInt64(count - steps))
    let index = moved[place] ?? place
    moved[place] = moved[steps] ?? steps
    steps += 1
    return index
  }
}

extension Bytes32 {
  /// As a big-endian number of 256 bits.
  func remainder(dividingBy divisor: UInt64) -> Int {
    let words = words
    var remainder: UInt64 = 0
    for index in 0..<4 {
      remainder = divisor.dividingFullWidth((remainder, words[index])).remainder
    }
    return Int(remainder)
  }
}
