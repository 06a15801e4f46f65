import FoundationEssentials
import Ledger
import Receipts
import TestSupport
import Testing
import Workload

@Suite struct CodecTests {
  @Test func everyCallComesBackFromItsBytes() throws {
    var random = SplitMix64(11)
    for _ in 0..<20 {
      let all = callsOfEachKind(&random)
      #expect(Set(all.map { $0.encoded[1] }).count == 24, "one of each call")
      for call in all { #expect(try Call(encoded: call.encoded) == call) }
    }
  }

  /// One call, one encoding: whatever bytes are read are the bytes that would be written.
  @Test func hostileBytesAreRefusedOrCanonical() throws {
    var random = SplitMix64(12)
    var (refused, read) = (0, 0)
    for call in callsOfEachKind(&random) {
      let bytes = call.encoded
      for _ in 0..<60 {
        var hostile = bytes
        switch random.next() % 4 {
        case 0: hostile = Array(hostile.prefix(Int.random(in: 0..<bytes.count, using: &random)))
        case 1: hostile.append(UInt8(truncatingIfNeeded: random.next()))
        case 2: hostile[Int.random(in: 0..<bytes.count, using: &random)] ^= 1 << UInt8(random.next() % 8)
        default:
          hostile = (0..<Int(random.next() % 300)).map { _ in UInt8(truncatingIfNeeded: random.next()) }
        }
        do {
          #expect(try Call(encoded: hostile).encoded == hostile)
          read += 1
        } catch {
          guard case .malformed = error else {
            Issue.record("\(error)")
            continue
          }
          refused += 1
        }
      }
    }
    #expect(refused > 500 && read > 50, "\(refused) refused, \(read) read")
  }

  @Test func everyShortAndEveryLongEncodingIsRefused() {
    var random = SplitMix64(13)
    for call in callsOfEachKind(&random) {
      let bytes = call.encoded
      for count in bytes.indices {
        #expect(throws: Rejection.self) { try Call(encoded: Array(bytes[..<count])) }
      }
      #expect(throws: Rejection.self) { try Call(encoded: bytes + [0]) }
    }
  }

  @Test func aSignedCallIsOfOneAccountChainAndPayload() throws {
    let key = try PrivateKey(bytes: Keccak256.hash("key").bytes)
    let domain = try demoGenesis(members: []).domain
    let signed = SignedCall(.withdraw(amount: 5), nonce: 9, key: key, domain: domain)
    #expect(try signed.verified(in: domain) == .withdraw(amount: 5))
    let other = try demoGenesis(members: [], auditPool: 1).domain
    #expect(throws: Rejection.wrongSignature(from: key.address)) { try signed.verified(in: other) }
    let forgeries = [
      SignedCall(from: someKey.address, nonce: 9, payload: signed.payload, signature: signed.signature),
      SignedCall(from: key.address, nonce: 10, payload: signed.payload, signature: signed.signature),
      SignedCall(
        from: key.address, nonce: 9, payload: Call.withdraw(amount: 6).encoded, signature: signed.signature),
    ]
    for forgery in forgeries {
      #expect(throws: Rejection.wrongSignature(from: forgery.from)) { try forgery.verified(in: domain) }
    }
  }

  @Test func noncesGrow() throws {
    var state = try ContributionState(genesis: demoGenesis(members: []))
    _ = try state.open(BlockContext(height: 1, beacon: .zero))
    _ = try state.apply(.withdraw(amount: 1), from: requesterAddress, nonce: 4)
    for nonce in [0, 3, 4] as [UInt64] {
      #expect(throws: Rejection.staleNonce(last: 4)) {
        try state.apply(.withdraw(amount: 1), from: requesterAddress, nonce: nonce)
      }
    }
    // A rejected call uses up no nonce.
    #expect(throws: Rejection.self) {
      try state.apply(.withdraw(amount: .max), from: requesterAddress, nonce: 5)
    }
    _ = try state.apply(.withdraw(amount: 1), from: requesterAddress, nonce: 5)
    #expect(throws: Rejection.self) { try state.open(BlockContext(height: 1, beacon: .zero)) }
  }

  @Test func eventsAndStatesTravelAsJSON() throws {
    let members = [Member(1), Member(2), Member(3)]
    var chain = try Chain(demoGenesis(members: members))
    try chain.block()
    for member in members { try chain.join(member) }
    let bag = try chain.post(order(tasks: 2), by: requesterAddress)
    try chain.run(members)
    let events = try JSONEncoder().encode(chain.events)
    #expect(try JSONDecoder().decode([Event].self, from: events) == chain.events)
    let summary = try #require(chain.state.task(bag.task(0)))
    #expect(try JSONDecoder().decode(TaskSummary.self, from: JSONEncoder().encode(summary)) == summary)
    for node in chain.state.nodes {
      #expect(try JSONDecoder().decode(NodeRecord.self, from: JSONEncoder().encode(node)) == node)
    }
  }
}

@Suite struct GenesisTests {
  @Test func aGenesisComesBackFromItsJSONWithItsDigest() throws {
    let genesis = demoGenesis(members: [Member(1)], auditPool: 7)
    let copy = try Genesis(json: genesis.json)
    #expect(copy == genesis)
    #expect(try copy.digest == genesis.digest)
    var other = genesis
    other.parameters.holdBlocks += 1
    other.parameters.unbondingBlocks += 1
    #expect(try other.digest != genesis.digest)
    #expect(try other.domain.separator != genesis.domain.separator)
  }

  @Test func contradictoryParametersAreNamed() throws {
    var genesis = demoGenesis(members: [])
    genesis.parameters.unbondingBlocks = 3
    let json = try genesis.json
    #expect(throws: GenesisError.self) { try Genesis(json: json) }
    #expect(genesis.parameters.mistakes.first?.contains("unbondingBlocks") == true)
    #expect(throws: GenesisError.self) { try Genesis(json: Array("{}".utf8)) }
    #expect(Parameters().mistakes.isEmpty)
    #expect(Parameters.demonstration.mistakes.isEmpty)
  }

  @Test func defaultsAreThoseOfTheRules() {
    let parameters = Parameters()
    #expect(parameters.dayBlocks == 17_280)
    #expect(parameters.holdBlocks == 3 * parameters.dayBlocks)
    #expect(parameters.jailBlocks == 30 * parameters.dayBlocks)
    #expect([0, 1, 2, 99_999, 100_000].map(parameters.requiredOperators) == [1, 1, 2, 2, 3])
    #expect([9_999, 10_000].map(parameters.juryLead) == [3, 4])
    #expect([60, 120, 500].map(parameters.accept.blocks) == [12, 12, 50])
    #expect([60, 200].map(parameters.reveal.blocks) == [24, 50])
    #expect(parameters.commit.blocks(tau: 60) == 180)
    #expect(parameters.hardStop.blocks(tau: 60) == 2_880)
    // E = 3 · 1,001 + ⌈60.06⌉; fee = ⌊20.02⌋.
    #expect(parameters.escrowPerTask(price: 1_001, replicaCap: 3) == 3_064)
    #expect(parameters.fee(price: 1_001) == 20)
  }
}
