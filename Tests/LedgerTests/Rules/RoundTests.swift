import Ledger
import Receipts
import Testing
import Workload

/// Acknowledge, decline, extend, commit, seal, reveal, and what happens when they don't come.
@Suite struct RoundTests {
  let members = [Member(1), Member(2), Member(3)]

  @Test func commitsAndRevealsComeOnceFromWhoWasDrawnAndInOrder() throws {
    let keyed = try (1...3).map { try Member(keyed: $0) }
    var chain = try network(keyed, signatures: .verify)
    let task = try chain.assigned()
    let drawn = try #require(chain.task(task).panel).replicas.map(\.node)
    let outsider = try #require(keyed.first { !drawn.contains($0.node) })
    #expect(throws: Rejection.self) { try chain.call(.acknowledge(task, round: 0), by: outsider.node) }
    #expect(throws: Rejection.wrongPhase(now: "ASSIGNED", needs: "ACKED")) {
      try chain.call(.commit(task, round: 0, digest: .zero), by: drawn[0])
    }
    #expect(throws: Rejection.self) { try chain.call(.acknowledge(task, round: 1), by: drawn[0]) }
    try chain.commitAll(keyed) { _ in honest(task) }
    #expect(throws: Rejection.wrongPhase(now: "COMMITTED", needs: "ACKED")) {
      try chain.call(.commit(task, round: 0, digest: .zero), by: drawn[0])
    }
    // All are in at this height; the beacon two blocks on draws on the votes.
    let height = chain.state.height
    #expect(throws: Rejection.tooEarly(from: height + 2)) { try chain.call(.seal(task), by: crankAddress) }
    let digest = try #require(chain.state.duties(of: drawn[0]).first?.commitDigest)
    let reveal = try #require(chain.preimages[digest])
    #expect(throws: Rejection.wrongPhase(now: "ASSIGNED", needs: "REVEALING")) {
      try chain.call(.reveal(reveal), by: drawn[0])
    }
    try chain.block(2)
    let sealed = try chain.call(.seal(task), by: crankAddress)
    guard case .sealed(_, 0, let beacon, _) = sealed.last else { throw Unexpected() }
    guard case .block(let last) = chain.entries.last(where: { if case .block = $0 { true } else { false } })
    else {
      throw Unexpected()
    }
    #expect(beacon == last.beacon && last.height == height + 2)
    try refuseForgeries(of: reveal, in: &chain)
    // Anyone who has the preimage may bring it.
    try chain.call(.reveal(reveal), by: crankAddress)
    #expect(throws: Rejection.wrongPhase(now: "REVEALED", needs: "COMMITTED")) {
      try chain.call(.reveal(reveal), by: crankAddress)
    }
    #expect(throws: Rejection.self) { try chain.call(.tally(task), by: crankAddress) }
    try chain.revealAll(keyed)
    try chain.call(.tally(task), by: crankAddress)
    #expect(try chain.task(task).name == "PROVISIONAL")
    let early = chain.state.height + 6
    #expect(throws: Rejection.tooEarly(from: early)) { try chain.call(.finalize(task), by: crankAddress) }
    #expect(try chain.replayed().stateHash == chain.state.stateHash)
  }

  private func refuseForgeries(of reveal: Reveal, in chain: inout Chain) throws {
    var forged = [reveal, reveal, reveal]
    forged[0].salt = Bytes32(1)
    forged[1].receipt.resultRoot = Bytes32(1)
    forged[2].signature = someKey.sign(reveal.receipt.digest(in: chain.state.domain))
    for forgery in forged {
      let error = #expect(throws: Rejection.self) { try chain.call(.reveal(forgery), by: crankAddress) }
      guard case .badEvidence = error else {
        Issue.record("\(String(describing: error))")
        continue
      }
    }
  }

  @Test func whoWithholdsIsALoneLoser() throws {
    var chain = try network((1...4).map { Member($0) })
    let all = (1...4).map { Member($0) }
    let task = try chain.assigned()
    try chain.commitAll(all) { _ in honest(task) }
    try chain.block(2)
    try chain.call(.seal(task), by: crankAddress)
    let drawn = try #require(chain.task(task).panel).replicas.map(\.node)
    try chain.revealAll(all.filter { $0.node == drawn[0] })
    try chain.block(5)
    try chain.call(.tally(task), by: crankAddress)
    // One vote is left where two must agree: a replacement round.
    let panel = try #require(chain.task(task).panel)
    #expect(panel.replicas.map(\.status.name) == ["REVEALED", "WITHHELD", "ASSIGNED"])
    #expect(panel.round == 1 && panel.replacementRounds == 1)
    #expect(chain.slashed(drawn[1]) == 1_000_000)
    #expect(chain.state.node(drawn[1])?.strikes == 1)
    #expect(chain.state.pools.burned == 500_000 && chain.state.pools.auditPool == 500_000)
  }

  @Test func silenceEndsAfterThreeReplacementRounds() throws {
    var chain = try network(members)
    let task = try chain.assigned()
    for _ in 0..<200 where try !chain.task(task).isTerminal {
      try chain.block()
      for call in chain.state.dueCalls(limit: 10) { try chain.crank(call) }
    }
    guard case .timedOut(let panel, let settlement) = try chain.task(task) else {
      Issue.record("the task is \(try chain.task(task).name)")
      return
    }
    #expect(panel.replacementRounds == 3 && panel.round == 3)
    #expect(panel.replicas.allSatisfy { $0.status == .timedOut })
    #expect(settlement.refunded == 3_060_000 && settlement.paid == 0)
    let timeouts = panel.replicas.count
    #expect(members.reduce(0) { $0 + chain.slashed($1.node) } == Amount(timeouts) * 100_000)
  }

  @Test func theFirstDeclineOfAnEpochIsFreeTheNextCostsATwentieth() throws {
    var chain = try Chain(demoGenesis(members: members))
    try chain.block()
    for member in members { try chain.join(member, slots: 4) }
    try chain.block(10)
    let bag = try chain.post(order(tasks: 2), by: requesterAddress)
    try chain.block(5)
    for index in 0..<2 as Range<UInt32> { try chain.call(.assign(bag.task(index)), by: crankAddress) }
    let drawn = try (0..<2 as Range<UInt32>).map {
      try #require(chain.task(bag.task($0)).panel).replicas.map(\.node)
    }
    let both = try #require(drawn[0].first { drawn[1].contains($0) })
    try chain.call(.decline(bag.task(0), round: 0), by: both)
    #expect(chain.slashed(both) == 0)
    try chain.call(.decline(bag.task(1), round: 0), by: both)
    #expect(chain.slashed(both) == 50_000)
  }

  @Test func onePauseExtendsByTauForAFiftieth() throws {
    var chain = try network(members)
    let task = try chain.assigned(order(tau: 10))
    let node = try #require(chain.task(task).panel).replicas[0].node
    try chain.call(.acknowledge(task, round: 0), by: node)
    let before = try #require(chain.state.duties(of: node).first)
    #expect(before.action == .commit && before.mayExtend && before.deadline == chain.state.height + 30)
    try chain.call(.extend(task, round: 0), by: node)
    let after = try #require(chain.state.duties(of: node).first)
    #expect(!after.mayExtend && after.deadline == before.deadline + 10)
    #expect(chain.slashed(node) == 20_000)
    #expect(throws: Rejection.self) { try chain.call(.extend(task, round: 0), by: node) }
    try chain.block(41)
    #expect(throws: Rejection.tooLate(since: after.deadline)) {
      try chain.call(.commit(task, round: 0, digest: .zero), by: node)
    }
  }

  @Test func theHardStopEndsWhatStillRuns() throws {
    // Nobody is late yet, and the hard stop comes all the same.
    var chain = try network(members) { $0.hardStop = BlockTimer(floor: 4, tauThousandths: 0) }
    let task = try chain.assigned()
    for replica in try #require(chain.task(task).panel).replicas {
      try chain.call(.acknowledge(task, round: 0), by: replica.node)
    }
    try chain.block(4)
    #expect(chain.state.dueCalls(limit: 9).isEmpty)
    try chain.block()
    #expect(chain.state.dueCalls(limit: 9) == [.expire(task)])
    try chain.call(.expire(task), by: crankAddress)
    #expect(try chain.task(task).name == "INCONCLUSIVE")
    #expect(chain.state.account(requesterAddress).free == 1_000_000_000)
    #expect(chain.state.nodes.allSatisfy { $0.isIdle })
  }

  /// 15: the order of reveals, and who turns the crank, leave no trace but the callers' own nonces.
  @Test func theOrderOfRevealsLeavesNoTrace() throws {
    var chain = try network(members)
    let task = try chain.assigned()
    try chain.commitAll(members) { Keccak256.hash(task.word, $0.node.word) }
    try chain.block(2)
    try chain.call(.seal(task), by: crankAddress)
    let reveals = members.flatMap { chain.state.duties(of: $0.node) }.compactMap { duty in
      duty.commitDigest.flatMap { chain.preimages[$0] }
    }
    #expect(reveals.count == 2)
    var hashes: Set<Bytes32> = []
    for order in [reveals, reveals.reversed()] {
      var state = chain.state
      for reveal in order { _ = try state.apply(.reveal(reveal), from: reveal.receipt.node, nonce: 1_000) }
      _ = try state.apply(.tally(task), from: crankAddress, nonce: 1_000)
      hashes.insert(state.stateHash)
    }
    #expect(hashes.count == 1)
  }
}
