import Ledger
import Receipts
import Testing
import Workload

/// A network with nodes that have joined, at the first height of an epoch in which their offers count.
func network(
  _ members: [Member], auditPool: UInt64 = 0, signatures: ContributionState.SignaturePolicy = .assumeValid,
  _ change: (inout Parameters) -> Void = { _ in }
) throws -> Chain {
  var chain = try Chain(demoGenesis(members: members, auditPool: auditPool, change), signatures: signatures)
  try chain.block()
  // Twice what the price needs, so that a slash does not end the slot.
  for member in members { try chain.join(member, bond: 80_000_000) }
  try chain.block(Int(2 * chain.state.genesis.parameters.epochBlocks))
  return chain
}

extension Chain {
  /// Posts a bag of one task and assigns it in the next epoch.
  mutating func assigned(_ order: BagOrder = order()) throws -> TaskID {
    let task = try post(order, by: requesterAddress).task(0)
    try block(Int(state.genesis.parameters.epochBlocks))
    try call(.assign(task), by: crankAddress)
    return task
  }

  /// All drawn nodes acknowledge and commit to `root`; nodes without one stay silent.
  mutating func commitAll(_ members: [Member], root: (Member) -> Bytes32?) throws {
    for _ in 0..<2 {
      for member in members {
        guard let root = root(member) else { continue }
        for duty in state.duties(of: member.node) where [.acknowledge, .commit].contains(duty.action) {
          try perform(duty, root: root, key: member.key)
        }
      }
    }
  }

  mutating func revealAll(_ members: [Member]) throws {
    for member in members {
      for duty in state.duties(of: member.node) where duty.action == .reveal {
        try perform(duty, root: .zero)
      }
    }
  }

  /// Commit, seal and reveal of a round.
  mutating func round(_ task: TaskID, _ members: [Member], root: (Member) -> Bytes32?) throws {
    try commitAll(members, root: root)
    try block(2)
    try call(.seal(task), by: crankAddress)
    try revealAll(members)
  }

  func slashed(_ node: Address) -> Amount { state.node(node)?.slashed ?? 0 }
}

@Suite struct MembershipTests {
  let member = Member(1)

  @Test func onlyTheOperatorBondsAndTakesBack() throws {
    var chain = try Chain(demoGenesis(members: [member]))
    try chain.block()
    let registration = Registration(
      operatorAddress: member.operatorAddress, site: .zero, hardwareClass: .zero)
    try chain.call(.register(registration), by: member.node)
    #expect(throws: Rejection.self) { try chain.call(.register(registration), by: member.node) }
    #expect(throws: Rejection.notAllowed(allowed: "the node's operator \(member.operatorAddress)")) {
      try chain.call(.bond(node: member.node, slot: 0, amount: 1), by: member.node)
    }
    #expect(throws: Rejection.self) {
      try chain.call(.bond(node: member.node, slot: 1, amount: 1), by: member.operatorAddress)
    }
    #expect(throws: Rejection.insufficientBalance(has: 1_000_000_000, needs: 1_000_000_001)) {
      try chain.call(.bond(node: member.node, slot: 0, amount: 1_000_000_001), by: member.operatorAddress)
    }
    try chain.call(.bond(node: member.node, slot: 0, amount: 50), by: member.operatorAddress)
    #expect(chain.state.account(member.operatorAddress).free == 999_999_950)

    #expect(throws: Rejection.self) { try chain.call(.exit(node: member.node), by: crankAddress) }
    try chain.call(.exit(node: member.node), by: member.node)
    let until = chain.state.height + chain.state.genesis.parameters.unbondingBlocks
    #expect(throws: Rejection.tooEarly(from: until)) {
      try chain.call(.releaseBonds(node: member.node), by: member.operatorAddress)
    }
    try chain.block(Int(until - chain.state.height))
    try chain.call(.releaseBonds(node: member.node), by: member.operatorAddress)
    #expect(chain.state.account(member.operatorAddress).free == 1_000_000_000)
    #expect(throws: Rejection.self) {
      try chain.call(.releaseBonds(node: member.node), by: member.operatorAddress)
    }
  }

  @Test func moneyComesInByTheLedgerKeyAndGoesOutByClaims() throws {
    var chain = try Chain(demoGenesis(members: []))
    try chain.block()
    #expect(throws: Rejection.notAllowed(allowed: "the ledger key")) {
      try chain.call(.deposit(to: crankAddress, amount: 1), by: crankAddress)
    }
    for account in [crankAddress, member.node] {
      try chain.call(.deposit(to: account, amount: 100), by: ledgerAddress)
    }
    try chain.call(.withdraw(amount: 30), by: crankAddress)
    try chain.call(.withdraw(amount: 5), by: crankAddress)
    try chain.call(.withdraw(amount: 100), by: member.node)
    #expect(throws: Rejection.insufficientBalance(has: 65, needs: 66)) {
      try chain.call(.withdraw(amount: 66), by: crankAddress)
    }
    try chain.block(5)
    // Cumulative: the claim of 35 holds both withdrawals, and claiming it twice pays nothing the second time.
    let leaves = [(crankAddress, 35), (member.node, 100)].map { address, amount in
      StandardMerkleTree.leafHash([.word(address), .word(UInt128(amount))])
    }
    #expect(chain.state.epochRecord.balancesRoot == StandardMerkleTree(leafHashes: leaves)?.root)
  }

  @Test func aSlotTakesAPriceOfAtMostAFortiethOfItsBond() throws {
    let members = [Member(1), Member(2)]
    var chain = try Chain(demoGenesis(members: members))
    try chain.block()
    try chain.join(members[0], bond: 40_000_000)
    try chain.join(members[1], bond: 39_999_999)
    try chain.block(10)
    let task = try chain.post(order(price: 1_000_000), by: requesterAddress).task(0)
    try chain.block(5)
    #expect(throws: Rejection.notEnoughSlots(found: 1, needed: 2)) {
      try chain.call(.assign(task), by: crankAddress)
    }
    try chain.call(.bond(node: members[1].node, slot: 0, amount: 1), by: members[1].operatorAddress)
    try chain.call(.assign(task), by: crankAddress)
    let slot = try #require(chain.state.node(members[1].node)?.slots.first)
    #expect(slot.bond == 40_000_000 && slot.locked == 1_000_000 && slot.running == task)
  }

  @Test func nobodyWorksForTheirOwnBag() throws {
    let members = [Member(1), Member(2), Member(3)]
    var chain = try network(members)
    let task = try chain.post(order(trust: 0, cap: 1), by: members[0].operatorAddress).task(0)
    try chain.block(5)
    try chain.call(.assign(task), by: crankAddress)
    #expect(try chain.task(task).panel?.replicas.first?.node != members[0].node)
    let three = try chain.post(order(trust: 100_000, cap: 3), by: members[0].operatorAddress).task(0)
    try chain.block(5)
    #expect(throws: Rejection.self) { try chain.call(.assign(three), by: crankAddress) }
  }

  @Test func hardwareClassesAreNotMixed() throws {
    var members = (1...8).map { Member($0) }
    for index in members.indices { members[index].hardwareClass = Bytes32(UInt128(index % 2)) }
    var chain = try network(members)
    for _ in 0..<4 {
      let task = try chain.assigned(order(determinism: .hardwareClass))
      let classes = try chain.task(task).panel?.replicas.compactMap {
        chain.state.node($0.node)?.registration.hardwareClass
      }
      #expect(Set(classes ?? []).count == 1)
    }
  }
}

@Suite struct BagTests {
  @Test func escrowIsLockedAndWhatIsQueuedComesBack() throws {
    let members = [Member(1), Member(2), Member(3)]
    var chain = try network(members)
    let bag = try chain.post(order(tasks: 3), by: requesterAddress)
    #expect(chain.state.account(requesterAddress).free == 1_000_000_000 - 3 * 3_060_000)
    try chain.block(5)
    try chain.call(.assign(bag.task(1)), by: crankAddress)
    #expect(throws: Rejection.notAllowed(allowed: "the bag's requester")) {
      try chain.call(.cancelBag(bag), by: crankAddress)
    }
    try chain.call(.cancelBag(bag), by: requesterAddress)
    #expect(chain.state.account(requesterAddress).free == 1_000_000_000 - 3_060_000)
    #expect(chain.state.bag(bag)?.tasks == ["CANCELLED": 2, "ASSIGNED": 1])
    #expect(throws: Rejection.self) { try chain.call(.cancelBag(bag), by: requesterAddress) }
    #expect(throws: Rejection.self) { try chain.call(.assign(bag.task(0)), by: crankAddress) }
  }

  @Test func queuedTasksExpireWithTheirBag() throws {
    var chain = try Chain(demoGenesis(members: []))
    try chain.block()
    let bag = try chain.post(order(tasks: 2, queueBlocks: 7), by: requesterAddress)
    #expect(throws: Rejection.tooEarly(from: 9)) { try chain.call(.expire(bag.task(0)), by: crankAddress) }
    try chain.block(8)
    #expect(throws: Rejection.tooLate(since: 8)) { try chain.call(.assign(bag.task(0)), by: crankAddress) }
    #expect(chain.state.dueCalls(limit: 9) == [.expire(bag.task(0)), .expire(bag.task(1))])
    for call in chain.state.dueCalls(limit: 9) { try chain.call(call, by: crankAddress) }
    #expect(chain.state.account(requesterAddress).free == 1_000_000_000)
    #expect(chain.state.bag(bag)?.isTerminal == true)
  }

  @Test(arguments: [
    order(tasks: 0), order(tasks: 70_000), order(price: 0), order(trust: 2, cap: 1),
    order(trust: 100_000, cap: 2),
    order(cap: 10), order(tau: 0), order(tau: 51), order(tasks: 65_536, price: .max),
  ])
  func ordersOutOfBoundsAreRefused(order: BagOrder) throws {
    var chain = try Chain(demoGenesis(members: []))
    try chain.block()
    #expect(throws: Rejection.self) { try chain.call(.postBag(order), by: requesterAddress) }
    #expect(chain.state.account(requesterAddress).free == 1_000_000_000)
  }
}
