import Ledger
import Receipts
import Testing
import Workload

/// Three operators, as in the demo.
@Suite struct DemoNetworkTests {
  let members = [Member(1), Member(2), Member(3)]

  @Test func twoHonestNodesAgreeAndArePaid() throws {
    var chain = try Chain(demoGenesis(members: members))
    try chain.block()
    for member in members { try chain.join(member) }
    let bag = try chain.post(order(tasks: 10), by: requesterAddress)
    try chain.run(members)
    for index in 0..<10 {
      guard case .final(let panel, let verdict, let settlement) = try chain.task(bag.task(UInt32(index)))
      else {
        Issue.record("task \(index) is \(try chain.task(bag.task(UInt32(index))).name)")
        continue
      }
      #expect(panel.replicas.count == 2)
      #expect(panel.isLowDiversity && verdict.isLowDiversity)
      #expect(verdict.resultRoot == honest(bag.task(UInt32(index))))
      // p = 1,000,000: two winners at 980,000, a fee of 20,000 each, a premium of 60,000; Rc = 3.
      #expect(settlement.paid == 1_960_000)
      #expect(settlement.fees == 40_000)
      #expect(settlement.premium == 60_000)
      #expect(settlement.refunded == 1_000_000)
    }
    #expect(chain.state.pools.auditPool == 600_000)
    #expect(chain.state.pools.treasury == 400_000)
    #expect(chain.state.account(requesterAddress).free == 1_000_000_000 - 10 * 2_060_000)
    #expect(try chain.replayed().stateHash == chain.state.stateHash)
  }

  @Test func theLiarIsOutvotedByTheThirdSlashedAndJailed() throws {
    var chain = try Chain(demoGenesis(members: members))
    try chain.block()
    for member in members { try chain.join(member) }
    let bag = try chain.post(order(tasks: 12), by: requesterAddress)
    let liar = members[0]
    try chain.run(members) { member, task in
      member.node == liar.node && task.index.isMultiple(of: 2)
        ? Keccak256.hash(task.word, Bytes32(7, 7, 7, 7)) : honest(task)
    }
    var caught = 0
    for index in 0..<12 {
      let task = bag.task(UInt32(index))
      let state = try chain.task(task)
      #expect(state.name == "FINAL")
      #expect(state.verdict?.resultRoot == honest(task))
      if state.verdict?.byJury == true {
        caught += 1
        let lost = state.panel?.replicas.filter { if case .lost = $0.status { true } else { false } }
        #expect(lost?.map(\.node) == [liar.node])
      }
    }
    #expect(caught >= 3)
    let record = try #require(chain.state.node(liar.node))
    #expect(record.slashed == Amount(caught) * 1_000_000)
    #expect(chain.events.contains(.jailed(node: liar.node, until: chain.jailedUntil(liar.node))))
    #expect(chain.state.debts.isEmpty || chain.state.pools.auditPool < chain.state.debts[0].amount)
  }

  @Test func withoutAThirdOperatorADisputeIsInconclusive() throws {
    let two = Array(members.prefix(2))
    var chain = try Chain(demoGenesis(members: two))
    try chain.block()
    for member in two { try chain.join(member) }
    let bag = try chain.post(order(), by: requesterAddress)
    try chain.run(two) { member, task in Keccak256.hash(task.word, member.node.word) }
    guard case .inconclusive(let panel, let settlement) = try chain.task(bag.task(0)) else {
      Issue.record("the task is \(try chain.task(bag.task(0)).name)")
      return
    }
    #expect(panel.replicas.allSatisfy { if case .undecided = $0.status { true } else { false } })
    // Each revealed replica gets p/2 less the fee; the premium goes back with the rest.
    #expect(settlement.paid == 2 * 480_000)
    #expect(settlement.fees == 2 * 20_000)
    #expect(settlement.premium == 0)
    #expect(settlement.refunded == 3_060_000 - 1_000_000)
  }
}

extension Chain {
  func jailedUntil(_ node: Address) -> Height {
    for case .jailed(node, let until) in events { return until }
    return 0
  }
}
