package import Receipts
package import Workload

/// The name of a bag: Keccak-256 of chain, requester and nonce of the posting call, with the last four bytes
/// zero.
package struct BagID: Hashable, Sendable, Codable {
  package let word: Bytes32

  /// Nothing where the last four bytes, which number tasks, are not zero.
  package init?(word: Bytes32) {
    guard UInt32(truncatingIfNeeded: word.words[3]) == 0 else { return nil }
    self.word = word
  }

  /// The bag that `requester` posts with the call of this nonce. Known before it is sent.
  package init(domainSeparator: Bytes32, requester: Address, nonce: UInt64) {
    let words = Keccak256.hash(words: [domainSeparator, requester.word, Bytes32(UInt128(nonce))]).words
    word = Bytes32(words[0], words[1], words[2], words[3] & ~0xffff_ffff)
  }

  package func task(_ index: UInt32) -> TaskID { TaskID(bag: self, index: index) }

  package init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    guard let value = BagID(word: try container.decode(Bytes32.self)) else {
      throw DecodingError.dataCorruptedError(
        in: container, debugDescription: "the last four bytes of a bag's name are zero")
    }
    self = value
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(word)
  }
}

/// The name of a task: its bag's, with the task's index in the last four bytes. The `taskId` of receipts.
package struct TaskID: Hashable, Sendable, Codable {
  package let word: Bytes32

  package init(bag: BagID, index: UInt32) {
    let words = bag.word.words
    word = Bytes32(words[0], words[1], words[2], words[3] | UInt64(index))
  }

  /// Any 32 bytes name a task, though most name none that exists.
  package init(word: Bytes32) {
    self.word = word
  }

  /// The place in the bag, from 0.
  package var index: UInt32 { UInt32(truncatingIfNeeded: word.words[3]) }

  package var bag: BagID {
    let words = word.words
    guard let bag = BagID(word: Bytes32(words[0], words[1], words[2], words[3] & ~0xffff_ffff)) else {
      preconditionFailure("the last four bytes were just cleared")
    }
    return bag
  }

  package init(from decoder: any Decoder) throws {
    word = try decoder.singleValueContainer().decode(Bytes32.self)
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(word)
  }
}

extension BagID: Comparable, CustomStringConvertible {
  package static func < (left: BagID, right: BagID) -> Bool { left.word < right.word }
  package var description: String { word.description }
}

extension TaskID: Comparable, CustomStringConvertible {
  package static func < (left: TaskID, right: TaskID) -> Bool { left.word < right.word }
  package var description: String { word.description }
}
