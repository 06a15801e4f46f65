import Ledger
import Receipts
import Testing
import Workload

/// Acceptance, juries, collusion, and the money of each end.
@Suite struct VerdictTests {
  let members = (1...9).map { Member($0) }

  /// Everybody works; `root` says what each node claims.
  private func finish(_ chain: inout Chain, _ task: TaskID, root: (Member) -> Bytes32) throws {
    for _ in 0..<400 where try !chain.task(task).isTerminal {
      try chain.block()
      try chain.commitAll(members) { root($0) }
      try chain.revealAll(members)
      for call in chain.state.dueCalls(limit: 10) { try chain.crank(call) }
    }
  }

  @Test func threeStrangersAgree() throws {
    var chain = try network(members)
    let task = try chain.assigned()
    try finish(&chain, task) { _ in honest(task) }
    guard case .final(let panel, let verdict, _) = try chain.task(task) else { throw Unexpected() }
    #expect(panel.replicas.count == 3)
    #expect(!verdict.isLowDiversity && !verdict.byJury)
    #expect(verdict.credibilityPPM == 500_000)
    #expect(panel.replicas.allSatisfy { chain.state.node($0.node)?.credibility == 1 })
  }

  /// d = 3: a lone liar among three strangers is judged by three fresh jurors.
  @Test func aJuryOfThreeOutvotesALoneLiar() throws {
    var chain = try network(members) {
      $0.juryLead = 3
      $0.feeBasisPoints = 0
    }
    let task = try chain.assigned()
    let drawn = try #require(chain.task(task).panel).replicas.map(\.node)
    try finish(&chain, task) { $0.node == drawn[1] ? Bytes32(666) : honest(task) }
    guard case .final(let panel, let verdict, let settlement) = try chain.task(task) else {
      throw Unexpected()
    }
    #expect(verdict.byJury && verdict.resultRoot == honest(task))
    #expect(panel.replicas.map(\.role) == [.vote, .vote, .vote, .jury, .jury, .jury])
    #expect(panel.replicas.map(\.status.name) == ["WON", "LOST", "WON", "WON", "WON", "WON"])
    #expect(chain.slashed(drawn[1]) == 1_000_000)
    #expect(settlement.paid == 2_000_000 && settlement.fromAuditPool == 3_000_000)
    // Half of the slash and the premium are in the pool, less than one juror's pay: all three are owed, in
    // order.
    #expect(chain.state.debts.map(\.amount) == [1_000_000, 1_000_000, 1_000_000])
    #expect(chain.state.pools.auditPool == 560_000)
    #expect(throws: Rejection.insufficientBalance(has: 560_000, needs: 1_000_000)) {
      try chain.call(.payOwed, by: crankAddress)
    }
    #expect(chain.state.leaves.count + Int(chain.state.epochRecord.receiptCount) == 5)
  }

  @Test func aPoolFromGenesisPaysJurorsAtOnce() throws {
    var chain = try network(members, auditPool: 3_000_000) { $0.juryLead = 3 }
    let task = try chain.assigned()
    let liar = try #require(chain.task(task).panel).replicas[0].node
    try finish(&chain, task) { $0.node == liar ? Bytes32(666) : honest(task) }
    #expect(try chain.task(task).verdict?.byJury == true)
    #expect(chain.state.debts.isEmpty)
    #expect(chain.state.pools.auditPool == 3_000_000 + 500_000 + 60_000 - 3 * 980_000)
  }

  @Test func aLosingRootOfTwoOperatorsIsCollusion() throws {
    var chain = try network(members) { $0.juryLead = 3 }
    let task = try chain.assigned()
    let drawn = try #require(chain.task(task).panel).replicas.map(\.node)
    try finish(&chain, task) { [drawn[0], drawn[1]].contains($0.node) ? Bytes32(666) : honest(task) }
    for node in drawn[0...1] {
      let record = try #require(chain.state.node(node))
      #expect(record.standing.name == "BANNED")
      #expect(record.slashed == 80_000_000 && record.slots[0].bond == 0)
    }
    // For ever: its operator can't bond it again.
    let member = try #require(members.first { $0.node == drawn[0] })
    #expect(throws: Rejection.self) {
      try chain.call(.bond(node: member.node, slot: 0, amount: 1), by: member.operatorAddress)
    }
    #expect(chain.state.pools.burned == 80_000_000)
  }

  @Test func twoBannedNodesOfThreeBanTheirOperator() throws {
    let ring = try (1...3).map { try Member(keyed: $0, operatorNumber: 1) }
    let all = ring + [try Member(keyed: 4)]
    var chain = try network(all, signatures: .verify)
    for victim in ring.prefix(2) {
      let task = try drawn(victim.node, in: &chain)
      let key = try #require(victim.key)
      try chain.call(
        twoReceipts(of: ReplicaName(task: task, round: 0, node: victim.node), key, key, chain),
        by: crankAddress)
    }
    let banned = chain.events.compactMap {
      if case .operatorBanned(let address) = $0 { address } else { nil }
    }
    #expect(banned == [ring[0].operatorAddress])
    // Its third node did nothing, and is never drawn again.
    for _ in 0..<12 {
      let task = try chain.post(order(trust: 0), by: requesterAddress).task(0)
      try chain.block(5)
      try chain.crank(.assign(task))
      #expect(try chain.task(task).panel?.replicas.contains { $0.node == ring[2].node } != true)
    }
  }

  /// Assigns tasks of one replica until a node has one.
  private func drawn(_ node: Address, in chain: inout Chain) throws -> TaskID {
    for _ in 0..<100 {
      let task = try chain.post(order(trust: 0), by: requesterAddress).task(0)
      try chain.block(5)
      try chain.crank(.assign(task))
      guard let drawn = try chain.task(task).panel?.replicas.first?.node else { continue }
      if drawn == node { return task }
      try chain.call(.decline(task, round: 0), by: drawn)
      if try chain.task(task).panel?.replicas.contains(where: { $0.node == node }) == true { return task }
    }
    throw Unexpected()
  }

  /// d = 3 and every juror says something else: after the batch that reaches the limit there is no verdict.
  @Test func aJuryThatNeverAgreesIsInconclusive() throws {
    var chain = try network(members) {
      $0.juryLead = 3
      $0.maximumJurors = 6
    }
    let task = try chain.assigned()
    try finish(&chain, task) { Keccak256.hash($0.node.word, task.word) }
    guard case .inconclusive(let panel, let settlement) = try chain.task(task) else { throw Unexpected() }
    #expect(panel.replicas.count { $0.role == .jury } == 6)
    #expect(settlement.paid == 3 * 480_000 && settlement.fromAuditPool == 6 * 480_000)
    #expect(members.allSatisfy { chain.slashed($0.node) == 0 })
  }

  @Test func moreReplicasAreAskedForUntilTheCap() throws {
    // Two votes of up to 44 : 1 (k = 9) are odds of 1,936, not enough for 10,000; three of 24 : 1 make
    // 13,824.
    var chain = try network(members)
    try gainCredibility(&chain)
    let task = try chain.assigned(order(trust: 10_000, cap: 2))
    try finish(&chain, task) { _ in honest(task) }
    #expect(try chain.task(task).name == "INCONCLUSIVE", "two are the cap")
    let other = try chain.assigned(order(trust: 10_000, cap: 3))
    try finish(&chain, other) { _ in honest(other) }
    let verdict = try #require(chain.task(other).verdict)
    #expect(verdict.credibilityPPM >= 999_927)
  }

  @Test func credibilityGrowsByFourADayAndMakesActive() throws {
    var chain = try network(members)
    try gainCredibility(&chain)
    #expect(chain.state.nodes.allSatisfy { $0.standing == .active && $0.credibility >= 5 })
    var capped = try network(members)
    for _ in 0..<30 {
      let task = try capped.assigned()
      try finish(&capped, task) { _ in honest(task) }
    }
    #expect(capped.state.nodes.map(\.credibility).max() == 4)
  }

  /// Work for several requesters, so that a day's limit by one doesn't matter.
  private func gainCredibility(_ chain: inout Chain) throws {
    for number in 0..<60 {
      if chain.state.nodes.allSatisfy({ $0.credibility >= 5 && $0.standing == .active }) { return }
      let requester = address(number, 9)
      try chain.call(.deposit(to: requester, amount: 10_000_000), by: ledgerAddress)
      let task = try chain.post(order(), by: requester).task(0)
      try chain.block(5)
      try chain.crank(.assign(task))
      try finish(&chain, task) { _ in honest(task) }
    }
  }

  @Test func threeStrikesJailUntilTheTermIsOver() throws {
    var chain = try network(members) { $0.juryLead = 1 }
    let liar = members[0].node
    while chain.state.node(liar)?.standing.name == "PROBATION" {
      let task = try chain.assigned()
      try finish(&chain, task) { $0.node == liar ? Bytes32(666) : honest(task) }
    }
    #expect(chain.slashed(liar) == 3_000_000)
    let until = chain.jailedUntil(liar)
    #expect(chain.state.node(liar)?.standing == .jailed(until: until))
    #expect(throws: Rejection.self) {
      try chain.call(.offer(Offer(slots: 1, minimumPrice: 1, fromEpoch: 0, toEpoch: .max)), by: liar)
    }
    while chain.state.height < until + 5 { try chain.block() }
    #expect(chain.state.node(liar)?.standing == .probation(winsLeft: 5))
    #expect(chain.state.node(liar)?.strikes == 0)
  }

  @Test func twoReceiptsForOneReplicaBan() throws {
    let keyed = try (1...3).map { try Member(keyed: $0) }
    var chain = try network(keyed, signatures: .verify)
    let task = try chain.assigned()
    let node = try #require(chain.task(task).panel).replicas[0].node
    let key = try #require(keyed.first { $0.node == node }?.key)
    let name = ReplicaName(task: task, round: 0, node: node)
    #expect(throws: Rejection.self) {
      try chain.call(twoReceipts(of: name, key, someKey, chain), by: crankAddress)
    }
    let same = receipt(name, root: Bytes32(1), price: 1)
    let signature = key.sign(same, in: chain.state.domain)
    #expect(throws: Rejection.badEvidence(reason: "both receipts are the same")) {
      try chain.call(
        .reportEquivocation(
          Equivocation(first: same, firstSignature: signature, second: same, secondSignature: signature)),
        by: crankAddress)
    }
    try chain.call(twoReceipts(of: name, key, key, chain), by: crankAddress)
    #expect(chain.state.node(node)?.standing.name == "BANNED")
    #expect(chain.slashed(node) == 80_000_000)
    #expect(throws: Rejection.self) {
      try chain.call(twoReceipts(of: name, key, key, chain), by: crankAddress)
    }
  }

  private func twoReceipts(of name: ReplicaName, _ first: PrivateKey, _ second: PrivateKey, _ chain: Chain)
    -> Call
  {
    let receipts = [Bytes32(1), Bytes32(2)].map { receipt(name, root: $0, price: 1) }
    return .reportEquivocation(
      Equivocation(
        first: receipts[0], firstSignature: first.sign(receipts[0], in: chain.state.domain),
        second: receipts[1],
        secondSignature: second.sign(receipts[1], in: chain.state.domain)))
  }

  /// 22: doubling all prices doubles all flows.
  @Test func doublePricesDoubleTheFlows() throws {
    let settlements = try [1_000_000, 2_000_000].map { price in
      var chain = try Chain(demoGenesis(members: members, auditPool: UInt64(price) * 3) { $0.juryLead = 1 })
      try chain.block()
      for member in members { try chain.join(member, bond: 80_000_000) }
      try chain.block(10)
      let task = try chain.assigned(order(price: UInt64(price)))
      let liar = try #require(chain.task(task).panel).replicas[0].node
      try finish(&chain, task) { $0.node == liar ? Bytes32(666) : honest(task) }
      let end = try #require(chain.task(task).settlement)
      return [
        end.paid, end.fees, end.premium, end.refunded, end.fromAuditPool, chain.state.pools.auditPool,
        chain.state.pools.burned, chain.state.pools.treasury,
      ]
    }
    #expect(settlements[0].map { $0 * 2 } == settlements[1])
    #expect(settlements[0].allSatisfy { $0 > 0 })
  }

  /// 19, and the receipts' Merkle root: each paid replica has a leaf that proves itself.
  @Test func leavesMakeTheEpochsRoot() throws {
    var chain = try network(members)
    let task = try chain.assigned()
    try finish(&chain, task) { _ in honest(task) }
    let leaves = chain.state.leaves
    #expect(leaves.count == 3 && leaves.allSatisfy { $0.verdict == 1 && $0.amount == 980_000 })
    try chain.block(5)
    let tree = try #require(StandardMerkleTree(leafHashes: leaves.map(\.hash)))
    #expect(chain.state.epochRecord.receiptsRoot == tree.root)
    #expect(chain.state.epochRecord.receiptCount == 3)
    #expect(chain.state.leaves.isEmpty)
    for index in leaves.indices {
      #expect(
        StandardMerkleTree.verify(
          leafHash: leaves[index].hash, proof: tree.proof(ofLeaf: index), root: tree.root))
    }
  }
}
