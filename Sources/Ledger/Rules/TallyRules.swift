internal import Receipts
internal import Workload

/// The decision of the rules' page, "Decision (exact)".
extension ContributionState {
  /// What the votes come to.
  enum TallyPlan {
    case accept(root: Bytes32)
    case dispute(roots: [Bytes32])
    case replace(Pick)
    case add(Pick)
    case nextJury
    case verdict(root: Bytes32)
    case inconclusive
    case giveUp
  }

  /// What `tally` would do now; throws why it can't.
  func planTally(_ place: TaskPlace) throws(Rejection) -> (Panel, Reveals, TallyPlan) {
    let state = bags[place.bag].tasks[place.task]
    switch state {
    case .revealing(let panel, let reveals):
      try requireReveals(panel, reveals)
      return (panel, reveals, try planVotes(panel, place))
    case .jury(let panel, .revealing(let reveals)):
      try requireReveals(panel, reveals)
      return (panel, reveals, planJury(panel, place))
    default: throw .wrongPhase(now: state.name, needs: "REVEALING")
    }
  }

  private func requireReveals(_ panel: Panel, _ reveals: Reveals) throws(Rejection) {
    guard height > reveals.until || !panel.replicas.contains(where: \.status.isCommitted) else {
      throw .tooEarly(from: reveals.until + 1)
    }
  }

  private func planVotes(_ panel: Panel, _ place: TaskPlace) throws(Rejection) -> TallyPlan {
    let terms = bags[place.bag].terms
    let revealed = panel.replicas.filter { $0.status.result != nil }
    let roots = revealed.distinctRoots
    if roots.count > 1 { return .dispute(roots: roots) }
    let required = parameters.requiredOperators(trust: terms.order.trust)
    let trust = panel.isLowDiversity ? min(1, terms.order.trust) : terms.order.trust
    if let root = roots.first,
      Odds.accept(weights: weights(of: revealed), required: required, trust: trust)
    {
      return .accept(root: root)
    }
    // Votes that count towards Rc are those that may have to be paid.
    guard revealed.count < Int(terms.order.replicaCap), !isPastHardStop(panel, place) else {
      return .inconclusive
    }
    let isShort = revealed.count < required
    if isShort, panel.replacementRounds >= parameters.maximumReplacementRounds { return .giveUp }
    let missing = isShort ? required - revealed.count : 1
    let next = pick(
      presentDrawing, for: place, round: panel.round + 1, role: .vote, replicas: panel.replicas
    ) { $0.count == missing }
    guard !next.slots.isEmpty else { throw .notEnoughSlots(found: 0, needed: missing) }
    return isShort ? .replace(next) : .add(next)
  }

  /// The first root that leads every other by d among jurors; nothing else counts in a dispute.
  private func planJury(_ panel: Panel, _ place: TaskPlace) -> TallyPlan {
    let jurors = panel.replicas.filter { $0.role == .jury }
    let lead = parameters.juryLead(trust: bags[place.bag].terms.order.trust)
    let results = jurors.compactMap { $0.status.result?.resultRoot }
    let counts = jurors.distinctRoots.map { root in (root: root, count: results.count { $0 == root }) }
      .sorted { $0.count > $1.count }
    if let first = counts.first, first.count - (counts.dropFirst().first?.count ?? 0) >= lead {
      return .verdict(root: first.root)
    }
    let seated = jurors.count { $0.status.isInTask }
    return seated >= Int(parameters.maximumJurors) ? .inconclusive : .nextJury
  }

  mutating func tally(_ id: TaskID) throws(Rejection) {
    let place = try requirePlace(id)
    var (panel, reveals, plan) = try planTally(place)
    withhold(&panel, of: id, price: bags[place.bag].terms.price)
    switch plan {
    case .accept(let root): decide(place, panel, root: root, byJury: false)
    case .verdict(let root): decide(place, panel, root: root, byJury: true)
    case .dispute(let roots):
      emit(.disputed(id, roots: roots))
      set(place, .jury(panel, drawingStage(beacon: reveals.beacon, place)))
    case .nextJury: set(place, .jury(panel, drawingStage(beacon: reveals.beacon, place)))
    case .replace(let pick):
      panel.round += 1
      panel.replacementRounds += 1
      openRound(pick, reason: .replacement, in: &panel, for: place, role: .vote)
      set(place, .assigned(panel))
    case .add(let pick):
      panel.round += 1
      panel.wanted = panel.replicas.count { $0.status.result != nil } + 1
      openRound(pick, reason: .additional, in: &panel, for: place, role: .vote)
      set(place, .assigned(panel))
    case .inconclusive: end(place, panel, as: .inconclusive)
    case .giveUp: end(place, panel, as: .timedOut)
    }
  }

  /// Committed and not revealed in time: as a lone loser.
  private mutating func withhold(_ panel: inout Panel, of id: TaskID, price: Amount) {
    for index in panel.replicas.indices where panel.replicas[index].status.isCommitted {
      let replica = panel.replicas[index]
      panel.replicas[index].status = .withheld
      unlock(replica, price: price)
      emit(.judged(ReplicaName(task: id, round: replica.round, node: replica.node), .withheld))
      punishLoneLoser(replica, price: price, reason: .withheld)
    }
  }

  /// Judges every revealed replica by the winning root.
  private mutating func decide(_ place: TaskPlace, _ panel: Panel, root: Bytes32, byJury: Bool) {
    var panel = panel
    let terms = bags[place.bag].terms
    let id = terms.id.task(UInt32(place.task))
    let revealed = panel.replicas.filter { $0.status.result != nil }
    let verdict = Verdict(
      resultRoot: root, decidedAt: height, finalFrom: height + parameters.holdBlocks, byJury: byJury,
      credibilityPPM: credibilityPPM(of: root, among: revealed), isLowDiversity: panel.isLowDiversity)
    let colluding = revealed.distinctRoots.filter { other in
      other != root
        && Set(revealed.filter { $0.status.result?.resultRoot == other }.map(operatorAddress)).count > 1
    }
    for index in panel.replicas.indices {
      let replica = panel.replicas[index]
      guard let result = replica.status.result else { continue }
      let name = ReplicaName(task: id, round: replica.round, node: replica.node)
      unlock(replica, price: terms.price)
      if result.resultRoot == root {
        panel.replicas[index].status = .won(result)
        emit(.judged(name, .won))
      } else {
        panel.replicas[index].status = .lost(result)
        emit(.judged(name, .lost))
        if colluding.contains(result.resultRoot) {
          ban(replica, reason: .collusion)
        } else {
          punishLoneLoser(replica, price: terms.price, reason: .loneLoser)
        }
      }
    }
    emit(.provisional(id, verdict))
    set(place, .provisional(panel, verdict))
  }

  private func credibilityPPM(of root: Bytes32, among revealed: [Replica]) -> UInt32 {
    var winner: UInt128 = 1
    let groups = revealed.distinctRoots.map { other in
      let odds = Odds.group(weights(of: revealed.filter { $0.status.result?.resultRoot == other }))
      if other == root { winner = odds }
      return odds
    }
    return Odds.credibilityPPM(of: winner, among: groups)
  }

  /// The greatest weight of each operator among some replicas, by operator.
  func weights(of replicas: [Replica]) -> [UInt64] {
    var greatest: [(operatorAddress: Address, weight: UInt64)] = []
    for replica in replicas {
      let address = operatorAddress(of: replica)
      let weight = weight(of: replica.nodeNumber)
      if let index = greatest.firstIndex(where: { $0.operatorAddress == address }) {
        greatest[index].weight = max(greatest[index].weight, weight)
      } else {
        greatest.append((address, weight))
      }
    }
    return greatest.map(\.weight)
  }

  private func operatorAddress(of replica: Replica) -> Address { nodes[replica.nodeNumber].operatorAddress }
}

extension [Replica] {
  /// The revealed results, sorted: the order of reveals tells nothing.
  var distinctRoots: [Bytes32] {
    var roots: [Bytes32] = []
    for replica in self {
      guard let root = replica.status.result?.resultRoot, !roots.contains(root) else { continue }
      roots.append(root)
    }
    return roots.sorted()
  }
}
