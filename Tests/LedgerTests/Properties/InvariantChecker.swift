import Ledger
import Receipts
import Workload

/// Watches a history of states and events, and writes down where an invariant does not hold. It works from what is public
/// of the state and from the rules' page, and uses no function of the rules.
struct InvariantChecker {
  private(set) var violations: [Violation] = []
  /// What the history reached, so that a test knows what it has seen.
  private(set) var reached = Reached()
  private var history = History()

  struct Reached: Sendable {
    var calls = 0
    var refused = 0
    var ends: [String: Int] = [:]
    var juries = 0
    var audits = 0
    var bans = 0
    var reopened = 0
    var overturned = 0
    var refills = 0

    static func + (left: Reached, right: Reached) -> Reached {
      var sum = left
      sum.calls += right.calls
      sum.refused += right.refused
      sum.ends.merge(right.ends, uniquingKeysWith: +)
      sum.juries += right.juries
      sum.audits += right.audits
      sum.bans += right.bans
      sum.reopened += right.reopened
      sum.overturned += right.overturned
      sum.refills += right.refills
      return sum
    }
  }

  /// What was seen before and must not come again, or must not change.
  private struct History {
    var burned: Amount = 0
    var banned: Set<Address> = []
    var claims: [Address: Amount] = [:]
    var names: [TaskID: String] = [:]
    var terminal: [TaskID: TaskState] = [:]
    var verdicts: [TaskID: Bytes32] = [:]
    var sealed: Set<TaskID> = []
    var commits: Set<ReplicaName> = []
    var reveals: Set<ReplicaName> = []
    var judged: Set<ReplicaName> = []
    var paid: Set<ReplicaName> = []
    var leaves: Set<ReplicaName> = []
    var firstOffer: [Address: EpochNumber] = [:]
  }

  mutating func require(_ holds: Bool, _ invariant: Invariant, _ what: @autoclosure () -> String) {
    if !holds { violations.append(Violation(invariant: invariant, what: what())) }
  }

  /// After a block was opened or a call was accepted.
  mutating func check(_ before: ContributionState, _ after: ContributionState, _ events: [Event]) {
    reached.calls += 1
    money(before, after, events)
    people(after)
    DrawCheck(before: before, after: after).check(events, &self)
    for event in events { follow(event, after) }
    for id in Set(events.compactMap(\.task)) { task(id, after) }
  }

  /// After a call was refused.
  mutating func checkRefusal(_ hash: Bytes32, _ after: ContributionState) {
    reached.refused += 1
    require(after.stateHash == hash, .refusalChangesNothing, "the state's hash is another")
  }

  mutating func countRefusal() { reached.refused += 1 }

  mutating func countRefill() { reached.refills += 1 }

  // MARK: - Money and people

  private mutating func money(_ before: ContributionState, _ state: ContributionState, _ events: [Event]) {
    let free = state.accounts.values.reduce(0 as Amount) { $0 + $1.free }
    let bonds = state.nodes.reduce(0 as Amount) { $0 + $1.slots.reduce(0) { $0 + $1.bond } }
    let escrows = state.bags.reduce(0 as Amount) { $0 + $1.escrow }
    let pools = state.pools
    let held = free + bonds + escrows + pools.auditPool + pools.treasury + pools.burned
    require(
      held + state.withdrawn == state.deposited, .conservation,
      "\(held) held, \(state.deposited) deposited, \(state.withdrawn) withdrawn")
    // An underflow of the unsigned amounts would trap; what is left is that nothing burnt comes back.
    require(pools.burned >= history.burned, .nothingUnderflows, "Burned fell to \(pools.burned)")
    history.burned = pools.burned
    var claimed: Amount = 0
    for (address, account) in state.accounts where account.cumulativeClaim > 0 {
      claimed += account.cumulativeClaim
      require(
        account.cumulativeClaim >= history.claims[address, default: 0], .claimsAreCumulative,
        "the claim of \(address) fell")
      history.claims[address] = account.cumulativeClaim
    }
    require(
      claimed == state.withdrawn, .claimsAreCumulative, "\(claimed) claimed of \(state.withdrawn) withdrawn")
    slashes(before, state, events)
  }

  /// Whoever got money in a call that slashed somebody got it by a payment, a debt or a refund that the events tell of.
  private mutating func slashes(
    _ before: ContributionState, _ after: ContributionState, _ events: [Event]
  ) {
    var told: [Address: Amount] = [:]
    var slashed: Amount = 0
    for event in events {
      switch event {
      case .slashed(let slash):
        slashed += slash.amount
        require(
          slash.amount == slash.toAuditPool + slash.burned + slash.toTreasury, .slashesGoNowhereElse,
          "of \(slash.amount) a part went elsewhere")
        let bond = before.node(slash.node)?.slots[Int(slash.slot)].bond ?? 0
        require(slash.amount <= bond, .slashesGoNowhereElse, "\(slash.amount) from a bond of \(bond)")
      case .paid(let payment): told[payment.to, default: 0] += payment.amount
      case .owedPaid(let to, let amount): told[to, default: 0] += amount
      case .ended(let task, let settlement):
        let requester = after.bags.first { $0.terms.id == task.bag }?.terms.requester
        if let requester { told[requester, default: 0] += settlement.refunded }
      default: break
      }
    }
    guard slashed > 0 else { return }
    for (address, account) in after.accounts {
      let had = before.accounts[address]?.free ?? 0
      let gained = account.free > had ? account.free - had : 0
      require(
        gained <= told[address, default: 0], .slashesGoNowhereElse,
        "\(address) gained \(gained) by a slash, and only \(told[address, default: 0]) is told of")
    }
  }

  private mutating func people(_ state: ContributionState) {
    let most = state.genesis.parameters.maximumCredibility
    for node in state.nodes {
      require(node.credibility <= most, .credibilityBounds, "k = \(node.credibility) of \(node.address)")
      if node.isBanned {
        if history.banned.insert(node.address).inserted { reached.bans += 1 }
      } else {
        require(
          !history.banned.contains(node.address), .bannedAndJailedAreNotDrawn,
          "\(node.address) was banned and is \(node.standing.name)")
      }
    }
  }

  // MARK: - Events

  private mutating func follow(_ event: Event, _ state: ContributionState) {
    switch event {
    case .offered(let node, _):
      if history.firstOffer[node] == nil { history.firstOffer[node] = state.epoch }
    case .drawn(let name, _, _): drawn(name, state)
    case .committed(let name, _):
      require(history.commits.insert(name).inserted, .onceEach, "\(name.node) committed twice")
    case .auditRolled(_, let roll): reached.audits += roll.isAudited ? 1 : 0
    case .sealed(let task, _, _, _): history.sealed.insert(task)
    case .revealed(let name, _, _):
      require(history.sealed.contains(name.task), .hiddenUntilSealed, "\(name.node) revealed too early")
      require(history.reveals.insert(name).inserted, .onceEach, "\(name.node) revealed twice")
    case .judged(let name, _):
      require(history.judged.insert(name).inserted, .onceEach, "\(name.node) was judged twice")
    case .reopened(let task, let fallen):
      reached.reopened += 1
      require(
        !fallen.isEmpty
          && fallen.allSatisfy { isBanned($0, state) || (state.node($0)?.convictedAt ?? 0) > 0 }, .edges,
        "\(task) was opened again, and nobody has fallen")
      history.judged = history.judged.filter { $0.task != task }
    case .provisional(let task, let verdict): decided(task, verdict, state)
    case .paid(let payment):
      require(
        history.paid.insert(payment.replica).inserted, .oneLeafEach, "\(payment.replica) was paid twice")
    case .leafAppended(_, let leaf): leafAppended(leaf, state)
    case .ended(let task, _):
      require(history.leaves == history.paid, .oneLeafEach, "what is paid and what has a leaf differ")
      ended(task, state)
    default: break
    }
  }

  private func isBanned(_ node: Address, _ state: ContributionState) -> Bool {
    guard let node = state.node(node) else { return false }
    return node.isBanned || state.operators[node.operatorAddress]?.isBanned == true
  }

  private mutating func drawn(_ name: ReplicaName, _ state: ContributionState) {
    let offered = history.firstOffer[name.node] ?? .max - 2
    require(state.epoch >= offered + 2, .nothingNewIsDrawn, "\(name.node) offered in epoch \(offered)")
    let posted = state.bags.first { $0.terms.id == name.task.bag }?.terms.postedInEpoch ?? .max
    require(state.epoch > posted, .nothingNewIsDrawn, "\(name.task) was posted in epoch \(posted)")
    let standing = state.node(name.node)?.standing.name ?? "unknown"
    require(
      ["PROBATION", "ACTIVE"].contains(standing), .bannedAndJailedAreNotDrawn,
      "\(name.node) is \(standing)")
  }

  private mutating func leafAppended(_ leaf: ReceiptLeaf, _ state: ContributionState) {
    let replicas = state.task(leaf.task)?.state.panel?.replicas ?? []
    guard let replica = replicas.first(where: { $0.status.result?.receiptHash == leaf.receiptHash }) else {
      require(false, .oneLeafEach, "a leaf of no replica")
      return
    }
    let name = ReplicaName(task: leaf.task, round: replica.round, node: replica.node)
    require(history.leaves.insert(name).inserted, .oneLeafEach, "\(name) has two leaves")
  }

  // MARK: - Tasks

  /// The edges of "Task states".
  private static let edges: [String: Set<String>] = [
    "QUEUED": ["ASSIGNED", "CANCELLED"],
    "ASSIGNED": ["SEALED", "REVEALING", "INCONCLUSIVE", "TIMED_OUT"],
    "SEALED": ["REVEALING"],
    "REVEALING": ["ASSIGNED", "JURY", "PROVISIONAL", "INCONCLUSIVE", "TIMED_OUT"],
    "JURY": ["PROVISIONAL", "INCONCLUSIVE"],
    "PROVISIONAL": ["FINAL", "REAUDIT"],
    "REAUDIT": ["JURY", "PROVISIONAL", "INCONCLUSIVE"],
  ]

  private mutating func task(_ id: TaskID, _ state: ContributionState) {
    guard let bag = state.bags.first(where: { $0.terms.id == id.bag }), let task = state.task(id)?.state
    else {
      return
    }
    let name = history.names[id] ?? "QUEUED"
    if name != task.name {
      require(Self.edges[name]?.contains(task.name) == true, .edges, "\(name) → \(task.name)")
      history.names[id] = task.name
    }
    if task.isTerminal {
      if let old = history.terminal[id] {
        require(old == task, .edges, "\(task.name) is terminal and changed")
      } else {
        history.terminal[id] = task
        reached.ends[task.name, default: 0] += 1
      }
    }
    if let parts = task.settlement {
      require(
        parts.paid + parts.refunded + parts.premium + parts.fees == bag.terms.escrowPerTask,
        .settlementIsEscrow, "\(parts) is not \(bag.terms.escrowPerTask)")
    }
    let open = bag.tasks.count { !$0.isTerminal }
    require(
      bag.open == open && bag.escrow == bag.terms.escrowPerTask * Amount(open), .settlementIsEscrow,
      "\(bag.escrow) is locked for \(open) open tasks")
    if let panel = task.panel { check(panel, state) }
  }

  private mutating func check(_ panel: Panel, _ state: ContributionState) {
    require(panel.replicas.count <= 56, .atMost56Replicas, "\(panel.replicas.count) replicas")
    let inTask = panel.replicas.filter(\.status.isInTask).compactMap { state.node($0.node) }
    require(
      Set(inTask.map(\.operatorAddress)).count == inTask.count, .onceEach, "an operator twice in a task")
    require(Set(inTask.map(\.registration.site)).count == inTask.count, .onceEach, "a site twice in a task")
    let seats = panel.replicas.map { "\($0.round) \($0.node)" }
    require(Set(seats).count == seats.count, .onceEach, "a node twice in a round")
  }

  /// Who was banned before has no say, and who is banned by this verdict has lost.
  private mutating func decided(_ id: TaskID, _ verdict: Verdict, _ state: ContributionState) {
    if let last = history.verdicts[id], last != verdict.resultRoot { reached.overturned += 1 }
    history.verdicts[id] = verdict.resultRoot
    guard let panel = state.task(id)?.state.panel,
      let bag = state.bags.first(where: { $0.terms.id == id.bag })
    else { return }
    let heard = panel.replicas.filter {
      $0.status.result != nil && !isBanned($0.node, state)
    }
    let roots = Set(heard.compactMap { $0.status.result?.resultRoot })
    guard verdict.byJury else {
      require(roots == [verdict.resultRoot], .unanimousAcceptance, "\(roots.count) results without a jury")
      require(
        Acceptance(state).isEnough(heard, panel, bag), .unanimousAcceptance,
        "too few, or their odds are too low")
      return
    }
    reached.juries += 1
    let jurors = heard.filter { $0.role == .jury }
    let mine = jurors.count { $0.status.result?.resultRoot == verdict.resultRoot }
    let others = roots.subtracting([verdict.resultRoot]).map { root in
      jurors.count { $0.status.result?.resultRoot == root }
    }
    let lead = state.genesis.parameters.juryLead(trust: bag.terms.order.trust)
    require(
      mine - (others.max() ?? 0) >= lead, .dissentGoesToAJury, "\(mine) jurors against \(others), d = \(lead)"
    )
  }

  private mutating func ended(_ id: TaskID, _ state: ContributionState) {
    guard case .final(let panel, let verdict, let settlement)? = state.task(id)?.state,
      let bag = state.bags.first(where: { $0.terms.id == id.bag })
    else { return }
    require(
      settlement.at >= verdict.decidedAt + state.genesis.parameters.holdBlocks, .edges, "FINAL before a hold")
    let winners = panel.replicas.filter { $0.status.name == "WON" }
    let standing = winners.filter { !isBanned($0.node, state) }
    guard !verdict.byJury, standing.count < winners.count else { return }
    require(
      Acceptance(state).isEnough(standing, panel, bag), .nothingStandsOnTheBanned, "FINAL needs a banned node"
    )
  }
}
