internal import GRDB
internal import Receipts
internal import Workload

extension Audit {
  /// Replays all blocks of the copy and writes each right one to the second file.
  static func derive(
    _ database: String, rewritten: String, report: inout AuditReport, progress: (Progress) -> Void
  ) throws {
    var configuration = Configuration()
    configuration.prepareDatabase { db in
      try db.execute(
        sql: "PRAGMA cell_size_check = ON; PRAGMA trusted_schema = OFF; PRAGMA synchronous = OFF;")
    }
    let source = try DatabaseQueue(path: database, configuration: configuration)
    // The copy is ours: the log is taken into it, so that the file alone is the ledger.
    try source.writeWithoutTransaction { db in try db.execute(sql: "PRAGMA wal_checkpoint(TRUNCATE)") }
    let target = try DatabaseQueue(
      path: rewritten, configuration: BlockStore.configuration(synchronous: "OFF"))
    try source.read { rows in
      let genesis = try readGenesis(rows, report: &report)
      let writer = try Int.fetchOne(rows, sql: "PRAGMA user_version") ?? 0
      try target.write { copy in
        try BlockStore.makeTables(copy, genesis: genesis.text, writer: writer)
        var replay = try ChainReplay(genesis: genesis.value)
        do {
          try follow(rows, into: copy, &replay, report: &report, progress: progress)
        } catch {
          report.take(replay)
          throw error
        }
        report.take(replay)
      }
      let answers = try String.fetchAll(rows, sql: "PRAGMA integrity_check(1)")
      guard answers == ["ok"] else {
        throw LedgerFault(
          block: nil, what: "SQLite's integrity check", expected: "ok", found: answers.joined(separator: "; ")
        )
      }
    }
    try target.close()
    try source.close()
  }

  private static func readGenesis(
    _ db: Database, report: inout AuditReport
  ) throws -> (text: String, value: Genesis) {
    let texts = try BlockStore.genesisTexts(db)
    guard let first = texts.first, let text = first, texts.count == 1 else {
      throw LedgerFault(block: 0, what: "genesis", expected: "one text", found: "\(texts.count) rows")
    }
    report.genesis = Keccak256.hash(text)
    do {
      let genesis = try Genesis(json: Array(text.utf8))
      guard try genesis.json == Array(text.utf8) else {
        throw LedgerFault(
          block: 0, what: "genesis", expected: "canonical JSON", found: "another writing of it")
      }
      return (text, genesis)
    } catch let error as GenesisError {
      throw LedgerFault(block: 0, what: "genesis", expected: "one that can be used", found: "\(error)")
    }
  }

  private static func follow(
    _ rows: Database, into copy: Database, _ replay: inout ChainReplay, report: inout AuditReport,
    progress: (Progress) -> Void
  ) throws {
    let ofBlocks = UInt64(clamping: try Int64.fetchOne(rows, sql: "SELECT max(number) FROM block") ?? 0)
    let ofCalls = UInt64(clamping: try Int64.fetchOne(rows, sql: "SELECT max(sequence) FROM call") ?? 0)
    func take(_ window: SignatureWindow) throws {
      for (block, signers) in zip(window.blocks, window.signers()) {
        let firstCall = replay.nextCall
        let effect = try replay.apply(block, depth: .everything(signers))
        report.count(effect, of: block)
        let sums = AuditReport.Sums(of: replay.state)
        guard sums.isConserved else {
          throw LedgerFault(
            block: block.head.number, what: "sum of all money", expected: "deposits less withdrawals",
            found: "\(sums)")
        }
        try BlockStore.insert(copy, block, firstCall: firstCall)
      }
      progress(
        Progress(
          blocks: replay.number, ofBlocks: ofBlocks, calls: replay.nextCall - 1, ofCalls: ofCalls))
    }
    try readAhead(rows, in: replay.state.domain, take)
  }

  /// Gives all blocks in order to `take`, in windows whose signatures are looked up while the window before is taken.
  /// What can't be read is thrown after all before it was taken, so that the first fault is the one that is named.
  private static func readAhead(
    _ rows: Database, in domain: EIP712Domain, _ take: (SignatureWindow) throws -> Void
  ) throws {
    struct Stopped: Error { var fault: any Error }
    var ahead: SignatureWindow?
    var blocks: [Block] = []
    var signatures = 0
    func flush() throws(Stopped) {
      let next = SignatureWindow(blocks, in: domain)
      (blocks, signatures) = ([], 0)
      let before = ahead
      ahead = next
      do { if let before { try take(before) } } catch { throw Stopped(fault: error) }
    }
    var unreadable: (any Error)?
    do {
      try BlockRows.read(rows, after: 0, nextCall: 1) { block in
        blocks.append(block)
        signatures += 1 + block.calls.count
        if signatures >= SignatureWindow.bound { try flush() }
      }
    } catch let stopped as Stopped {
      throw stopped.fault
    } catch {
      unreadable = error
    }
    do throws(Stopped) { try flush() } catch { throw error.fault }
    if let ahead { try take(ahead) }
    if let unreadable { throw unreadable }
  }
}

extension AuditReport {
  fileprivate mutating func count(_ effect: ChainReplay.Effect, of block: Block) {
    blocks = block.head.number
    calls += UInt64(effect.calls.count)
    for event in effect.opening + effect.calls.flatMap(\.inclusion.events) {
      events += 1
      switch event {
      case .roundOpened: draws += 1
      case .leafAppended: receipts += 1
      case .slashed(let slash): slashed += slash.amount
      default: break
      }
    }
  }

  fileprivate mutating func take(_ replay: ChainReplay) {
    height = replay.state.height
    tip = replay.hash
    stateHash = replay.state.stateHash
    epochs = replay.state.epoch + 1
    sums = Sums(of: replay.state)
    for bag in replay.state.bags {
      for task in bag.tasks { tasks[task.name, default: 0] += 1 }
    }
  }
}

extension AuditReport.Sums {
  init(of state: ContributionState) {
    self.init()
    deposited = state.deposited
    withdrawn = state.withdrawn
    free = state.accounts.values.reduce(0) { $0 + $1.free }
    bonds = state.nodes.reduce(0) { $0 + $1.slots.reduce(0) { $0 + $1.bond } }
    escrows = state.bags.reduce(0) { $0 + $1.escrow }
    auditPool = state.pools.auditPool
    treasury = state.pools.treasury
    burned = state.pools.burned
  }
}
