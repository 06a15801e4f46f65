package import Receipts
package import Workload

/// A ledger of Proof-of-Contribution as an agent sees it. The embedded SQLite ledger and an Ethereum contract
/// both are one; so it asks for the parts that a node needs and never for the whole state.
///
/// Reads show the state after some block; two reads may show two blocks. Every method throws `LedgerError`.
package protocol ContributionLedger: Sendable {
  var genesis: Genesis { get }
  /// Of everything signed for this ledger.
  var domain: EIP712Domain { get }

  /// Returns when the call is in a block. The same signed call sent twice is included once: the second time
  /// throws `.rejected(.staleNonce)`; `inclusion(of:)` tells whether it is in.
  func submit(_ call: SignedCall) async throws(LedgerError) -> Inclusion
  /// Where a call is in the chain, by its EIP-712 digest; nothing where it isn't.
  func inclusion(of callDigest: Bytes32) async throws(LedgerError) -> Inclusion?

  /// The height at which a call would be included now.
  func height() async throws(LedgerError) -> Height
  /// Returns the height once it is at least the given one. Cancellation throws `.cancelled`.
  func waitForHeight(_ height: Height) async throws(LedgerError) -> Height

  func account(_ address: Address) async throws(LedgerError) -> Account
  func node(_ address: Address) async throws(LedgerError) -> NodeRecord?
  func epoch() async throws(LedgerError) -> EpochRecord
  func pools() async throws(LedgerError) -> Pools
  func bag(_ id: BagID) async throws(LedgerError) -> BagSummary?
  /// In order of posting.
  func bags(of requester: Address) async throws(LedgerError) -> [BagSummary]
  func task(_ id: TaskID) async throws(LedgerError) -> TaskSummary?
  /// What a node has to do: its replicas that must be acknowledged, committed or revealed, most urgent first.
  func duties(of node: Address) async throws(LedgerError) -> [Duty]
  /// Calls that any account may make now and that would be accepted, at most `limit`.
  func dueCalls(limit: Int) async throws(LedgerError) -> [Call]

  /// Events after a cursor, oldest first, at most `limit`. Start with `.start`.
  func events(after cursor: EventCursor, limit: Int) async throws(LedgerError) -> [RecordedEvent]
}

/// Where a call was included, and what it did.
package struct Inclusion: Hashable, Sendable, Codable {
  package var height: Height
  /// Among the calls of its block, from 0.
  package var index: UInt32
  package var events: [Event]

  package init(height: Height, index: UInt32, events: [Event]) {
    self.height = height
    self.index = index
    self.events = events
  }
}

/// A place in the ledger's one sequence of events.
package struct EventCursor: Hashable, Comparable, Sendable, Codable {
  /// Of the last event seen; the first event has 1.
  package var sequence: UInt64

  package init(sequence: UInt64) {
    self.sequence = sequence
  }

  package static let start = EventCursor(sequence: 0)
  package static func < (left: EventCursor, right: EventCursor) -> Bool { left.sequence < right.sequence }
}

/// An event in its place.
package struct RecordedEvent: Hashable, Sendable, Codable {
  package var cursor: EventCursor
  package var height: Height
  package var event: Event

  package init(cursor: EventCursor, height: Height, event: Event) {
    self.cursor = cursor
    self.height = height
    self.event = event
  }
}

/// Why a ledger did not do what it was asked.
package enum LedgerError: Error, Hashable, Sendable, CustomStringConvertible {
  /// By the rules; sending the same again makes sense only where `Rejection.isTransient`.
  case rejected(Rejection)
  /// The ledger can't be reached or is busy: try again later.
  case unavailable(reason: String)
  /// The ledger is not the one of this genesis, or is damaged: trying again won't help.
  case unusable(reason: String)
  case cancelled

  package var isTransient: Bool {
    switch self {
    case .rejected(let rejection): rejection.isTransient
    case .unavailable: true
    case .unusable, .cancelled: false
    }
  }

  package var description: String {
    switch self {
    case .rejected(let rejection): "the ledger rejected the call: \(rejection)"
    case .unavailable(let reason): "the ledger is not available at present: \(reason)"
    case .unusable(let reason): "the ledger can't be used: \(reason)"
    case .cancelled: "cancelled while waiting for the ledger"
    }
  }
}
