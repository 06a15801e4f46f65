import Ledger
import Receipts
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

  /// A checker that finds nothing proves nothing: one with a wrong idea of the rules must find it, and shrink it.
  @Test func aFailureIsShrunkToItsCause() throws {
    let walk = try Walks.walk(seed: 1)
    let recording = Recording(genesis: walk.chain.state.genesis, attempts: walk.chain.attempts)
    #expect(try recording.violations().isEmpty)
    let shrunk = try recording.shrunk(tries: 1_000) { candidate in
      var state = try ContributionState(genesis: candidate.genesis, signatures: .assumeValid)
      return candidate.attempts.contains { attempt in
        switch attempt {
        case .block(let block): (try? state.open(block)) == nil
        case .call(let call, let from, let nonce):
          (try? state.apply(call, from: from, nonce: nonce))?.contains { $0.name == "committed" } == true
        }
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
