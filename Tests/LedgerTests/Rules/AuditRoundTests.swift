import Ledger
import Receipts
import Testing
import Workload

/// The audit between commit and reveal.
@Suite struct AuditRoundTests {
  let members = (1...9).map { Member($0) }
  private static let lie = Bytes32(666)

  private func always(_ parameters: inout Parameters) {
    parameters.auditRate = 10_000
    parameters.juryLead = 3
  }

  /// Assigned, committed and sealed; the lie of those in `liars` by their place in the draw.
  private func sealed(_ chain: inout Chain, liars: Set<Int> = []) throws -> TaskID {
    let task = try chain.assigned()
    let drawn = try #require(chain.task(task).panel).replicas.map(\.node)
    let lying = Set(liars.map { drawn[$0] })
    try chain.commitAll(members) { lying.contains($0.node) ? Self.lie : honest(task) }
    try chain.block(2)
    try chain.call(.seal(task), by: crankAddress)
    return task
  }

  private func auditor(_ chain: Chain, _ task: TaskID) throws -> Replica {
    let panel = try #require(chain.task(task).panel)
    return try #require(panel.replicas.last { $0.role == .audit })
  }

  @Test func theAuditorIsDrawnWhileAllVotesAreHidden() throws {
    var chain = try network(members, always)
    let task = try sealed(&chain)
    guard case .sealed(let panel, .committing) = try chain.task(task) else { throw Unexpected() }
    #expect(panel.replicas.map(\.role) == [.vote, .vote, .vote, .audit])
    #expect(panel.replicas.allSatisfy { $0.status.result == nil })
    #expect(Set(panel.replicas.map(\.node)).count == 4)
    // No vote may be opened before the auditor has committed.
    let digest = try #require(chain.state.duties(of: panel.replicas[0].node).first?.commitDigest)
    let reveal = try #require(chain.preimages[digest])
    #expect(throws: Rejection.wrongPhase(now: "SEALED", needs: "REVEALING")) {
      try chain.call(.reveal(reveal), by: crankAddress)
    }
    try chain.round(task, members) { _ in honest(task) }
    #expect(try chain.task(task).name == "REVEALING")
    try chain.call(.tally(task), by: crankAddress)
    try chain.block(6)
    try chain.call(.finalize(task), by: crankAddress)
    guard case .final(_, _, let settlement) = try chain.task(task) else { throw Unexpected() }
    // Three votes from the escrow, the audit from the AuditPool.
    #expect(settlement.paid == 3 * 980_000 && settlement.fromAuditPool == 980_000)
  }

  @Test func theRollIsRepeatableAndItsRateFollowsTheLeastCredibility() throws {
    var chain = try network(members) {
      $0.auditRate = 500
      $0.auditRateAlert = 2_500
    }
    _ = try sealed(&chain)
    let roll = try #require(
      chain.events.compactMap { if case .auditRolled(_, let roll) = $0 { roll } else { nil } }.last)
    #expect(roll.rate == 2_500, "nobody has any credibility: 25 % / (1 + 0)")
    #expect(roll.roll < 10_000 && roll.isAudited == (roll.roll < roll.rate))
    let parameters = Parameters()
    #expect(parameters.auditRate(trust: 2, leastCredibility: 4, isAlert: false) == 500)
    #expect(parameters.auditRate(trust: 1, leastCredibility: 50, isAlert: false) == 1_000)
    #expect(parameters.auditRate(trust: 2, leastCredibility: 50, isAlert: true) == 2_500)
  }

  /// As many as the rate says, over many beacons: 2000 rolls at 25 % lie within five standard deviations.
  @Test func rollsAreAsFrequentAsTheirRate() throws {
    var chain = try network(members) { $0.auditRateAlert = 2_500 }
    var audited = 0
    for number in 0..<200 {
      let task = try chain.post(order(price: 1000 + UInt64(number)), by: requesterAddress).task(0)
      try chain.block(5)
      try chain.call(.assign(task), by: crankAddress)
      try chain.commitAll(members) { _ in honest(task) }
      try chain.block(2)
      try chain.call(.seal(task), by: crankAddress)
      if try chain.task(task).name == "SEALED" {
        audited += 1
        try chain.round(task, members) { _ in honest(task) }
      } else {
        try chain.revealAll(members)
      }
      try chain.call(.tally(task), by: crankAddress)
    }
    // The rate falls as credibility grows, and nobody here becomes FINAL within the test's blocks for long.
    let rates = chain.events.compactMap { event -> Double? in
      if case .auditRolled(_, let roll) = event { Double(roll.rate) / 10_000 } else { nil }
    }
    let mean = rates.reduce(0, +)
    let deviation = rates.reduce(0) { $0 + $1 * (1 - $1) }.squareRoot()
    #expect(rates.count == 200 && abs(Double(audited) - mean) < 5 * deviation, "\(audited) of \(mean)")
  }

  /// A whole first set that agrees on a lie is found out by one auditor, and all of it is banned.
  @Test func anAuditorInDissentBringsDownAWholeSet() throws {
    var chain = try network(members, auditPool: 100_000_000, always)
    let task = try sealed(&chain, liars: [0, 1, 2])
    let liars = try #require(chain.task(task).panel).replicas.prefix(3).map(\.node)
    let auditor = try auditor(chain, task)
    for _ in 0..<200 where try !chain.task(task).isTerminal {
      try chain.commitAll(members) { liars.contains($0.node) ? Self.lie : honest(task) }
      try chain.revealAll(members)
      for call in chain.state.dueCalls(limit: 10) { try chain.crank(call) }
      try chain.block()
    }
    guard case .final(let panel, let verdict, let settlement) = try chain.task(task) else {
      throw Unexpected()
    }
    #expect(verdict.byJury && verdict.resultRoot == honest(task))
    #expect(panel.replicas.map(\.role) == [.vote, .vote, .vote, .audit, .jury, .jury, .jury])
    for liar in liars { #expect(chain.state.node(liar)?.standing.name == "BANNED") }
    // S = three bonds of 80; a tenth is more than p, so p is the bounty.
    #expect(verdict.bounty == 1_000_000)
    #expect(settlement.paid == 0 && settlement.fromAuditPool == 4 * 980_000 + 1_000_000)
    #expect(chain.state.node(auditor.node)?.earned == 1_980_000)
    #expect(chain.state.alertUntil > verdict.decidedAt)
  }

  @Test func anAuditorWhoDeclinesOrSleepsIsReplaced() throws {
    var chain = try network(members, always)
    let task = try sealed(&chain)
    let first = try auditor(chain, task)
    try chain.call(.decline(task, round: first.round), by: first.node)
    let second = try auditor(chain, task)
    #expect(second.node != first.node && second.round == first.round)
    try chain.block(4)
    try chain.call(.expire(task), by: crankAddress)
    let third = try auditor(chain, task)
    #expect(third.node != second.node)
    #expect(chain.slashed(second.node) == 100_000)
    try chain.call(.acknowledge(task, round: third.round), by: third.node)
    // He acknowledges and then sleeps: another is drawn in a round of its own.
    try chain.block(16)
    try chain.call(.expire(task), by: crankAddress)
    try chain.block(2)
    try chain.call(.seal(task), by: crankAddress)
    let fourth = try auditor(chain, task)
    #expect(fourth.round == third.round + 1)
    try chain.round(task, members) { _ in honest(task) }
    try chain.call(.tally(task), by: crankAddress)
    #expect(try chain.task(task).name == "PROVISIONAL")
  }

  /// Two vote. An auditor must leave d others for the jury that he may need.
  @Test(arguments: [(operators: 5, isAudited: false), (operators: 6, isAudited: true)])
  func whereAnAuditWouldLeaveNoJuryTheVotesAreOpenedAtOnce(operators: Int, isAudited: Bool) throws {
    let few = (1...operators).map { Member($0) }
    var chain = try network(few, always)
    let task = try chain.assigned()
    try chain.commitAll(few) { _ in honest(task) }
    try chain.block(2)
    try chain.call(.seal(task), by: crankAddress)
    #expect(try chain.task(task).panel?.isLowDiversity == true)
    #expect(try chain.task(task).name == (isAudited ? "SEALED" : "REVEALING"))
  }

  /// The others are busy with another bag: the votes stay sealed until one of them is free, or the search ends.
  @Test func aBusyNetworkIsWaitedForAndNotForEver() throws {
    for isFreed in [true, false] {
      let some = (1...6).map { Member($0) }
      var chain = try network(some) {
        always(&$0)
        $0.diversityFactor = 1
        $0.juryLead = 1
      }
      let bag = try chain.post(order(tasks: 2, tau: 20), by: requesterAddress)
      try chain.block(5)
      for index in [0, 1] as [UInt32] { try chain.call(.assign(bag.task(index)), by: crankAddress) }
      let (first, second) = (bag.task(0), bag.task(1))
      let busy = try #require(chain.task(second).panel).replicas.map(\.node)
      for node in busy { try chain.call(.acknowledge(second, round: 0), by: node) }
      try chain.commitAll(some.filter { !busy.contains($0.node) }) { _ in honest(first) }
      try chain.block(2)
      try chain.call(.seal(first), by: crankAddress)
      guard case .sealed(_, .drawing(_, let until)) = try chain.task(first) else { throw Unexpected() }
      #expect(throws: Rejection.notEnoughSlots(found: 0, needed: 1)) {
        try chain.call(.seal(first), by: crankAddress)
      }
      if isFreed {
        try chain.commitAll(some.filter { busy.contains($0.node) }) { _ in honest(second) }
        try chain.call(.seal(first), by: crankAddress)
        #expect(busy.contains(try auditor(chain, first).node))
      } else {
        try chain.block(Int(until - chain.state.height) + 1)
        try chain.call(.seal(first), by: crankAddress)
        #expect(try chain.task(first).name == "REVEALING")
      }
    }
  }
}
