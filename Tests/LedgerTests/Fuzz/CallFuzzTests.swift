import Receipts
import TestSupport
import Testing
import Workload

@testable import Ledger

/// Calls as somebody makes them who knows the encoding and means no good.
@Suite struct CallFuzzTests {
  @Test func whatIsReadIsCanonical() throws {
    var budget = FuzzBudget("Call(encoded:)")
    var mutation = ByteMutation(random: budget.random)
    var corpus = callsOfEachKind(&mutation.random)
    var encodings = corpus.map(\.encoded)
    #expect(Set(encodings.map { $0[1] }) == Set(Call.Tag.allCases.map(\.rawValue)), "one of each call")
    while budget.goesOn() {
      if budget.executions.isMultiple(of: 10_000) {
        corpus = callsOfEachKind(&mutation.random)
        encodings = corpus.map(\.encoded)
      }
      let base = encodings.randomElement(using: &mutation.random) ?? []
      let bytes = mutation.mutate(base, others: encodings)
      do {
        #expect(try Call(encoded: bytes).encoded == bytes, "0x\(Hex.encode(bytes)) has a second encoding")
        budget.count("read")
      } catch {
        guard case .malformed = error else {
          Issue.record("0x\(Hex.encode(bytes)): \(error)")
          continue
        }
        budget.count("refused")
      }
    }
    budget.report()
    #expect(budget["read"] > 0 && budget["refused"] > 0)
  }

  /// A signature is of these bytes and of no others.
  @Test func aChangedSignedCallIsNobodys() throws {
    var budget = FuzzBudget("SignedCall")
    var mutation = ByteMutation(random: budget.random)
    let key = try PrivateKey(bytes: Keccak256.hash("fuzzed").bytes)
    let domain = try demoGenesis(members: []).domain
    let stored = callsOfEachKind(&mutation.random).enumerated().map { index, call in
      SignedCall(call, nonce: UInt64(index), key: key, domain: domain).stored
    }
    for bytes in stored { _ = try SignedCall(stored: bytes).verified(in: domain) }
    while budget.goesOn() {
      let base = stored.randomElement(using: &mutation.random) ?? []
      let bytes = mutation.mutate(base, others: stored)
      guard let signed = try? SignedCall(stored: bytes) else {
        budget.count("refused")
        continue
      }
      #expect(signed.stored == bytes)
      if (try? signed.verified(in: domain)) != nil {
        #expect(stored.contains(bytes), "0x\(Hex.encode(bytes)) is verified, and nobody signed it")
        budget.count("verified")
      } else {
        budget.count("of no valid signature")
      }
    }
    budget.report()
    #expect(budget["of no valid signature"] > 0)
  }

  /// On states in all phases, with the calls that led there.
  @Test func aRefusedCallLeavesTheState() throws {
    var budget = FuzzBudget("ContributionState.apply")
    var mutation = ByteMutation(random: budget.random)
    /// Calls that are tried on one state.
    let turn = 600
    var scene = try FuzzedState(seed: mutation.random.next())
    while budget.goesOn() {
      if budget.executions.isMultiple(of: turn) { scene = try FuzzedState(seed: mutation.random.next()) }
      let base = scene.encodings.randomElement(using: &mutation.random) ?? []
      let bytes = mutation.random.chance(20) ? base : mutation.mutate(base, others: scene.encodings)
      guard let call = try? Call(encoded: bytes) else { continue }
      let from = scene.accounts.randomElement(using: &mutation.random) ?? .zero
      var state = scene.state
      do {
        _ = try state.apply(call, from: from, nonce: .max)
        #expect(AuditReport.Sums(of: state).isConserved, "\(call)")
        budget.count("accepted")
      } catch {
        budget.count("refused")
        guard budget["refused"].isMultiple(of: 8) else { continue }
        #expect(state.stateHash == scene.hash, "\(call) was refused: \(error)")
      }
    }
    budget.report()
    #expect(budget["accepted"] > 0 && budget["refused"] > 0)
  }
}

/// A state with tasks in many phases: two operators lie together and one alone, and rounds are audited.
private struct FuzzedState {
  let state: ContributionState
  let hash: Bytes32
  let encodings: [[UInt8]]
  let accounts: [Address]

  init(seed: UInt64) throws {
    var random = SplitMix64(seed)
    let members = (1...10).map { Member($0) }
    var chain = try Chain(
      demoGenesis(members: members, auditPool: 1_000_000_000) {
        $0.auditRate = 3_000
        $0.auditRateAlert = 5_000
        $0.holdBlocks = 12
        $0.unbondingBlocks = 12 + 48 * 50 + 5
      })
    try chain.block()
    for member in members { try chain.join(member, slots: 2) }
    for step in 0..<Int.random(in: 12...40, using: &random) {
      try chain.block()
      if step.isMultiple(of: 4) { try chain.post(order(tasks: 3, cap: 5), by: requesterAddress) }
      for (number, member) in members.enumerated() where random.chance(85) {
        for duty in chain.state.duties(of: member.node) where duty.action != .awaitSeal {
          let root = number < 2 ? Bytes32(666) : number == 2 ? Bytes32(7) : honest(duty.replica.task)
          // Some come too late, as others do.
          try? chain.perform(duty, root: root)
        }
      }
      for call in chain.state.dueCalls(limit: 20) where random.chance(70) {
        // Another call of this height may have taken its slots, or its reason.
        _ = try? chain.call(call, by: crankAddress)
      }
    }
    state = chain.state
    hash = state.stateHash
    let made = chain.entries.compactMap { entry -> (Call, Address)? in
      guard case .call(let call, let from, _) = entry else { return nil }
      return (call, from)
    }
    encodings =
      (made.suffix(200).map(\.0) + state.dueCalls(limit: 100) + callsOfEachKind(&random)).map(\.encoded)
    accounts = Set(made.map(\.1)).sorted() + [state.genesis.ledgerKey]
  }
}
