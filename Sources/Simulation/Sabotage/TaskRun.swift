internal import Ledger
internal import Receipts
internal import Workload

/// A task as the simulation follows it by the ledger's events.
struct TaskRun {
  enum Phase {
    /// Not drawn yet, or at work, or in dispute.
    case open
    case provisional
    case ended
  }

  struct Seat {
    enum Status { case running, committed, left }
    let node: Int
    let round: UInt32
    let isVoter: Bool
    var status: Status
  }

  let id: TaskID
  let number: Int
  var phase = Phase.open
  var seats: [Seat] = []
  /// Preimages of commits that were not revealed yet.
  var reveals: [Reveal] = []
  /// Why the present round was drawn.
  var reason = RoundOpening.Reason.first
  /// A member of the coalition lied.
  var hasLied = false
  /// The height of the one turn of the crank that counts; others are stale.
  var crankAt: Height = 0

  init(id: TaskID, number: Int) {
    self.id = id
    self.number = number
  }

  var isAwaited: Bool { seats.contains { $0.status == .running } }

  /// The result of an honest run.
  var right: Bytes32 { Self.root(1, number, 0) }
  /// What the coalition says.
  var lie: Bytes32 { Self.root(2, number, 0) }
  /// An honest node's mistake, which no other makes.
  func mistake(of node: Int) -> Bytes32 { Self.root(3, number, node) }

  private static func root(_ kind: UInt64, _ number: Int, _ node: Int) -> Bytes32 {
    Bytes32(kind, 0, UInt64(node), UInt64(number))
  }

  /// Nothing more to remember.
  mutating func end() {
    phase = .ended
    seats = []
    reveals = []
  }
}
