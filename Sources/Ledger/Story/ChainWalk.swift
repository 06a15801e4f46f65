internal import FoundationEssentials
internal import GRDB
internal import Receipts
internal import Workload

/// Sees a chain go by, block by block.
protocol ChainObserver {
  /// Before a block is applied to `state`.
  mutating func willApply(_ block: Block, to state: ContributionState)
  /// After it was.
  mutating func didApply(_ block: Block, effect: ChainReplay.Effect, state: ContributionState)
}

/// Goes through a ledger's file once more, for what an audit doesn't keep. The file is one that an audit has passed:
/// hashes and rules are looked at again, signatures are not.
struct ChainWalk {
  private let database: DatabaseQueue
  private let genesis: Genesis

  /// `path`: a database that nobody writes to.
  init(path: String) throws {
    var configuration = Configuration()
    configuration.readonly = true
    database = try DatabaseQueue(path: path, configuration: configuration)
    genesis = try database.read { db in
      guard let first = try BlockStore.genesisTexts(db).first, let text = first else {
        throw LedgerFault(block: 0, what: "genesis", expected: "one", found: "none")
      }
      return try Genesis(json: Array(text.utf8))
    }
  }

  /// Shows an observer all blocks; returns the state at the end.
  func follow(_ observer: inout some ChainObserver) throws -> ContributionState {
    try database.read { db in
      var replay = try ChainReplay(genesis: genesis)
      try BlockRows.read(db, after: 0, nextCall: 1) { block in
        observer.willApply(block, to: replay.state)
        let effect = try replay.apply(block, depth: .rules)
        observer.didApply(block, effect: effect, state: replay.state)
      }
      return replay.state
    }
  }

  /// All bags that were posted, without following the rules.
  func bags() throws -> [BagOutline] {
    let separator = try genesis.domain.separator
    return try database.read { db in
      var bags: [BagOutline] = []
      let rows = try Row.fetchCursor(db, sql: "SELECT payload FROM call ORDER BY sequence")
      while let row = try rows.next() {
        guard let bytes = Data.fromDatabaseValue(row[0]) else { continue }
        let signed = try SignedCall(stored: Array(bytes))
        guard case .postBag(let order) = try Call(encoded: signed.payload) else { continue }
        bags.append(
          BagOutline(
            id: BagID(domainSeparator: separator, requester: signed.from, nonce: signed.nonce),
            taskCount: order.taskCount))
      }
      return bags
    }
  }
}

extension TaskRecorder {
  /// Follows one task through a ledger's file.
  static func record(_ task: TaskID, in walk: ChainWalk) throws -> TaskRecord {
    var observer = BlockRecorder(recorder: TaskRecorder(task: task))
    let end = try walk.follow(&observer)
    observer.recorder.end(at: end)
    guard let record = observer.recorder.record else {
      throw TaskReferenceError.unknown(task.description, bags: [])
    }
    return record
  }
}

/// Takes blocks apart for a recorder. Where a block has calls on the task its calls are applied one by one to a copy of
/// the state, so that the state before each is known; few blocks have, so few copies are made.
private struct BlockRecorder: ChainObserver {
  var recorder: TaskRecorder
  private var copy: ContributionState?

  init(recorder: TaskRecorder) {
    self.recorder = recorder
  }

  mutating func willApply(_ block: Block, to state: ContributionState) {
    let needsStates = block.calls.contains { bytes in
      guard let call = Self.call(bytes) else { return false }
      return recorder.needsStates(for: call)
    }
    copy = needsStates ? state : nil
  }

  mutating func didApply(_ block: Block, effect: ChainReplay.Effect, state: ContributionState) {
    for applied in effect.calls {
      let call = applied.checked.call
      let from = applied.checked.signed.from
      var states: (before: ContributionState, after: ContributionState)?
      if var next = copy {
        let before = next
        // It was accepted just now, from the same state.
        _ = try? next.apply(call, from: from, nonce: applied.checked.signed.nonce)
        states = (before, next)
        copy = next
      }
      recorder.saw(
        call, from: from, block: block.head.number, height: applied.inclusion.height,
        events: applied.inclusion.events, states: states)
    }
    copy = nil
  }

  private static func call(_ stored: [UInt8]) -> Call? {
    guard let signed = try? SignedCall(stored: stored) else { return nil }
    return try? Call(encoded: signed.payload)
  }
}
