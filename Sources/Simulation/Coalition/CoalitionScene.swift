package import Ledger
internal import Receipts
internal import Synchronization
internal import Workload

/// Twelve nodes on an embedded ledger of their own, in one process: four of them, of two operators, lie together, and are
/// found out by an audit, a jury and the cascade after the bans. The keys are real, all calls and receipts are signed, and
/// the file stands for `samovar audit`.
///
/// Blocks are dated by the scene's own clock, which goes on by one block time at each step. So the beacons, and with them
/// the whole ledger, follow from the seed: the same seed tells the same story.
package actor CoalitionScene {
  /// A scene is over long before; one that isn't says so.
  static let greatestHeight: Height = 3_000
  static let warmUpTasks: UInt32 = 20
  static let tasksOfABag: UInt32 = 20
  /// So many bags are posted at most while nobody is banned.
  static let greatestBags = 12
  /// The most calls that the crank makes at one height.
  private static let cranks = 64
  private static let eventsAtOnce = 1_024
  /// 1 January 2026.
  private static let start: Int64 = 1_767_225_600_000

  package nonisolated let cast: CoalitionCast
  package nonisolated let directory: LedgerDirectory
  /// What has happened so far.
  package private(set) var story: CoalitionStory
  private let ledger: EmbeddedLedger
  private let clock: SceneClock
  private var state: ContributionState
  private var nonces: [Address: UInt64] = [:]
  private var votes: [Bytes32: Reveal] = [:]
  private var cursor = EventCursor.start

  /// Makes the ledger; `directory` must hold none.
  package init(seed: UInt64, directory: LedgerDirectory) throws {
    cast = try CoalitionCast(seed: seed)
    self.directory = directory
    let clock = SceneClock(start: Self.start)
    self.clock = clock
    let genesis = cast.genesis
    try directory.create(genesis: genesis, key: cast.ledgerKey)
    ledger = try EmbeddedLedger(directory, key: cast.ledgerKey, now: { clock.now })
    state = try ContributionState(genesis: genesis)
    story = CoalitionStory(cast: cast)
  }

  /// Plays the whole scene and closes the ledger.
  ///
  /// - Parameter pause: after each height, so that what runs beside it has the processor.
  /// - Throws: `CoalitionFault` where it doesn't come to its end, and what the ledger throws.
  package func run(pause: Duration = .zero) async throws {
    try await step()
    try await join()
    let first = try await post(Self.warmUpTasks)
    try await play(pause, until: "the first bag is FINAL") { $0.bag(first)?.isTerminal == true }
    for _ in 0..<Self.greatestBags where goesOn {
      let bag = try await post(Self.tasksOfABag)
      try await play(pause, until: "no task of a bag is QUEUED") {
        $0.bag(bag)?.tasks["QUEUED"] == nil
      }
    }
    try await play(pause, until: "every task has its end") { state in
      state.bags.allSatisfy { $0.open == 0 }
    }
    story.settle(state)
    try await ledger.close()
  }

  /// Somebody can still lie, and no lie that was believed has fallen.
  private var goesOn: Bool {
    story.overturned.isEmpty && story.banned.count < cast.nodes.count(where: \.isLiar)
  }

  // MARK: - Calls

  private func join() async throws {
    for node in cast.nodes {
      try await send(.register(node.registration), by: node.key)
      try await send(.bond(node: node.address, slot: 0, amount: CoalitionCast.bond), by: node.operatorKey)
      let offer = Offer(slots: 1, minimumPrice: 1, fromEpoch: 0, toEpoch: .max)
      try await send(.offer(offer), by: node.key)
    }
  }

  private func post(_ tasks: UInt32) async throws -> BagID {
    let order = BagOrder(
      manifest: ContentDigest(sha256: .zero), taskCount: tasks, price: CoalitionCast.price, trust: 10,
      replicaCap: 5, tau: 2, queueBlocks: Self.greatestHeight)
    let sent = try await send(.postBag(order), by: cast.requester)
    try await listen()
    return BagID(
      domainSeparator: ledger.domain.separator, requester: cast.requester.address, nonce: sent.nonce)
  }

  @discardableResult
  private func send(_ call: Call, by key: PrivateKey) async throws -> (inclusion: Inclusion, nonce: UInt64) {
    let nonce = nonces[key.address, default: 0] + 1
    let signed = SignedCall(call, nonce: nonce, key: key, domain: ledger.domain)
    let inclusion = try await ledger.submit(signed)
    nonces[key.address] = nonce
    return (inclusion, nonce)
  }

  // MARK: - Time

  private func play(
    _ pause: Duration, until what: String, _ holds: (ContributionState) -> Bool
  ) async throws {
    while !holds(state) {
      guard state.height < Self.greatestHeight else {
        throw CoalitionFault(height: state.height, waitedFor: what)
      }
      try await step()
      if pause > .zero { try await Task.sleep(for: pause) }
    }
  }

  /// One height: every node does its duties, then anybody's calls that are due are made.
  private func step() async throws {
    clock.advance(milliseconds: Int64(ledger.genesis.parameters.blockMilliseconds))
    _ = try await ledger.tick()
    state = try await ledger.snapshot()
    for node in cast.nodes {
      for duty in state.duties(of: node.address) { try await perform(duty, by: node) }
    }
    for call in try await ledger.dueCalls(limit: Self.cranks) {
      // An earlier call of this height may have taken its slots, or its reason.
      do { try await send(call, by: cast.requester) } catch LedgerError.rejected {}
    }
    try await listen()
  }

  private func perform(_ duty: Duty, by node: CoalitionCast.Node) async throws {
    let name = duty.replica
    switch duty.action {
    case .awaitSeal: break
    case .acknowledge:
      try await send(.acknowledge(name.task, round: name.round), by: node.key)
    case .commit:
      guard let panel = state.task(name.task)?.state.panel else { return }
      let vote = CoalitionVote(
        duty, of: node, root: cast.root(of: node, task: name.task, panel: panel, in: state),
        time: UInt64(max(0, clock.now.value)), domain: ledger.domain)
      votes[vote.digest] = vote.reveal
      try await send(.commit(name.task, round: name.round, digest: vote.digest), by: node.key)
    case .reveal:
      guard let reveal = duty.commitDigest.flatMap({ votes.removeValue(forKey: $0) }) else { return }
      try await send(.reveal(reveal), by: node.key)
    }
  }

  /// Tells the story what happened since it was told last.
  private func listen() async throws {
    state = try await ledger.snapshot()
    while true {
      let events = try await ledger.events(after: cursor, limit: Self.eventsAtOnce)
      for event in events { story.take(event.event, state) }
      if let last = events.last { cursor = last.cursor }
      if events.count < Self.eventsAtOnce { return }
    }
  }
}

/// The scene did not come to its end.
package struct CoalitionFault: Error, Hashable, Sendable, CustomStringConvertible {
  package var height: Height
  package var waitedFor: String

  package var description: String {
    "the coalition's scene waited until height \(height) for this, in vain: \(waitedFor); try another seed"
  }
}

/// A clock that stands until it is told to go on.
private final class SceneClock: Sendable {
  private let milliseconds: Mutex<Int64>

  init(start: Int64) { milliseconds = Mutex(start) }

  var now: Instant { Instant(milliseconds.withLock { $0 }) }

  func advance(milliseconds count: Int64) { milliseconds.withLock { $0 += count } }
}
