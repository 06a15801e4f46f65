import Ledger
import Receipts
import TestSupport
import Testing
import Workload

/// The rules' invariants on random histories of a million calls and more; each test bears the number that the rules' page gives.
@Suite struct InvariantTests {
  @Test func theHistoriesReachAllThatMatters() async throws {
    let reached = try await Walks.shared.outcome().reached
    print("\(reached)")
    #expect(reached.calls + reached.refused >= Walks.leastCalls, "\(reached)")
    #expect(reached.refused > reached.calls / 10, "\(reached)")
    for end in ["FINAL", "INCONCLUSIVE", "TIMED_OUT"] {
      #expect(reached.ends[end, default: 0] > 100, "\(end) is reached; \(reached)")
    }
    for (what, count) in [
      ("juries", reached.juries), ("audits", reached.audits), ("bans", reached.bans),
      ("reopened", reached.reopened), ("overturned", reached.overturned), ("refills", reached.refills),
    ] {
      #expect(count > 50, "\(what) are reached; \(reached)")
    }
  }

  @Test func i01MoneyIsConserved() async throws { try await Walks.shared.expect(.conservation) }
  @Test func i02ASettlementIsTheEscrow() async throws { try await Walks.shared.expect(.settlementIsEscrow) }
  @Test func i03NothingUnderflowsAndNothingBurntComesBack() async throws {
    try await Walks.shared.expect(.nothingUnderflows)
  }
  @Test func i04OneCommitOneRevealOneVerdictOneSeat() async throws {
    try await Walks.shared.expect(.onceEach)
  }
  @Test func i05OnlyTheEdgesAndFinalAfterAHold() async throws { try await Walks.shared.expect(.edges) }
  @Test func i06NoResultBeforeTheSeal() async throws { try await Walks.shared.expect(.hiddenUntilSealed) }
  @Test func i07AnybodyCanDrawAgain() async throws { try await Walks.shared.expect(.drawIsRepeatable) }
  @Test func i08NothingNewIsDrawn() async throws { try await Walks.shared.expect(.nothingNewIsDrawn) }
  @Test func i09WithoutAJuryOneRootAndEnoughOperators() async throws {
    try await Walks.shared.expect(.unanimousAcceptance)
  }
  @Test func i10DissentGoesToAJuryThatLeadsByD() async throws {
    try await Walks.shared.expect(.dissentGoesToAJury)
  }
  @Test func i11CredibilityStaysInItsBounds() async throws {
    try await Walks.shared.expect(.credibilityBounds)
  }
  @Test func i12TheBannedAndJailedAreNotDrawnAndABanIsForEver() async throws {
    try await Walks.shared.expect(.bannedAndJailedAreNotDrawn)
  }
  @Test func i13NothingBecomesFinalThatNeedsABannedNode() async throws {
    try await Walks.shared.expect(.nothingStandsOnTheBanned)
  }
  @Test func i14SlashesStayBelowTheBondAndReachNobodyElse() async throws {
    try await Walks.shared.expect(.slashesGoNowhereElse)
  }
  @Test func i18AtMost56Replicas() async throws { try await Walks.shared.expect(.atMost56Replicas) }
  @Test func i19EveryPaidReplicaHasOneLeaf() async throws { try await Walks.shared.expect(.oneLeafEach) }
  @Test func i20ClaimsAreCumulativeSoADoubleClaimPaysNothing() async throws {
    try await Walks.shared.expect(.claimsAreCumulative)
  }
  @Test func aRefusedCallLeavesTheStateHash() async throws {
    try await Walks.shared.expect(.refusalChangesNothing)
  }

  /// 17: nobody works any more, and still every task ends and nothing stays locked.
  @Test(arguments: 1...6 as ClosedRange<UInt64>) func i17TimeAndTheCrankEndEveryTask(seed: UInt64) throws {
    let walk = try Walks.walk(seed: seed)
    #expect(walk.chain.state.bags.allSatisfy { $0.open == 0 })
    #expect(walk.chain.state.nodes.allSatisfy { $0.isIdle })
  }

  /// 21: a signature for another chain, contract or type never verifies, and leaves the state as it was.
  @Test(arguments: 1...50 as ClosedRange<UInt64>) func i21SignaturesBelongToOneChainContractAndType(
    seed: UInt64
  ) throws {
    var random = SplitMix64(seed)
    let key = PrivateKey.generate()
    var state = try ContributionState(genesis: Walk.genesis(seed: 1))
    _ = try state.open(BlockContext(height: 1, beacon: .zero))
    let own = state.domain
    let call = Call.register(
      Registration(operatorAddress: key.address, site: .zero, hardwareClass: .zero))
    let envelope = CallEnvelope(from: key.address, nonce: 1, payloadHash: Keccak256.hash(call.encoded))
    let others = [
      EIP712Domain(
        name: own.name, version: own.version, chainID: own.chainID ^ (1 + random.next() % 1_000),
        verifyingContract: own.verifyingContract),
      EIP712Domain(
        name: own.name, version: own.version, chainID: own.chainID,
        verifyingContract: address(Int(seed), 8)),
    ]
    var signatures = others.map { key.sign(envelope, in: $0) }
    // Another type with the same words, and the bare struct without a domain.
    signatures.append(key.sign(BeaconStatement(height: 1, previous: envelope.payloadHash), in: own))
    signatures.append(key.sign(envelope.structHash))
    let before = state.stateHash
    for signature in signatures {
      #expect(throws: Rejection.wrongSignature(from: key.address)) {
        try state.apply(
          SignedCall(from: key.address, nonce: 1, payload: call.encoded, signature: signature))
      }
    }
    #expect(state.stateHash == before)
    _ = try state.apply(SignedCall(call, nonce: 1, key: key, domain: own))
    #expect(state.node(key.address) != nil)
  }

  /// A checker that finds nothing proves nothing: one with a wrong idea of the rules must find it, and shrink it.
  @Test func aFailureIsShrunkToItsCause() throws {
    let walk = try Walks.walk(seed: 1)
    let recording = Recording(genesis: walk.chain.state.genesis, attempts: walk.chain.attempts)
    #expect(try recording.violations().isEmpty)
    let shrunk = try recording.shrunk(tries: 1_000) { candidate in
      var state = try ContributionState(genesis: candidate.genesis, signatures: .assumeValid)
      return candidate.attempts.contains { attempt in
        (try? attempt.apply(to: &state))?.contains { $0.name == "committed" } == true
      }
    }
    // A node registers, is bonded and offers, epochs turn, a bag is posted, assigned, acknowledged and committed to.
    #expect(
      shrunk.attempts.count < recording.attempts.count / 10,
      "\(shrunk.attempts.count) of \(recording.attempts.count) steps")
  }
}

extension Event {
  fileprivate var name: String { if case .committed = self { "committed" } else { "" } }
}
