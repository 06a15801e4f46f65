import Ledger
import Receipts
import Testing
import Workload

/// The invariants of the rules' page, checked on a state and against the one before it. Each names its
/// number.
struct Invariants {
  private var burned: Amount = 0
  private var bannedNodes: Set<Address> = []
  private var terminal: [TaskID: TaskState] = [:]
  private var sealed: Set<TaskID> = []
  private var commits: Set<ReplicaName> = []
  private var reveals: Set<ReplicaName> = []
  private var verdicts: Set<ReplicaName> = []
  private var leaves: Set<ReplicaName> = []
  private var payments: Set<ReplicaName> = []
  private var slashedBy: [Address: Amount] = [:]
  private var lastNames: [TaskID: String] = [:]
  /// Tasks by the state in which they ended, to know what a test reached.
  private(set) var ends: [String: Int] = [:]
  /// Verdicts by juries.
  private(set) var juries = 0
  private(set) var audits = 0
  private(set) var reopened = 0
  private var firstOffer: [Address: EpochNumber] = [:]

  /// The edges of "Task states"; QUEUED tasks may be cancelled.
  private static let edges: [String: Set<String>] = [
    "QUEUED": ["ASSIGNED", "CANCELLED"],
    "ASSIGNED": ["SEALED", "REVEALING", "INCONCLUSIVE", "TIMED_OUT"],
    "SEALED": ["REVEALING"],
    "REVEALING": ["ASSIGNED", "JURY", "PROVISIONAL", "INCONCLUSIVE", "TIMED_OUT"],
    "JURY": ["PROVISIONAL", "INCONCLUSIVE"],
    "PROVISIONAL": ["FINAL", "REAUDIT"],
    "REAUDIT": ["JURY", "PROVISIONAL", "INCONCLUSIVE"],
  ]

  private var calls = 0

  /// After every call: the sums, and all tasks that the call touched; every so often all tasks there are.
  mutating func check(_ state: ContributionState, events: [Event]) {
    calls += 1
    conservation(state)
    bounds(state)
    for event in events { follow(event, state) }
    for id in Set(events.compactMap(\.task)) {
      guard let bag = state.bags.first(where: { $0.terms.id == id.bag }), let task = state.task(id)?.state
      else {
        continue
      }
      check(task, id, bag, state)
    }
    if calls.isMultiple(of: 100) { checkAllTasks(state) }
  }

  mutating func checkAllTasks(_ state: ContributionState) {
    for bag in state.bags {
      for (index, task) in bag.tasks.enumerated() {
        check(task, bag.terms.id.task(UInt32(index)), bag, state)
      }
      let open = bag.tasks.count { !$0.isTerminal }
      #expect(bag.open == open)
      #expect(bag.escrow == bag.terms.escrowPerTask * Amount(open), "2: an open task has its whole E locked")
    }
  }

  private func conservation(_ state: ContributionState) {
    let free = state.accounts.values.reduce(0 as Amount) { $0 + $1.free }
    let bonds = state.nodes.reduce(0 as Amount) { $0 + $1.slots.reduce(0) { $0 + $1.bond } }
    let escrows = state.bags.reduce(0 as Amount) { $0 + $1.escrow }
    let pools = state.pools
    #expect(
      free + bonds + escrows + pools.auditPool + pools.treasury + pools.burned == state.deposited
        - state.withdrawn,
      "1: conservation")
  }

  private mutating func bounds(_ state: ContributionState) {
    #expect(state.pools.burned >= burned, "3: Burned only grows")
    burned = state.pools.burned
    for node in state.nodes {
      #expect(node.credibility <= state.genesis.parameters.maximumCredibility, "11: k ≤ KCAP")
      if bannedNodes.contains(node.address) {
        #expect(node.standing.name == "BANNED", "12: a ban is for ever")
      }
      if node.standing.name == "BANNED" { bannedNodes.insert(node.address) }
    }
  }

  private mutating func check(_ task: TaskState, _ id: TaskID, _ bag: BagRecord, _ state: ContributionState) {
    let before = lastNames[id] ?? "QUEUED"
    if before != task.name {
      #expect(Self.edges[before]?.contains(task.name) == true, "5: \(before) → \(task.name)")
      lastNames[id] = task.name
      if task.isTerminal { ends[task.name, default: 0] += 1 }
    }
    if task.isTerminal {
      if let old = terminal[id] {
        #expect(old == task, "5: terminal states don't change")
      } else {
        terminal[id] = task
      }
    }
    if let settlement = task.settlement {
      #expect(
        settlement.paid + settlement.refunded + settlement.premium + settlement.fees
          == bag.terms.escrowPerTask,
        "2: the parts of a settlement are E")
    }
    if case .final(_, let verdict, let settlement) = task {
      #expect(
        settlement.at >= verdict.decidedAt + state.genesis.parameters.holdBlocks, "5: FINAL after a hold")
    }
    guard let panel = task.panel else { return }
    check(panel, task, bag, state)
  }

  private func check(_ panel: Panel, _ task: TaskState, _ bag: BagRecord, _ state: ContributionState) {
    #expect(panel.replicas.count <= 56, "18: at most 56 replicas")
    let inTask = panel.replicas.filter(\.status.isInTask)
    let nodes = inTask.compactMap { state.node($0.node) }
    #expect(Set(nodes.map(\.operatorAddress)).count == nodes.count, "4: one operator once a task")
    #expect(Set(nodes.map(\.registration.site)).count == nodes.count, "4: one site once a task")
    let seats = panel.replicas.map { "\($0.round) \($0.node)" }
    #expect(Set(seats).count == seats.count, "4: a node once a round")
    if case .assigned = task, panel.round == 0 {
      #expect(panel.replicas.allSatisfy { $0.status.result == nil }, "6: no result before the seal")
    }
  }

  /// Of a verdict that was given just now: who was banned before has no say, and who is banned by it has lost.
  private func checkVerdict(_ id: TaskID, _ verdict: Verdict, _ state: ContributionState) {
    guard let panel = state.task(id)?.state.panel,
      let bag = state.bags.first(where: { $0.terms.id == id.bag })
    else { return }
    let results = panel.replicas.filter { $0.status.result != nil && state.node($0.node)?.isBanned == false }
    let roots = Set(results.compactMap { $0.status.result?.resultRoot })
    let operators = Set(results.compactMap { state.node($0.node)?.operatorAddress })
    let parameters = state.genesis.parameters
    if verdict.byJury {
      let jurors = results.filter { $0.role == .jury }
      let mine = jurors.count { $0.status.result?.resultRoot == verdict.resultRoot }
      let others = roots.subtracting([verdict.resultRoot]).map { root in
        jurors.count { $0.status.result?.resultRoot == root }
      }
      #expect(
        mine - (others.max() ?? 0) >= parameters.juryLead(trust: bag.terms.order.trust),
        "10: the winner leads by d")
    } else {
      #expect(roots == [verdict.resultRoot], "9: one root without a jury")
      #expect(isEnough(operators, of: results, bag, panel, state), "9: enough operators, and their odds hold")
    }
  }

  /// Whether agreeing replicas are enough, worked out from the rules' page alone.
  private func isEnough(
    _ operators: Set<Address>, of results: [Replica], _ bag: BagRecord, _ panel: Panel,
    _ state: ContributionState
  ) -> Bool {
    let parameters = state.genesis.parameters
    let trust = UInt128(panel.isLowDiversity ? min(1, bag.terms.order.trust) : bag.terms.order.trust)
    guard operators.count >= parameters.requiredOperators(trust: bag.terms.order.trust) else { return false }
    let weights = operators.map { address -> UInt128 in
      let own = results.compactMap { state.node($0.node) }.filter { $0.operatorAddress == address }
      return own.map { node -> UInt128 in
        guard ["ACTIVE", "EXITING"].contains(node.standing.name),
          node.credibility >= parameters.minimumCredibility
        else { return 1 }
        return min(5 * UInt128(node.credibility) - 1, 1999)
      }.max() ?? 1
    }
    if weights.allSatisfy({ $0 == 1 }), weights.count >= 3 { return true }
    let odds = weights.reduce(1, *)
    return trust <= 1 || odds * trust > (1 + odds) * (trust - 1)
  }

  /// 13: a task never becomes FINAL by winners who are banned.
  private func checkFinal(_ id: TaskID, _ state: ContributionState) {
    guard case .final(let panel, let verdict, _)? = state.task(id)?.state, !verdict.byJury,
      let bag = state.bags.first(where: { $0.terms.id == id.bag })
    else { return }
    let winners = panel.replicas.filter { $0.status.name == "WON" }
    let standing = winners.filter { state.node($0.node)?.isBanned == false }
    guard standing.count < winners.count else { return }
    let operators = Set(standing.compactMap { state.node($0.node)?.operatorAddress })
    #expect(isEnough(operators, of: standing, bag, panel, state), "13: FINAL needs a banned node")
  }

  private mutating func follow(_ event: Event, _ state: ContributionState) {
    switch event {
    case .offered(let node, _): if firstOffer[node] == nil { firstOffer[node] = state.epoch }
    case .provisional(let task, let verdict):
      juries += verdict.byJury ? 1 : 0
      checkVerdict(task, verdict, state)
    case .drawn(let name, _, _):
      #expect(
        state.epoch >= (firstOffer[name.node] ?? .max - 2) + 2, "8: offers are two epochs older than a draw")
      let posted = state.bags.first { $0.terms.id == name.task.bag }?.terms.postedInEpoch ?? .max
      #expect(state.epoch > posted, "8: tasks are older than the seed")
      let standing = state.node(name.node)?.standing.name ?? ""
      #expect(["PROBATION", "ACTIVE"].contains(standing), "12: BANNED and JAILED are never drawn")
    case .committed(let name, _): #expect(commits.insert(name).inserted, "4: one commit")
    case .sealed(let task, _, _, _): sealed.insert(task)
    case .revealed(let name, _, _):
      #expect(sealed.contains(name.task), "6: nothing is revealed before the seal")
      #expect(reveals.insert(name).inserted, "4: one reveal")
    case .reopened(let task, let banned):
      reopened += 1
      #expect(
        !banned.isEmpty && banned.allSatisfy { bannedNodes.contains($0) }, "5: only bans open a verdict again"
      )
      verdicts = verdicts.filter { $0.task != task }
    case .auditRolled(_, let roll): audits += roll.isAudited ? 1 : 0
    case .judged(let name, _):
      #expect(verdicts.insert(name).inserted, "4: one verdict, until the task is opened again")
    case .paid(let payment):
      #expect(payments.insert(payment.replica).inserted, "19: paid once")
    case .leafAppended(_, let leaf):
      let replicas = state.task(leaf.task)?.state.panel?.replicas ?? []
      guard let replica = replicas.first(where: { $0.status.result?.receiptHash == leaf.receiptHash }) else {
        Issue.record("19: a leaf of no replica")
        return
      }
      let name = ReplicaName(task: leaf.task, round: replica.round, node: replica.node)
      #expect(leaves.insert(name).inserted, "19: one leaf")
      #expect(payments.contains(name), "19: a leaf only for what is paid")
    case .ended(let task, _):
      checkFinal(task, state)
      #expect(leaves.count == payments.count, "19: every paid replica has exactly one leaf")
    case .slashed(let slash):
      #expect(
        slash.amount == slash.toAuditPool + slash.burned + slash.toTreasury, "14: a slash goes nowhere else")
      slashedBy[slash.node, default: 0] += slash.amount
      #expect(state.node(slash.node)?.slashed ?? 0 >= slash.amount)
    default: break
    }
  }
}

extension Event {
  /// The task that it is about.
  var task: TaskID? {
    switch self {
    case .drawn(let name, _, _), .acknowledged(let name, _), .declined(let name), .extended(let name, _),
      .committed(let name, _), .revealed(let name, _, _), .replicaTimedOut(let name), .judged(let name, _):
      name.task
    case .sealed(let task, _, _, _), .disputed(let task, _), .provisional(let task, _), .ended(let task, _),
      .auditRolled(let task, _), .reopened(let task, _):
      task
    default: nil
    }
  }
}
