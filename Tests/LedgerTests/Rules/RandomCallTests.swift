import Ledger
import Receipts
import TestSupport
import Testing
import Workload

extension SplitMix64 {
  mutating func chance(_ percent: Int) -> Bool { Int.random(in: 0..<100, using: &self) < percent }
}

/// Random calls, sensible and senseless, on a network in which some lie, some sleep and some decline; the
/// invariants hold after each.
@Suite struct RandomCallTests {
  @Test(arguments: [1, 2, 3, 4, 5, 6] as [UInt64])
  func invariantsHoldAfterEveryCall(seed: UInt64) throws {
    var walk = try Walk(seed: seed)
    try walk.run(steps: 150)
    try walk.drain()
    walk.invariants.checkAllTasks(walk.chain.state)
    #expect(walk.chain.state.bags.allSatisfy { $0.open == 0 }, "17: time and the crank end every task")
    #expect(
      walk.chain.state.nodes.allSatisfy { $0.isIdle }, "nothing stays locked or busy after the last task")
    let summary =
      "seed \(seed): \(walk.accepted) accepted, \(walk.rejected) rejected, \(walk.invariants.ends)"
    #expect(walk.accepted > 500, "\(summary)")
    #expect(walk.rejected > 200, "\(summary)")
    #expect(walk.invariants.ends["FINAL", default: 0] > 10, "\(summary)")
    #expect(walk.invariants.ends.count >= 2, "other ends are reached as well; \(summary)")
    #expect(walk.invariants.juries > 0, "disputes are reached; \(summary)")
    #expect(walk.invariants.audits > 0, "audits are reached; \(summary)")
    // 16: replay gives the same state hash.
    #expect(try walk.chain.replayed().stateHash == walk.chain.state.stateHash, "\(summary)")
  }
}

/// One random history.
private struct Walk {
  var chain: Chain
  var invariants = Invariants()
  var accepted = 0
  var rejected = 0
  private var random: SplitMix64
  private let members: [Member]
  private var bags: [BagID] = []

  init(seed: UInt64) throws {
    random = SplitMix64(seed)
    // Ten nodes of eight operators; two share a site.
    members = (1...10).map { Member($0, operatorNumber: $0 > 8 ? $0 - 8 : $0, site: $0 == 7 ? 6 : $0) }
    let count = UInt32(seed % 3)
    chain = try Chain(
      demoGenesis(members: members) {
        $0.juryLead = 1 + count
        $0.diversityFactor = count
        $0.maximumJurors = 5
        $0.epochBlocks = 3
        $0.auditRate = 2_000
        $0.auditRateSingle = 3_000
        $0.auditRateAlert = 5_000
        $0.holdBlocks = 20
        $0.unbondingBlocks = 20 + 48 * 50 + 3
      })
    try chain.block()
    for member in members { try chain.join(member, slots: 3) }
    invariants.check(chain.state, events: chain.events)
  }

  mutating func run(steps: Int) throws {
    for step in 0..<steps {
      let before = chain.events.count
      try chain.block()
      invariants.check(chain.state, events: Array(chain.events[before...]))
      if step < steps - 10, random.chance(20) || bags.isEmpty { try post() }
      // The last node promises and never works.
      for member in members.dropLast() where random.chance(80) { work(member) }
      for call in chain.state.dueCalls(limit: 20) where random.chance(70) { attempt(call, by: crankAddress) }
      for _ in 0..<4 { attempt(noise(), by: anyone()) }
    }
  }

  /// Nobody works any more; only time passes and the crank turns.
  mutating func drain() throws {
    for _ in 0..<600 where chain.state.bags.contains(where: { $0.open > 0 }) {
      try chain.block()
      for call in chain.state.dueCalls(limit: 50) { attempt(call, by: crankAddress) }
    }
  }

  private mutating func post() throws {
    let trust = [0, 1, 2, 3, 50, 100_000].randomElement(using: &random) ?? 2
    let order = order(
      tasks: UInt32.random(in: 1...4, using: &random),
      // Some pay more than any bond covers: nobody may be drawn for them, and they expire.
      price: UInt64.random(in: 1...1_000_000, using: &random) * (random.chance(10) ? 8 : 1),
      trust: UInt32(trust), cap: UInt32.random(in: 3...5, using: &random),
      tau: UInt32.random(in: 1...4, using: &random),
      queueBlocks: UInt64.random(in: 5...60, using: &random))
    bags.append(try chain.post(order, by: requesterAddress))
  }

  private mutating func work(_ member: Member) {
    for duty in chain.state.duties(of: member.node) {
      let lies = member.node == members[0].node || (member.node == members[1].node && random.chance(50))
      let root =
        lies
        ? Keccak256.hash(duty.replica.task.word, .zero) : Keccak256.hash(duty.replica.task.word, Bytes32(1))
      switch random.next() % 20 {
      case 0: attempt(.decline(duty.replica.task, round: duty.replica.round), by: member.node)
      case 1: attempt(.extend(duty.replica.task, round: duty.replica.round), by: member.node)
      case 2, 3: continue
      default: attempt { try $0.perform(duty, root: root) }
      }
    }
  }

  /// A call that makes no sense, mostly.
  private mutating func noise() -> Call {
    let bag = bags.randomElement(using: &random)
    let task = bag?.task(UInt32.random(in: 0...4, using: &random)) ?? TaskID(word: .zero)
    let node = members.randomElement(using: &random)?.node ?? .zero
    switch random.next() % 16 {
    case 0: return .assign(task)
    case 1: return .seal(task)
    case 2: return .tally(task)
    case 3: return .finalize(task)
    case 4: return .expire(task)
    case 5: return .drawJury(task)
    case 6: return .commit(task, round: UInt32.random(in: 0...2, using: &random), digest: Bytes32(9))
    case 7: return .acknowledge(task, round: 0)
    case 8: return random.chance(25) ? bag.map { .cancelBag($0) } ?? .payOwed : .payOwed
    case 9: return .deposit(to: node, amount: Amount(random.next() % 1000))
    case 10: return .withdraw(amount: Amount(random.next() % 1000))
    case 11: return random.chance(3) ? .exit(node: node) : .releaseBonds(node: node)
    case 12:
      return .bond(node: node, slot: UInt16(random.next() % 5), amount: Amount(random.next() % 2_000_000))
    case 13: return .offer(Offer(slots: 2, minimumPrice: 5, fromEpoch: 0, toEpoch: random.next() % 400))
    case 14: return random.chance(20) ? .withdrawOffer : .payOwed
    default:
      let name = ReplicaName(task: task, round: 0, node: node)
      return .reveal(
        Reveal(receipt: receipt(name, root: .zero, price: 1), signature: someKey.sign(.zero), salt: .zero))
    }
  }

  private mutating func anyone() -> Address {
    switch random.next() % 5 {
    case 0: requesterAddress
    case 1: ledgerAddress
    case 2: members.randomElement(using: &random)?.operatorAddress ?? .zero
    default: members.randomElement(using: &random)?.node ?? .zero
    }
  }

  private mutating func attempt(_ call: Call, by address: Address) {
    attempt { try $0.call(call, by: address) }
  }

  /// A call that is rejected changes nothing.
  private mutating func attempt(_ body: (inout Chain) throws -> Void) {
    let before = chain.events.count
    let hash = rejected.isMultiple(of: 60) ? chain.state.stateHash : nil
    do {
      try body(&chain)
      accepted += 1
      invariants.check(chain.state, events: Array(chain.events[before...]))
    } catch {
      rejected += 1
      if let hash { #expect(chain.state.stateHash == hash, "a rejected call changed the state: \(error)") }
    }
  }
}
