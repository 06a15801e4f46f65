package import Receipts
package import Workload

/// The ledger of one machine: blocks in a SQLite file that several processes append to, each with the ledger's key.
///
/// A process that appends takes the file's write lock, applies what others appended meanwhile, then its own calls, and
/// lets go when they are on the disk. Its state is in memory and is derived from the file alone, so after an error it is
/// thrown away and derived again.
package actor EmbeddedLedger: ContributionLedger {
  /// Calls of one process that may wait for their block at once.
  static let greatestQueue = 4_096
  /// Encoded, with signature.
  static let greatestCall = 256 << 10
  /// How often a waiting process looks for blocks of others.
  static let poll = Duration.milliseconds(25)
  /// Heights that an idle ledger leaves out between two ticks, so that it grows by few rows a day.
  static let idleStride: UInt64 = 12

  /// Blocks and calls between two checkpoints, at least.
  package static let checkpointStride = CheckpointWriter.stride

  package nonisolated let genesis: Genesis
  package nonisolated let domain: EIP712Domain
  private let executor = SerialQueueExecutor(label: "samovar.ledger")
  package nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

  private let store: BlockStore
  private let key: PrivateKey?
  private let now: @Sendable () -> Instant

  /// Nothing before the first use and after an error. Whoever changes it takes it out, and puts it back on success.
  private var replay: ChainReplay?
  private var log = EventLog()
  private var seenVersion: Int?

  private let checkpoints: CheckpointFiles
  private let writer: CheckpointWriter
  private let checkpointStride: UInt64
  /// Blocks and calls up to the last checkpoint that is known here.
  private var checkpointed: (number: UInt64, entries: UInt64) = (0, 0)
  /// Checkpoints that were found and not used, and why; of the last opening.
  private var flaws: [String] = []

  private var queue: [(ticket: UInt64, call: CheckedCall)] = []
  private var answers: [UInt64: Result<Inclusion, LedgerError>] = [:]
  private var nextTicket: UInt64 = 0

  /// Opens a ledger; its blocks are read at the first use.
  ///
  /// - Parameters:
  ///   - key: the ledger's key; without it this process follows and can't append.
  ///   - expecting: the digest of the genesis that it must have grown from, where the caller knows.
  ///   - checkpointStride: blocks and calls between two checkpoints, at least.
  ///   - now: the clock that blocks are dated by.
  /// - Throws: `LedgerFileError`, `GenesisError`, `FileError`.
  package init(
    _ directory: LedgerDirectory, key: PrivateKey?, expecting: Bytes32? = nil,
    checkpointStride: UInt64 = EmbeddedLedger.checkpointStride, now: @escaping @Sendable () -> Instant
  ) throws {
    let genesis = try directory.genesis()
    let digest = try genesis.digest
    if let expecting, expecting != digest {
      throw LedgerFileError.otherGenesis(path: directory.path, expected: expecting, found: digest)
    }
    if let key, key.address != genesis.ledgerKey {
      throw LedgerFileError.otherKey(
        path: directory.path, expected: "\(genesis.ledgerKey)", found: "\(key.address)")
    }
    guard LocalFile.exists(directory.database) else { throw LedgerFileError.absent(path: directory.database) }
    store = try BlockStore(path: directory.database)
    let found = Keccak256.hash(try store.genesis())
    guard found == digest else {
      throw LedgerFileError.otherGenesis(path: directory.database, expected: digest, found: found)
    }
    self.genesis = genesis
    self.domain = try genesis.domain
    self.key = key
    self.now = now
    self.checkpointStride = checkpointStride
    checkpoints = CheckpointFiles(directory: directory.path)
    writer = CheckpointWriter(checkpoints)
  }

  /// Lets go of the file. Calls after this throw `.unusable`.
  package func close() throws {
    replay = nil
    writer.finish()
    try store.close()
  }

  // MARK: - Appending

  /// Signatures are checked here on whatever thread calls, so that many submits use all cores, and while the actor makes
  /// blocks of those before.
  @concurrent package nonisolated func submit(_ call: SignedCall) async throws(LedgerError) -> Inclusion {
    guard call.payload.count <= Self.greatestCall else {
      throw .rejected(
        .malformed(reason: "\(call.payload.count) bytes are more than the \(Self.greatestCall) of a call"))
    }
    let checked: CheckedCall
    do {
      checked = try CheckedCall(call, in: domain)
    } catch {
      throw .rejected(error)
    }
    return try await include(checked)
  }

  private func include(_ call: CheckedCall) async throws(LedgerError) -> Inclusion {
    guard queue.count < Self.greatestQueue else {
      throw .unavailable(reason: "\(queue.count) calls of this process wait for their block already")
    }
    let ticket = nextTicket
    nextTicket += 1
    queue.append((ticket, call))
    // The submits that wait at this actor's door come in first; whichever goes on first makes one block of all.
    await Task.yield()
    if answers[ticket] == nil { makeBlockOfQueue() }
    guard let answer = answers.removeValue(forKey: ticket) else {
      preconditionFailure("every queued call is answered when its block is made")
    }
    return try answer.get()
  }

  private func makeBlockOfQueue() {
    let batch = queue
    queue.removeAll(keepingCapacity: true)
    do {
      let results = try append(batch.map(\.call))
      for (entry, result) in zip(batch, results) {
        answers[entry.ticket] = result.mapError(LedgerError.rejected)
      }
    } catch {
      for entry in batch { answers[entry.ticket] = .failure(error) }
    }
  }

  /// Raises the height where it is due, as far as it may be raised. Returns the height.
  package func tick() throws(LedgerError) -> Height {
    try current { $0.mostRise(at: clock) } > 0 ? appendTick() : current(\.state.height)
  }

  private func appendTick() throws(LedgerError) -> Height {
    _ = try append([])
    return try current(\.state.height)
  }

  /// One transaction: catches up, ticks where due, and makes a block of the calls that the rules accept.
  private func append(_ calls: [CheckedCall]) throws(LedgerError) -> [Result<Inclusion, Rejection>] {
    try translating {
      guard let key else { throw LedgerFileError.readOnly(path: store.path) }
      var replay = try takeReplay()
      var results: [Result<Inclusion, Rejection>] = []
      var checkpoint: Checkpoint?
      try store.append { file in
        try follow(&replay, file.read)
        if let (block, effect) = try replay.makeTick(at: clock, key: key) {
          try file.insert(block, firstCall: replay.nextCall)
          log.record(effect, height: replay.state.height)
          checkpoint = dueCheckpoint(of: replay)
        }
        var effect = ChainReplay.Effect()
        for call in calls {
          do throws(Rejection) {
            let applied = try replay.include(call)
            effect.calls.append(applied)
            results.append(.success(applied.inclusion))
          } catch {
            results.append(.failure(error))
          }
        }
        guard !effect.calls.isEmpty else { return }
        let firstCall = replay.nextCall
        let block = replay.makeBlock(of: effect.calls.map(\.checked.signed), at: clock, key: key)
        try file.insert(block, firstCall: firstCall)
        log.record(effect, height: replay.state.height)
      }
      self.replay = replay
      if let checkpoint { writer.write(checkpoint) }
      return results
    }
  }

  // MARK: - Following

  /// Answers from the state after the last block in the file.
  func current<Value>(_ answer: (ChainReplay) throws -> Value) throws(LedgerError) -> Value {
    try translating {
      let version = try store.dataVersion()
      if let replay, version == seenVersion { return try answer(replay) }
      var replay = try takeReplay()
      try follow(&replay, store.read)
      let value = try answer(replay)
      self.replay = replay
      seenVersion = version
      return value
    }
  }

  /// Takes the replay out, so that an error on the way leaves none behind. After an error it begins again.
  private func takeReplay() throws -> ChainReplay {
    if let taken = replay {
      replay = nil
      return taken
    }
    let found = try checkpoints.newest(
      genesis: genesis, digest: genesis.digest, tick: store.tick(number:))
    flaws = found.flaws
    if let checkpoint = found.checkpoint {
      log = checkpoint.log
      checkpointed = (checkpoint.replay.number, checkpoint.replay.entries)
      return checkpoint.replay
    }
    log = EventLog()
    checkpointed = (0, 0)
    return try ChainReplay(genesis: genesis)
  }

  /// The state after the tick that was just made, where it is time for a checkpoint.
  private func dueCheckpoint(of replay: ChainReplay) -> Checkpoint? {
    let entries = replay.entries
    guard CheckpointWriter.isDue(entries: entries, since: checkpointed.entries, stride: checkpointStride)
    else { return nil }
    let before = checkpointed.number
    checkpointed = (replay.number, entries)
    // Another process may have written one lately.
    if let newest = try? checkpoints.numbers().first, newest > before, newest <= replay.number { return nil }
    log.foldPlaces()
    return Checkpoint(replay: replay, log: log)
  }

  /// What the operator should know of checkpoints: which ones were not used and why, and that one could not be written.
  package func checkpointNotes() -> [String] { flaws + [writer.note].compactMap { $0 } }

  private func follow(
    _ replay: inout ChainReplay, _ read: (UInt64, UInt64, (Block) throws -> Void) throws -> Void
  ) throws {
    var last: Block?
    do {
      try read(replay.number, replay.nextCall) { block in
        let effect = try replay.apply(block, depth: .rules)
        log.record(effect, height: replay.state.height)
        last = block
      }
      if let last { try replay.verifySeal(of: last) }
    } catch let fault as LedgerFault {
      throw LedgerFileError.broken(path: store.path, fault)
    }
  }

  private var clock: UInt64 { UInt64(max(0, now().value)) }

  private func translating<Value>(_ body: () throws -> Value) throws(LedgerError) -> Value {
    do {
      return try body()
    } catch let error as LedgerError {
      throw error
    } catch let error as LedgerFileError where error.isTransient {
      throw .unavailable(reason: "\(error)")
    } catch {
      throw .unusable(reason: "\(error)")
    }
  }
}

// MARK: - Time

extension EmbeddedLedger {
  package func height() throws(LedgerError) -> Height { try current(\.state.height) }

  package func waitForHeight(_ height: Height) async throws(LedgerError) -> Height {
    while true {
      let reached = key == nil ? try self.height() : try tick()
      if reached >= height { return reached }
      do {
        try await Task.sleep(for: Self.poll)
      } catch {
        throw .cancelled
      }
    }
  }

  /// Raises the height for as long as it runs: one of a process's services. Several processes may do it at once. Where
  /// no task is open it raises the height by strides. Throws where the ledger can't be used; waits where it is busy or
  /// the disk is full. Returns when cancelled.
  package func keepTime() async throws(LedgerError) {
    while !Task.isCancelled {
      do {
        let idleStride = min(Self.idleStride, genesis.parameters.epochBlocks)
        let stride: UInt64 = try current(\.state.isIdle) ? idleStride : 1
        if try current({ $0.mostRise(at: clock) }) >= stride { _ = try appendTick() }
      } catch  where error.isTransient {
        // Whoever submits a call is told; here the next round tries again.
      }
      do { try await Task.sleep(for: Self.poll) } catch { return }
    }
  }
}

extension ContributionState {
  /// No task is queued, with nodes, or in its hold.
  fileprivate var isIdle: Bool { running.isEmpty && holds.isEmpty && queuedBags.isEmpty }
}

// MARK: - Questions

extension EmbeddedLedger {
  package func inclusion(of callDigest: Bytes32) throws(LedgerError) -> Inclusion? {
    guard let place = try current({ _ in log.place(of: callDigest) }) else { return nil }
    let events = try events(after: EventCursor(sequence: place.firstEvent - 1), limit: place.eventCount)
    return Inclusion(height: place.height, index: place.index, events: events.map(\.event))
  }

  package func events(after cursor: EventCursor, limit: Int) throws(LedgerError) -> [RecordedEvent] {
    if let kept = try current({ _ in log.events(after: cursor, limit: limit) }) { return kept }
    return try oldEvents(after: cursor, limit: limit)
  }

  /// Events that are no longer in memory, derived again from the first block on.
  private func oldEvents(after cursor: EventCursor, limit: Int) throws(LedgerError) -> [RecordedEvent] {
    struct Enough: Error {}
    return try translating {
      var replay = try ChainReplay(genesis: genesis)
      var all = EventLog(keeping: .max / 4)
      do {
        try store.read(after: 0, nextCall: 1) { block in
          all.record(try replay.apply(block, depth: .rules), height: replay.state.height)
          if let found = all.events(after: cursor, limit: limit), found.count == limit { throw Enough() }
        }
      } catch is Enough {}
      return all.events(after: cursor, limit: limit) ?? []
    }
  }

  package func account(_ address: Address) throws(LedgerError) -> Account {
    try current { $0.state.account(address) }
  }

  package func node(_ address: Address) throws(LedgerError) -> NodeRecord? {
    try current { $0.state.node(address) }
  }

  package func epoch() throws(LedgerError) -> EpochRecord { try current(\.state.epochRecord) }

  package func pools() throws(LedgerError) -> Pools { try current(\.state.pools) }

  package func bag(_ id: BagID) throws(LedgerError) -> BagSummary? { try current { $0.state.bag(id) } }

  package func bags(of requester: Address) throws(LedgerError) -> [BagSummary] {
    try current { $0.state.bags(of: requester) }
  }

  package func task(_ id: TaskID) throws(LedgerError) -> TaskSummary? { try current { $0.state.task(id) } }

  package func duties(of node: Address) throws(LedgerError) -> [Duty] {
    try current { $0.state.duties(of: node) }
  }

  package func dueCalls(limit: Int) throws(LedgerError) -> [Call] {
    try current { $0.state.dueCalls(limit: limit) }
  }

  /// The whole state after the last block, for reports and tests. A copy: cheap to take, and the next block copies
  /// what it changes for as long as the copy lives.
  package func snapshot() throws(LedgerError) -> ContributionState { try current(\.state) }

  /// Hash of the last block, and of the state after it.
  package func tip() throws(LedgerError) -> (block: UInt64, hash: Bytes32, stateHash: Bytes32) {
    try current { ($0.number, $0.hash, $0.state.stateHash) }
  }

  /// Lets the file grow to so many pages and no further, as a full disk would. For tests.
  func limitPages(to count: Int) throws { try store.limitPages(to: count) }

  /// The block of the checkpoint that the ledger was opened from, 0 where it was none; and that a checkpoint that is being
  /// written is written. For tests.
  func openedAt() throws -> UInt64 {
    _ = try current { $0.number }
    return checkpointed.number
  }

  func finishCheckpoint() { writer.finish() }

  /// The level of `PRAGMA synchronous`; 2 is FULL.
  func synchronous() throws -> Int? { try store.synchronous() }
}
