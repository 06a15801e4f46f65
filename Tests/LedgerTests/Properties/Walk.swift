import Ledger
import Receipts
import TestSupport
import Testing
import Workload

extension SplitMix64 {
  mutating func chance(_ percent: Int) -> Bool { Int.random(in: 0..<100, using: &self) < percent }
}

/// One random history: sensible and senseless calls on a network in which some collude, some lie alone, some sleep, some
/// decline and one signs two receipts. The invariants are watched after each.
struct Walk {
  private(set) var chain: Chain
  private(set) var checker = InvariantChecker()
  private var random: SplitMix64
  private let members: [Member]
  private let equivocator: Member
  private var bags: [BagID] = []

  /// Prices and bonds are multiples of `unit`; deposits are not, as they name the chain.
  init(seed: UInt64, unit: UInt64 = 1) throws {
    random = SplitMix64(seed)
    equivocator = try Member(keyed: 14)
    members = Self.members + [equivocator]
    chain = try Chain(Self.genesis(seed: seed, members: members))
    self.unit = unit
    let before = chain.state
    try chain.block()
    for member in members { try chain.join(member, bond: Amount(40_000_000 * unit), slots: 3) }
    checker.check(before, chain.state, chain.events)
  }

  private let unit: UInt64

  /// Thirteen nodes of eleven operators; two share a site.
  private static var members: [Member] {
    (1...13).map { Member($0, operatorNumber: $0 > 11 ? $0 - 8 : $0, site: $0 == 7 ? 6 : $0) }
  }

  static func genesis(seed: UInt64, members: [Member]? = nil) throws -> Genesis {
    let members = try members ?? Self.members + [Member(keyed: 14)]
    let variant = UInt32(seed % 3)
    return demoGenesis(
      members: members, auditPool: seed.isMultiple(of: 2) ? 0 : 50_000_000, funds: 4_000_000_000
    ) {
      $0.juryLead = 1 + variant
      $0.diversityFactor = variant
      $0.maximumJurors = 5
      $0.epochBlocks = 3
      $0.auditRate = 2_000
      $0.auditRateSingle = 3_000
      $0.auditRateAlert = 5_000
      $0.holdBlocks = 25
      $0.unbondingBlocks = 25 + 48 * 50 + 3
    }
  }

  mutating func run(blocks: Int) throws {
    for step in 0..<blocks {
      try block()
      if step < blocks - 10, random.chance(20) || bags.isEmpty { try post() }
      // Member 13 promises and never works.
      for member in members where member.node != members[12].node && random.chance(80) { work(member) }
      for call in chain.state.dueCalls(limit: 20) where random.chance(70) { attempt(call, by: crankAddress) }
      for _ in 0..<6 { attempt(noise(), by: anyone()) }
    }
  }

  /// Nobody works any more; only time passes and the crank turns.
  mutating func drain() throws {
    for _ in 0..<800 where chain.state.bags.contains(where: { $0.open > 0 }) {
      try block()
      for call in chain.state.dueCalls(limit: 50) { attempt(call, by: crankAddress) }
    }
  }

  private mutating func block() throws {
    let (before, seen) = (chain.state, chain.events.count)
    try chain.block()
    checker.check(before, chain.state, Array(chain.events[seen...]))
  }

  private mutating func post() throws {
    let trust = [0, 1, 2, 3, 50, 100_000].randomElement(using: &random) ?? 2
    // Some pay more than any bond covers: nobody may be drawn for them, and they expire.
    let price = UInt64.random(in: 1...1_000_000, using: &random) * (random.chance(10) ? 8 : 1)
    let order = order(
      tasks: UInt32.random(in: 1...4, using: &random), price: price * unit,
      trust: UInt32(trust), cap: UInt32.random(in: 3...5, using: &random),
      tau: UInt32.random(in: 1...4, using: &random), queueBlocks: UInt64.random(in: 5...60, using: &random))
    bags.append(try chain.post(order, by: requesterAddress))
  }

  private mutating func work(_ member: Member) {
    for duty in chain.state.duties(of: member.node) {
      let root = root(of: member, duty.replica.task)
      switch random.next() % 24 {
      case 0: attempt(.decline(duty.replica.task, round: duty.replica.round), by: member.node)
      case 1: attempt(.extend(duty.replica.task, round: duty.replica.round), by: member.node)
      case 2, 3: continue
      case 4 where member.node == equivocator.node: equivocate(duty.replica, price: duty.price)
      default: attempt { try $0.perform(duty, root: root) }
      }
    }
  }

  /// Members 1 to 3 tell the same lie about every other task; member 4 lies now and then, each time otherwise.
  private mutating func root(of member: Member, _ task: TaskID) -> Bytes32 {
    switch members.firstIndex(where: { $0.node == member.node }) ?? 0 {
    case 0...2 where task.word.bytes[0] & 1 == 0: Bytes32(666)
    case 3 where random.chance(30): Bytes32(UInt128(random.next()))
    default: honest(task)
    }
  }

  /// Signs a second receipt for a replica; somebody has seen both.
  private mutating func equivocate(_ name: ReplicaName, price: Amount) {
    guard let key = equivocator.key else { return }
    let receipts = [honest(name.task), Bytes32(7)].map { receipt(name, root: $0, price: price) }
    let signatures = receipts.map { key.sign($0.digest(in: chain.state.domain)) }
    attempt(
      .reportEquivocation(
        Equivocation(
          first: receipts[0], firstSignature: signatures[0], second: receipts[1],
          secondSignature: signatures[1])), by: crankAddress)
  }

  /// A call that makes no sense, mostly.
  private mutating func noise() -> Call {
    let bag = bags.randomElement(using: &random)
    let task = bag?.task(UInt32.random(in: 0...4, using: &random)) ?? TaskID(word: .zero)
    let node = members.randomElement(using: &random)?.node ?? .zero
    switch random.next() % 18 {
    case 0: return .assign(task)
    case 1: return .seal(task)
    case 2: return .tally(task)
    case 3: return .finalize(task)
    case 4: return .expire(task)
    case 5: return .drawJury(task)
    case 6: return .commit(task, round: UInt32.random(in: 0...2, using: &random), digest: Bytes32(9))
    case 7: return .acknowledge(task, round: 0)
    case 8: return random.chance(25) ? bag.map { .cancelBag($0) } ?? .payOwed : .payOwed
    case 9: return .deposit(to: node, amount: Amount(random.next() % 1000 * unit))
    case 10: return .withdraw(amount: Amount(random.next() % 1000 * unit))
    case 11: return random.chance(3) ? .exit(node: node) : .releaseBonds(node: node)
    case 12:
      return .bond(
        node: node, slot: UInt16(random.next() % 5), amount: Amount(random.next() % 2_000_000 * unit))
    case 13: return .offer(Offer(slots: 2, minimumPrice: 5, fromEpoch: 0, toEpoch: random.next() % 400))
    case 14: return random.chance(20) ? .withdrawOffer : .payOwed
    case 15: return .reaudit(task)
    case 16:
      let range = [0, 1, .max / 2, .max].randomElement(using: &random) ?? 0 as Amount
      return random.chance(50) ? .withdraw(amount: range) : .bond(node: node, slot: .max, amount: range)
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

  /// To hash a state costs far more than a call: one refusal in sixteen is looked at so closely.
  private static let closeLook = 16

  private mutating func attempt(_ body: (inout Chain) throws -> Void) {
    let (before, seen) = (chain.state, chain.events.count)
    do {
      try body(&chain)
      checker.check(before, chain.state, Array(chain.events[seen...]))
    } catch {
      if checker.reached.refused.isMultiple(of: Self.closeLook) {
        checker.checkRefusal(before.stateHash, chain.state)
      } else {
        checker.countRefusal()
      }
    }
  }
}
