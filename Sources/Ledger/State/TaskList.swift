internal import Workload

/// The tasks of a bag, by index. It remembers the hashes of those that nobody changed, so that the state's hash costs what
/// changed since the last one and not what there is.
package struct TaskList: RandomAccessCollection, MutableCollection, Sendable {
  /// Tasks that are hashed as one piece.
  static let piece = 64

  private var states: [TaskState]
  /// Of each piece; nothing where a task of it changed since.
  private var pieces: [Bytes32?]
  /// Nothing of `pieces` is missing.
  private(set) var isHashed = false
  /// What the bag's own hash was when nothing was missing, and for which escrow.
  private var whole: (escrow: Amount, hash: Bytes32)?

  package init(_ states: [TaskState]) {
    self.states = states
    pieces = Array(repeating: nil, count: (states.count + Self.piece - 1) / Self.piece)
  }

  package var startIndex: Int { 0 }
  package var endIndex: Int { states.count }

  package subscript(index: Int) -> TaskState {
    get { states[index] }
    set {
      states[index] = newValue
      pieces[index / Self.piece] = nil
      isHashed = false
      whole = nil
    }
  }

  /// The bag's hash with this escrow, where it is known.
  func hash(escrow: Amount) -> Bytes32? {
    guard let whole, whole.escrow == escrow else { return nil }
    return whole.hash
  }

  mutating func remember(hash: Bytes32, escrow: Amount) { whole = (escrow, hash) }

  /// Hashes of all pieces in order; of those that changed by `hash`.
  func pieces(hashedBy hash: (ArraySlice<TaskState>) -> Bytes32) -> [Bytes32] {
    pieces.indices.map { pieces[$0] ?? hash(states(of: $0)) }
  }

  /// Keeps the hashes of the pieces that changed.
  mutating func hashPieces(by hash: (ArraySlice<TaskState>) -> Bytes32) {
    guard !isHashed else { return }
    for piece in pieces.indices where pieces[piece] == nil { pieces[piece] = hash(states(of: piece)) }
    isHashed = true
  }

  private func states(of piece: Int) -> ArraySlice<TaskState> {
    states[piece * Self.piece..<Swift.min(states.count, (piece + 1) * Self.piece)]
  }
}

extension TaskList: Hashable {
  /// Of the tasks alone: what is remembered follows from them.
  package static func == (left: TaskList, right: TaskList) -> Bool { left.states == right.states }

  package func hash(into hasher: inout Hasher) { hasher.combine(states) }
}

extension TaskList: Codable {
  package init(from decoder: any Decoder) throws {
    self.init(try decoder.singleValueContainer().decode([TaskState].self))
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(states)
  }
}
