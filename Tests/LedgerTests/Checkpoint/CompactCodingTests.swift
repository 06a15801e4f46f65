import Receipts
import TestSupport
import Testing
import Workload

@testable import Ledger

/// A network in which all states of tasks occur, some tens of heights old.
func workedChain(seed: UInt64, blocks: Int = 25) throws -> Chain {
  let members = (1...8).map { Member($0) }
  var chain = try Chain(demoGenesis(members: members))
  var random = SplitMix64(seed)
  try chain.block()
  for member in members { try chain.join(member, slots: 2) }
  for _ in 0..<4 { _ = try chain.post(order(tasks: 70), by: requesterAddress) }
  for _ in 0..<blocks { try step(&chain, members, &random) }
  return chain
}

private func step(_ chain: inout Chain, _ members: [Member], _ random: inout SplitMix64) throws {
  try chain.block()
  for member in members where Int.random(in: 0..<10, using: &random) > 0 {
    for duty in chain.state.duties(of: member.node) {
      // The first lies now and then, so that juries are drawn.
      let lies = member.node == members[0].node && Int.random(in: 0..<3, using: &random) == 0
      let root = lies ? Keccak256.hash(duty.replica.task.word, Bytes32(3)) : honest(duty.replica.task)
      try chain.perform(duty, root: root)
    }
  }
  for call in chain.state.dueCalls(limit: 20) { try chain.crank(call) }
}

private func copy(_ state: ContributionState) throws -> ContributionState {
  try CompactDecoder.decode(ContributionState.self, from: try CompactEncoder.encode(state)[...])
}

@Suite struct CompactCodingTests {
  private struct Everything: Codable, Equatable {
    enum Choice: Codable, Equatable {
      case nothing
      case one(UInt64)
      case two(name: String?, Bytes32)
    }
    var flags = [true, false]
    var small: [Int8] = [.min, -1, 0, 1, .max]
    var numbers: [Int64] = [.min, -1, 0, 127, 128, .max]
    var unsigned: [UInt64] = [0, 127, 128, 16_383, 16_384, .max]
    var wide: [UInt128] = [0, 1, 1 << 64, .max]
    var amount: UInt128 = 9_360_000_000
    var missing: UInt64?
    var wideOrNothing: [UInt128?] = [nil, 5]
    var present: UInt128? = 7
    var text: String? = "héat"
    var noText: String?
    var flag: Bool? = false
    var words = [Bytes32.zero: Address.zero, Keccak256.hash("a"): Address(lastBytesOf: Keccak256.hash("b"))]
    var names: [Address: [String: Int]] = [.zero: ["a": -1], Address(lastBytesOf: Keccak256.hash("c")): [:]]
    var choices: [Choice] = [.nothing, .one(3), .two(name: nil, .zero), .two(name: "x", .zero), .one(.max)]
    var signature = someKey.sign(.zero)
    var receipt = largeReceipt
    var nothing: [Choice] = []
  }

  @Test func everyKindOfValueComesBack() throws {
    let bytes = try CompactEncoder.encode(Everything())
    #expect(try CompactDecoder.decode(Everything.self, from: bytes[...]) == Everything())
    // From the middle of a file, too.
    #expect(try CompactDecoder.decode(Everything.self, from: ([1, 2] + bytes)[2...]) == Everything())
    #expect(throws: DecodingError.self) {
      try CompactDecoder.decode(Everything.self, from: (bytes + [0])[...])
    }
  }

  @Test func aTypeThatChangedIsNoticed() throws {
    struct Before: Codable { var first: UInt64 = 1; var second: UInt64 = 2 }
    struct Grown: Codable { var first: UInt64; var between: UInt64; var second: UInt64 }
    struct Turned: Codable { var second: UInt64; var first: UInt64 }
    let bytes = try CompactEncoder.encode(Before())
    #expect(throws: DecodingError.self) { try CompactDecoder.decode(Grown.self, from: bytes[...]) }
    #expect(throws: DecodingError.self) { try CompactDecoder.decode(Turned.self, from: bytes[...]) }
  }

  @Test func aStateThatWasReadGoesOnAsTheOtherDoes() throws {
    let chain = try workedChain(seed: 4)
    var (one, other) = (chain.state, try copy(chain.state))
    #expect(Set(one.bags.flatMap { $0.tasks.map(\.name) }).count >= 5, "the states of tasks are varied")
    #expect(other.stateHash == one.stateHash)
    for round in 0..<40 {
      #expect(one.dueCalls(limit: 1_000) == other.dueCalls(limit: 1_000))
      for node in one.nodes { #expect(one.duties(of: node.address) == other.duties(of: node.address)) }
      let block = BlockContext(height: one.height + 1, beacon: Keccak256.hash("\(round)"))
      #expect(try one.open(block) == other.open(block))
      for (number, call) in one.dueCalls(limit: 10).enumerated() {
        let nonce = UInt64(1_000_000 + round * 100 + number)
        let events = Result { () throws(Rejection) in try one.apply(call, from: crankAddress, nonce: nonce) }
        #expect(
          events == Result { () throws(Rejection) in try other.apply(call, from: crankAddress, nonce: nonce) }
        )
      }
      #expect(one.stateHash == other.stateHash, "\(round) heights on")
    }
  }

  @Test func damagedBytesAreRefusedOrReadAndNeverTrap() throws {
    let bytes = try CompactEncoder.encode(try workedChain(seed: 5, blocks: 12).state)
    var random = SplitMix64(6)
    var refused = 0
    for _ in 0..<300 {
      var damaged = bytes
      if Bool.random(using: &random) {
        damaged.removeLast(Int.random(in: 1..<bytes.count, using: &random))
      }
      for _ in 0..<Int.random(in: 0...3, using: &random) {
        damaged[Int.random(in: 0..<damaged.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
      }
      do { _ = try CompactDecoder.decode(ContributionState.self, from: damaged[...]) } catch { refused += 1 }
    }
    #expect(refused > 100)
  }
}

private let largeReceipt = receipt(
  ReplicaName(task: TaskID(word: Bytes32(5)), round: 1, node: .zero), root: .zero, price: 1 << 100)

@Suite struct StateHashMemoryTests {
  /// What the state remembers of its last hash must never change the next one.
  @Test(arguments: [1, 2, 3] as [UInt64])
  func theRememberedHashIsThatOfAStateThatRemembersNothing(seed: UInt64) throws {
    let members = (1...8).map { Member($0) }
    var chain = try workedChain(seed: seed, blocks: 3)
    var random = SplitMix64(seed)
    var hashes: Set<Bytes32> = []
    for _ in 0..<40 {
      try step(&chain, members, &random)
      let hash = chain.state.refreshedStateHash()
      #expect(hash == (try copy(chain.state).stateHash), "seed \(seed)")
      // Also where part of it was remembered before the last calls.
      for call in chain.state.dueCalls(limit: 3) { try chain.crank(call) }
      #expect(chain.state.stateHash == (try copy(chain.state).stateHash), "seed \(seed)")
      hashes.insert(hash)
    }
    #expect(hashes.count == 40)
  }

  @Test func everyTaskOfABagIsInTheHash() throws {
    var state = try workedChain(seed: 7, blocks: 12).state
    let before = state.refreshedStateHash()
    for index in [0, 1, 63, 64, 69] {
      var changed = state
      changed.bags[2].tasks[index] = .cancelled
      let fresh = changed.stateHash
      #expect(fresh != before)
      #expect(changed.refreshedStateHash() == fresh)
    }
    state.bags[1].escrow += 1
    #expect(state.refreshedStateHash() != before)
  }
}
