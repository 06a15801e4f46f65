internal import Receipts
internal import Workload

/// The state that a chain of blocks leads to, and the place in the chain that it stands at. The embedded ledger follows
/// its file with one; the audit derives everything again with one.
struct ChainReplay: Codable {
  /// How much of a block is derived again rather than believed.
  enum Depth {
    /// Chain of hashes and the rules: enough for blocks under a hash that is checked, such as those of one's own file. Who
    /// signed a call or a receipt is believed.
    case rules
    /// All of it: signatures of blocks, beacons and calls, and the state hash of every block.
    case everything(BlockSigners)
  }

  let genesisDigest: Bytes32
  private(set) var state: ContributionState
  /// Number of the last block; 0 before the first.
  private(set) var number: UInt64 = 0
  /// Hash of the last block; the digest of the genesis before the first.
  private(set) var hash: Bytes32
  /// Sequence number of the next call.
  private(set) var nextCall: UInt64 = 1
  /// Milliseconds since 1970; never falls from block to block.
  private(set) var time: UInt64 = 0
  /// Time of the last tick.
  private(set) var tickTime: UInt64 = 0
  /// Calls at the present height.
  private(set) var callsAtHeight: UInt32 = 0

  /// Blocks and calls so far.
  var entries: UInt64 { number + nextCall - 1 }

  init(genesis: Genesis) throws(GenesisError) {
    state = try ContributionState(genesis: genesis)
    genesisDigest = try genesis.digest
    hash = genesisDigest
  }

  /// The same place in the chain with another state. Tests forge with it.
  func with(_ state: ContributionState) -> ChainReplay {
    var copy = self
    copy.state = state
    return copy
  }

  /// One call of a block, applied.
  struct Applied {
    var checked: CheckedCall
    var inclusion: Inclusion
  }

  /// What a block did.
  struct Effect {
    /// Of opening a height.
    var opening: [Event] = []
    var calls: [Applied] = []
  }

  // MARK: - Following

  /// Applies the next block. Throws what is wrong with it first; then this replay is spoiled and must be thrown away.
  mutating func apply(_ block: Block, depth: Depth) throws(LedgerFault) -> Effect {
    let head = block.head
    try expect(head.previous, hash, "hash of the block before", head.number)
    try expect(head.callsRoot, BlockHead.callsRoot(of: block.calls), "root of the calls", head.number)
    guard head.time >= time else {
      throw LedgerFault(block: head.number, what: "time", expected: "at least \(time)", found: "\(head.time)")
    }
    let effect =
      switch block.body {
      case .tick: try applyTick(block, depth: depth)
      case .calls(let calls): try applyCalls(calls, of: head, depth: depth)
      }
    if case .everything(let signers) = depth { try verifySeal(of: block, by: signers.seal) }
    advance(past: block)
    return effect
  }

  /// That the block is signed by the ledger's key and its state hash, where it has one, is that of the state. Checked of the last block
  /// of a replay of depth `rules`, it vouches for all blocks before: their hashes lead to it.
  mutating func verifySeal(of block: Block) throws(LedgerFault) {
    try verifySeal(of: block, by: block.signature.signer(of: block.head, in: state.domain))
  }

  private mutating func verifySeal(of block: Block, by signer: Address?) throws(LedgerFault) {
    let key = state.genesis.ledgerKey
    guard signer == key else {
      throw LedgerFault(
        block: block.head.number, what: "signature of the block", expected: "the ledger key's, \(key)",
        found: signer.map { "\($0)'s, or one of another block" } ?? "nobody's")
    }
    try expect(block.head.stateHash, stateHash(with: block.body), "state hash", block.head.number)
  }

  /// The state is hashed as a whole, which takes long where there are many tasks; so only ticks have it.
  private mutating func stateHash(with body: Block.Body) -> Bytes32 {
    switch body {
    case .tick: state.refreshedStateHash()
    case .calls: .zero
    }
  }

  private mutating func applyTick(_ block: Block, depth: Depth) throws(LedgerFault) -> Effect {
    let head = block.head
    let most = state.height + mostRise(at: head.time)
    guard head.height > state.height, head.height <= most else {
      throw LedgerFault(
        block: head.number, what: "height",
        expected: "from \(state.height + 1) to \(most) by the time of the block",
        found: "\(head.height)")
    }
    if case .everything(let signers) = depth, signers.beacon != state.genesis.ledgerKey {
      throw LedgerFault(
        block: head.number, what: "beacon",
        expected: "signed by the ledger key, \(state.genesis.ledgerKey)",
        found: signers.beacon.map { "signed by \($0), or for another height" } ?? "signed by nobody")
    }
    do {
      return Effect(opening: try state.open(BlockContext(height: head.height, beacon: head.beacon)))
    } catch {
      throw LedgerFault(
        block: head.number, what: "opening of the height", expected: "accepted", found: "\(error)")
    }
  }

  private mutating func applyCalls(_ calls: [[UInt8]], of head: BlockHead, depth: Depth) throws(LedgerFault)
    -> Effect
  {
    guard head.height == state.height else {
      throw LedgerFault(
        block: head.number, what: "height of a block with calls", expected: "\(state.height)",
        found: "\(head.height)")
    }
    var effect = Effect()
    for (index, bytes) in calls.enumerated() {
      do {
        switch depth {
        case .rules:
          let signed = try SignedCall(stored: bytes)
          effect.calls.append(try include(CheckedCall(believing: signed, in: state.domain)))
        case .everything(let signers): effect.calls.append(try include(signers.calls[index].get()))
        }
      } catch {
        throw LedgerFault(
          block: head.number, call: index, what: "call", expected: "one that the rules accept",
          found: "\(error)")
      }
    }
    return effect
  }

  private mutating func advance(past block: Block) {
    number = block.head.number
    hash = block.hash
    time = block.head.time
    nextCall += UInt64(block.calls.count)
    if case .tick = block.body {
      tickTime = block.head.time
      callsAtHeight = 0
    }
  }

  // MARK: - Leading

  /// By how much a tick may raise the height at a time: by one for each block time since the last tick while no node
  /// has work, so that an idle ledger or a long stop needs few rows. While nodes have work by at most one, so that
  /// no deadline passes in a stop of the ledger, in which nobody could have met it. 0 where no tick is due.
  func mostRise(at now: UInt64) -> UInt64 {
    // Before the first tick there is no time to count from.
    guard tickTime > 0 else { return 1 }
    guard now > tickTime else { return 0 }
    let elapsed = (now - tickTime) / state.genesis.parameters.blockMilliseconds
    return state.running.isEmpty ? elapsed : min(elapsed, 1)
  }

  /// Raises the height as far as it may at a time; nothing where no tick is due.
  mutating func makeTick(at now: UInt64, key: PrivateKey) throws(Rejection) -> (Block, Effect)? {
    let now = max(now, time)
    let rise = mostRise(at: now)
    guard rise > 0 else { return nil }
    let statement = BeaconStatement(height: state.height + rise, previous: hash)
    let signature = key.sign(statement, in: state.domain)
    let beacon = Keccak256.hash(signature.bytes)
    let events = try state.open(BlockContext(height: statement.height, beacon: beacon))
    let block = seal(.tick(beacon: signature), beacon: beacon, at: now, key: key)
    return (block, Effect(opening: events))
  }

  /// Applies a call at the present height; it belongs into the next block that `seal` makes. A rejected call leaves
  /// everything as it was.
  mutating func include(_ checked: CheckedCall) throws(Rejection) -> Applied {
    let events = try state.apply(checked)
    let inclusion = Inclusion(height: state.height, index: callsAtHeight, events: events)
    callsAtHeight += 1
    return Applied(checked: checked, inclusion: inclusion)
  }

  /// The block of the calls that were included since the last one.
  mutating func makeBlock(of calls: [SignedCall], at now: UInt64, key: PrivateKey) -> Block {
    seal(.calls(calls.map(\.stored)), beacon: .zero, at: max(now, time), key: key)
  }

  private mutating func seal(_ body: Block.Body, beacon: Bytes32, at now: UInt64, key: PrivateKey) -> Block {
    let calls: [[UInt8]] = if case .calls(let calls) = body { calls } else { [] }
    let head = BlockHead(
      number: number + 1, height: state.height, time: now, previous: hash,
      callsRoot: BlockHead.callsRoot(of: calls), beacon: beacon, stateHash: stateHash(with: body))
    let block = Block(head: head, signature: key.sign(head, in: state.domain), body: body)
    advance(past: block)
    return block
  }

  private func expect(_ found: Bytes32, _ expected: Bytes32, _ what: String, _ block: UInt64)
    throws(LedgerFault)
  {
    guard found == expected else {
      throw LedgerFault(block: block, what: what, expected: "\(expected)", found: "\(found)")
    }
  }
}
