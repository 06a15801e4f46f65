import Receipts
import TestSupport
import Testing
import Workload

@testable import Ledger

/// Blocks of a real chain, changed.
@Suite struct BlockFuzzTests {
  /// Blocks that nobody signed, and blocks that somebody signed who has the ledger's key and breaks the rules with it.
  @Test func aChangedBlockIsAFault() async throws {
    let history = try await FuzzedHistory()
    var budget = FuzzBudget("ChainReplay.apply")
    var mutation = BlockMutation(bytes: ByteMutation(random: budget.random), blocks: history.blocks)
    while budget.goesOn() {
      let place = Int.random(in: history.blocks.indices, using: &mutation.bytes.random)
      let block = mutation.mutate(history.blocks[place])
      guard block != history.blocks[place] else { continue }
      var replay = history.before[place]
      do throws(LedgerFault) {
        _ = try replay.apply(block, depth: .everything(history.signers(of: block)))
        Issue.record("block \(place + 1) was changed and is accepted: \(block)")
      } catch {
        #expect(!error.what.isEmpty && !error.expected.isEmpty)
        budget.count("faults")
      }
      try expectSums(of: history.sealed(block), at: place, in: history, &budget)
    }
    budget.report()
    #expect(budget["faults"] > 0 && budget["signed, refused"] > 0)
  }

  /// The holder of the key may make blocks as the rules let him; money he can't make.
  private func expectSums(
    of block: Block, at place: Int, in history: FuzzedHistory, _ budget: inout FuzzBudget
  ) throws {
    var replay = history.before[place]
    do throws(LedgerFault) {
      _ = try replay.apply(block, depth: .everything(history.signers(of: block)))
      #expect(AuditReport.Sums(of: replay.state).isConserved, "\(block)")
      budget.count("signed, accepted")
    } catch {
      budget.count("signed, refused")
    }
    // Who follows one's own file believes more; it must not trap either.
    var follower = history.before[place]
    _ = try? follower.apply(block, depth: .rules)
  }
}

/// A chain that came to its end, block by block.
struct FuzzedHistory {
  let network: EmbeddedNetwork
  private(set) var blocks: [Block] = []
  /// The replay before each block.
  private(set) var before: [ChainReplay] = []

  init() async throws {
    network = try EmbeddedNetwork()
    let ledger = try network.open()
    try await network.runBag(tasks: 2, through: [ledger])
    try await ledger.close()
    var replay = try ChainReplay(genesis: network.genesis)
    try BlockStore(path: network.directory.database).read(after: 0, nextCall: 1) { block in
      blocks.append(block)
      before.append(replay)
      _ = try replay.apply(block, depth: .rules)
    }
  }

  func signers(of block: Block) -> BlockSigners {
    SignatureWindow([block], in: before[0].state.domain).signers()[0]
  }

  /// With the roots that belong to its body, and signed by the ledger's key.
  func sealed(_ block: Block) -> Block {
    var block = block
    block.head.callsRoot = BlockHead.callsRoot(of: block.calls)
    if let beacon = block.beacon { block.head.beacon = Keccak256.hash(beacon.bytes) }
    block.signature = network.ledgerKey.sign(block.head, in: before[0].state.domain)
    return block
  }
}

/// Changes of a block: of its head, its signatures, or its calls.
struct BlockMutation {
  var bytes: ByteMutation
  let blocks: [Block]

  mutating func mutate(_ block: Block) -> Block {
    var block = block
    switch bytes.random.next() % 4 {
    case 0: changeHead(&block.head)
    case 1: changeSignatures(&block)
    case 2 where !block.calls.isEmpty: changeCalls(&block)
    default: exchange(&block)
    }
    return block
  }

  private mutating func changeHead(_ head: inout BlockHead) {
    let number = [0, 1, .max, .max - 1, 1 << 63, head.height + 1, head.time &- 1, bytes.random.next()]
      .randomElement(using: &bytes.random)
    let word = changed(head.previous)
    switch bytes.random.next() % 7 {
    case 0: head.number = number ?? 0
    case 1: head.height = number ?? 0
    case 2: head.time = number ?? 0
    case 3: head.previous = word
    case 4: head.callsRoot = word
    case 5: head.beacon = word
    default: head.stateHash = word
    }
  }

  private mutating func changed(_ word: Bytes32) -> Bytes32 {
    var raw = word.bytes
    raw[Int(bytes.random.next() % 32)] ^= 1 << UInt8(bytes.random.next() % 8)
    return Bytes32(raw) ?? .zero
  }

  private mutating func changeSignatures(_ block: inout Block) {
    let other = blocks.randomElement(using: &bytes.random) ?? block
    var raw = block.signature.bytes
    raw[Int(bytes.random.next() % 65)] ^= 1 << UInt8(bytes.random.next() % 8)
    if case .tick = block.body, bytes.random.chance(50) {
      block.body = .tick(beacon: Signature(bytes: raw) ?? other.signature)
    } else {
      block.signature = Signature(bytes: raw) ?? other.signature
    }
  }

  private mutating func changeCalls(_ block: inout Block) {
    var calls = block.calls
    let place = Int.random(in: calls.indices, using: &bytes.random)
    switch bytes.random.next() % 5 {
    case 0: calls.swapAt(place, Int.random(in: calls.indices, using: &bytes.random))
    case 1: calls.remove(at: place)
    case 2: calls.insert(calls[place], at: place)
    case 3:
      calls += (blocks.randomElement(using: &bytes.random) ?? block).calls
    default:
      calls[place] = bytes.mutate(calls[place], others: blocks.flatMap(\.calls))
    }
    block.body = .calls(calls)
  }

  /// The head of one, the rest of another.
  private mutating func exchange(_ block: inout Block) {
    guard let other = blocks.randomElement(using: &bytes.random) else { return }
    switch bytes.random.next() % 3 {
    case 0: block.body = other.body
    case 1: block.head = other.head
    default: block = other
    }
  }
}
