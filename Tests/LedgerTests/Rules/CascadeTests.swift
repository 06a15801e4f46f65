import Ledger
import Receipts
import Testing
import Workload

/// What a ban for collusion does to the tasks that the banned have won before.
@Suite struct CascadeTests {
  let members = (1...12).map { Member($0) }
  private static let lie = Bytes32(666)
  /// Long enough for the search for a task in which two of three liars meet.
  private static let hold: Height = 900

  private func network() throws -> Chain {
    try LedgerTests.network(members, auditPool: 100_000_000) {
      $0.juryLead = 3
      $0.holdBlocks = Self.hold
      $0.unbondingBlocks = Self.hold + 48 * 50 + 5
    }
  }

  /// Everybody works until the task is decided.
  private func decide(_ chain: inout Chain, _ task: TaskID, root: (Member) -> Bytes32) throws {
    for _ in 0..<100 {
      if case .provisional = try chain.task(task) { return }
      try chain.commitAll(members, root: root)
      try chain.revealAll(members)
      for call in chain.state.dueCalls(limit: 10) { try chain.crank(call) }
      try chain.block()
    }
    throw Unexpected()
  }

  private func voters(_ chain: Chain, _ task: TaskID) throws -> [Address] {
    try #require(chain.task(task).panel).replicas.filter { $0.role == .vote }.map(\.node)
  }

  /// A first task with a unanimous lie stands; then the liars are caught in a second one.
  private func caught(_ chain: inout Chain, lieFirst: Bool) throws -> (task: TaskID, liars: [Address]) {
    let first = try chain.assigned()
    let liars = try voters(chain, first)
    try decide(&chain, first) { _ in lieFirst ? Self.lie : honest(first) }
    // They collude until a task has two of them and one who is honest.
    for _ in 0..<60 {
      let task = try chain.assigned()
      let drawn = try voters(chain, task)
      let isMixed = Set(drawn).intersection(liars).count == 2
      try decide(&chain, task) { isMixed && liars.contains($0.node) ? Self.lie : honest(task) }
      if isMixed { return (first, liars) }
      try #require(chain.task(first).name == "PROVISIONAL", "the hold is long enough for the search")
    }
    throw Unexpected()
  }

  @Test func aLieOfTheBannedIsFoundAndJudgedAgain() throws {
    var chain = try network()
    let (task, liars) = try caught(&chain, lieFirst: true)
    let banned = liars.filter { chain.state.node($0)?.standing.name == "BANNED" }
    #expect(banned.count == 2)
    guard case .provisional(_, let before) = try chain.task(task) else { throw Unexpected() }
    #expect(before.resultRoot == Self.lie)
    // Not even after its hold is it final.
    try chain.block(Int(before.finalFrom - chain.state.height))
    #expect(
      throws: Rejection.wrongPhase(now: "PROVISIONAL by nodes that have fallen since", needs: "re-audited")
    ) {
      try chain.call(.finalize(task), by: crankAddress)
    }
    #expect(chain.state.dueCalls(limit: 100).contains(.reaudit(task)))
    try chain.call(.reaudit(task), by: crankAddress)
    #expect(try chain.task(task).name == "REAUDIT")
    #expect(chain.state.nodes.count { $0.reopened > 0 } == 3)
    try decide(&chain, task) { liars.contains($0.node) ? Self.lie : honest(task) }
    guard case .provisional(let panel, let after) = try chain.task(task) else { throw Unexpected() }
    #expect(after.resultRoot == honest(task) && after.byJury)
    #expect(after.finalFrom >= chain.state.height + Self.hold - 1, "nothing is final before a hold")
    #expect(panel.replicas.prefix(3).allSatisfy { $0.status.name == "LOST" })
    #expect(panel.replicas.contains { $0.role == .reaudit && $0.status.name == "WON" })
    for liar in liars { #expect(chain.state.node(liar)?.standing.name == "BANNED") }
    try chain.block(Int(Self.hold))
    try chain.call(.finalize(task), by: crankAddress)
    #expect(try chain.task(task).settlement?.paid == 0, "no voter was right")
  }

  @Test func aTruthOfTheBannedIsConfirmedAndPaid() throws {
    var chain = try network()
    let (task, _) = try caught(&chain, lieFirst: false)
    try chain.block(2)
    try chain.call(.reaudit(task), by: crankAddress)
    try decide(&chain, task) { _ in honest(task) }
    guard case .provisional(let panel, let verdict) = try chain.task(task) else { throw Unexpected() }
    #expect(!verdict.byJury && verdict.resultRoot == honest(task))
    #expect(panel.replicas.allSatisfy { $0.status.name == "WON" })
    #expect(panel.replicas.contains { $0.role == .reaudit })
    try chain.block(Int(Self.hold))
    try chain.call(.finalize(task), by: crankAddress)
    #expect(try chain.task(task).settlement?.paid == 3 * 980_000, "every correct replica is paid in full")
  }

  @Test func whatStandsWithoutTheBannedIsNotOpened() throws {
    var chain = try network()
    let task = try chain.assigned()
    let drawn = try voters(chain, task)
    try decide(&chain, task) { _ in honest(task) }
    #expect(
      throws: Rejection.wrongPhase(now: "PROVISIONAL", needs: "PROVISIONAL by winners who have fallen since")
    ) {
      try chain.call(.reaudit(task), by: crankAddress)
    }
    #expect(drawn.count == 3)
  }

  /// Nobody is left who could stand in: after the search the task is INCONCLUSIVE, and the banned get nothing.
  @Test func withNobodyToAskItIsInconclusive() throws {
    var chain = try network()
    let (task, liars) = try caught(&chain, lieFirst: true)
    for member in members where !liars.contains(member.node) {
      try chain.call(.exit(node: member.node), by: member.node)
    }
    try chain.block(2)
    try chain.call(.reaudit(task), by: crankAddress)
    guard case .reaudit(_, _, .drawing(_, let until)) = try chain.task(task) else { throw Unexpected() }
    #expect(throws: Rejection.notEnoughSlots(found: 0, needed: 1)) {
      try chain.call(.reaudit(task), by: crankAddress)
    }
    try chain.block(Int(until - chain.state.height) + 1)
    try chain.call(.expire(task), by: crankAddress)
    guard case .inconclusive(_, let settlement) = try chain.task(task) else { throw Unexpected() }
    #expect(settlement.paid == 480_000, "the one liar who was not caught, half a price less the fee")
    #expect(chain.state.nodes.allSatisfy { $0.isIdle })
  }

  /// A withheld vote is a lone loser's, and where an auditor has voted and several hold back it is collusion.
  @Test(arguments: [1, 2]) func whoHoldsBackBeforeAnAuditorIsBannedUnlessAlone(count: Int) throws {
    var chain = try LedgerTests.network(members) { $0.auditRate = 10_000 }
    let task = try chain.assigned()
    let drawn = try voters(chain, task)
    try chain.commitAll(members) { _ in honest(task) }
    try chain.block(2)
    try chain.call(.seal(task), by: crankAddress)
    try chain.commitAll(members) { _ in honest(task) }
    try chain.block(2)
    try chain.call(.seal(task), by: crankAddress)
    let holding = drawn.prefix(count)
    try chain.revealAll(members.filter { !holding.contains($0.node) })
    try chain.block(5)
    try chain.call(.tally(task), by: crankAddress)
    for node in holding {
      let record = try #require(chain.state.node(node))
      #expect(record.isBanned == (count > 1))
      #expect(record.slashed == (count > 1 ? 80_000_000 : 1_000_000))
    }
  }

  /// With one replica a task there is nobody to collude with: who is found wrong once has all that he alone decided looked
  /// at again.
  @Test func whoIsFoundWrongOnceHasAllHisOwnWordsLookedAt() throws {
    var chain = try LedgerTests.network(members, auditPool: 100_000_000) {
      $0.juryLead = 3
      $0.holdBlocks = Self.hold
      $0.unbondingBlocks = Self.hold + 48 * 50 + 5
      $0.auditRateSingle = 3_000
    }
    let liar = members[0].node
    var lies: [TaskID] = []
    for _ in 0..<120 where chain.state.node(liar)?.convictedAt == 0 {
      let task = try chain.assigned(order(trust: 1, cap: 1))
      let isHis = try voters(chain, task) == [liar]
      try decide(&chain, task) { $0.node == liar && isHis ? Self.lie : honest(task) }
      if isHis { lies.append(task) }
    }
    try #require(lies.count > 1, "he was found out at once; the walk of beacons has changed")
    try chain.block(2)
    // The last is the one that was audited.
    for task in lies.dropLast() {
      #expect(try chain.task(task).verdict?.resultRoot == Self.lie)
      #expect(chain.state.dueCalls(limit: 100).contains(.reaudit(task)))
    }
    let first = try #require(lies.first)
    try chain.call(.reaudit(first), by: crankAddress)
    try decide(&chain, first) { _ in honest(first) }
    #expect(try chain.task(first).verdict?.resultRoot == honest(first))
    #expect(chain.state.node(liar)?.strikes ?? 0 >= 2)
  }
}
