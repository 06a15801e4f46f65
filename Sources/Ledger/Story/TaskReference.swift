internal import Workload

/// How people name a task: by all 64 digits, by the first of them, or by the first digits of its bag and its number in
/// the bag, as in `3f2a9c/17`. Tasks of one bag differ in their last digits only, so the last form is the short one.
package struct TaskReference: Hashable, Sendable {
  /// Fewer digits say too little: among a thousand bags two begin alike with four.
  package static let leastDigits = 6
  private static let wordDigits = 64
  /// All tasks of a bag have these digits in common.
  private static let bagDigits = 56

  /// Lower case, without `0x`.
  private let digits: String
  /// In the bag, from 0.
  private let index: UInt32?

  package init(_ text: String) throws(TaskReferenceError) {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
    let digits = (parts[0].hasPrefix("0x") ? String(parts[0].dropFirst(2)) : parts[0]).lowercased()
    guard parts.count <= 2, digits.count <= Self.wordDigits,
      digits.utf8.allSatisfy({ "0123456789abcdef".utf8.contains($0) })
    else { throw .malformed(text) }
    guard digits.count >= Self.leastDigits else { throw .tooShort(text) }
    self.digits = digits
    if parts.count == 2 {
      guard let index = UInt32(parts[1]) else { throw .malformed(text) }
      self.index = index
    } else {
      index = nil
    }
  }

  /// The one task that it names.
  package func resolve(among bags: [BagOutline]) throws(TaskReferenceError) -> TaskID {
    let start = String(digits.prefix(Self.bagDigits))
    let candidates = bags.filter { $0.id.word.hex.hasPrefix(start) }
    guard !candidates.isEmpty else { throw .unknown(text, bags: bags.map(\.id)) }
    if let index { return try task(index, of: candidates) }
    var matches: [TaskID] = []
    var count = 0
    for bag in candidates {
      for index in 0..<bag.taskCount where bag.id.task(index).word.hex.hasPrefix(digits) {
        count += 1
        if matches.count < TaskReferenceError.shown { matches.append(bag.id.task(index)) }
      }
    }
    guard let only = matches.first else { throw .unknown(text, bags: bags.map(\.id)) }
    guard count == 1 else { throw .ambiguous(text, matches: matches, count: count) }
    return only
  }

  private func task(_ index: UInt32, of bags: [BagOutline]) throws(TaskReferenceError) -> TaskID {
    guard bags.count == 1, let bag = bags.first else {
      let matches = bags.prefix(TaskReferenceError.shown).map { $0.id.task(index) }
      throw .ambiguous(text, matches: matches, count: bags.count)
    }
    guard index < bag.taskCount else { throw .beyond(bag.id, index: index, count: bag.taskCount) }
    return bag.id.task(index)
  }

  private var text: String { "0x" + digits + (index.map { "/\($0)" } ?? "") }
}

/// A bag's name and how many tasks it has.
package struct BagOutline: Hashable, Sendable {
  package var id: BagID
  package var taskCount: UInt32

  package init(id: BagID, taskCount: UInt32) {
    self.id = id
    self.taskCount = taskCount
  }
}

/// Why a name is no task's, and what there is.
package enum TaskReferenceError: Error, Hashable, Sendable, CustomStringConvertible {
  case malformed(String)
  case tooShort(String)
  case unknown(String, bags: [BagID])
  case ambiguous(String, matches: [TaskID], count: Int)
  case beyond(BagID, index: UInt32, count: UInt32)

  /// So many names are listed in a message.
  static let shown = 5

  package var description: String {
    switch self {
    case .malformed(let text):
      "'\(text)' is no task's name: give 64 hexadecimal digits, the first of them, or the first digits of a bag and "
        + "the task's number in it, as in 3f2a9c/17"
    case .tooShort(let text):
      "'\(text)' is too short: give at least \(TaskReference.leastDigits) digits"
    case .unknown(let text, let bags):
      bags.isEmpty
        ? "no task begins with \(text): this ledger has no bags"
        : "no task begins with \(text); this ledger has \(Self.list(bags.map(\.description), of: bags.count, "bag"))"
    case .ambiguous(let text, let matches, let count):
      "\(count) tasks begin with \(text): \(Self.list(matches.map(\.description), of: count, "task")); give more "
        + "digits, or a bag's digits and the task's number, as in \(Self.example(matches))"
    case .beyond(let bag, let index, let count):
      "bag \(bag) has no task \(index): its tasks are numbered from 0 to \(count - 1)"
    }
  }

  private static func list(_ names: [String], of count: Int, _ noun: String) -> String {
    let rest = count - min(count, shown)
    return "the \(noun)\(count == 1 ? "" : "s") " + names.prefix(shown).joined(separator: ", ")
      + (rest > 0 ? " and \(rest) more" : "")
  }

  private static func example(_ matches: [TaskID]) -> String {
    guard let first = matches.first else { return "3f2a9c/17" }
    return "\(first.bag.word.hex.prefix(8))/\(first.index)"
  }
}
