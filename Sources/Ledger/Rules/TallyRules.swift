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
    case nextReaudit
    case verdict(root: Bytes32)
    case inconclusive
    case giveUp
  }

  /// What `tally` would do now; throws why it can't.
  func planTally(_ place: TaskPlace) throws(Rejection) -> (Panel, Reveals, TallyPlan) {
    let state = bags[place.bag].tasks[place.task]
    guard let (panel, reveals, stage) = state.openReveals else {
      throw .wrongPhase(now: state.name, needs: "REVEALING")
    }
    guard height > reveals.until || !panel.replicas.contains(where: \.status.isCommitted) else {
      throw .tooEarly(from: reveals.until + 1)
    }
    switch stage {
    case .voters, .auditor: return (panel, reveals, try planVotes(panel, place))
    case .jurors: return (panel, reveals, planJury(panel, place))
    case .reauditor: return (panel, reveals, planReauditTally(panel, place))
    }
  }

  /// What was revealed by nodes that are not banned since: a banned node's word counts for nothing.
  func heard(_ panel: Panel) -> [Replica] {
    panel.replicas.filter { $0.status.result != nil && !isBanned($0.nodeNumber) }
  }

  /// Whether these unanimous replicas are enough.
  func isAccepted(_ replicas: [Replica], _ panel: Panel, _ place: TaskPlace) -> Bool {
    let trust = bags[place.bag].terms.order.trust
    return Odds.accept(
      weights: weights(of: replicas), required: parameters.requiredOperators(trust: trust),
      trust: panel.appliedTrust(trust))
  }

  /// Dissent goes to a jury and enough agreement is accepted; nothing where more replicas are needed to tell.
  private func planOfDecision(_ heard: [Replica], _ panel: Panel, _ place: TaskPlace) -> TallyPlan? {
    let roots = heard.distinctRoots
    if roots.count > 1 { return .dispute(roots: roots) }
    guard let root = roots.first, isAccepted(heard, panel, place) else { return nil }
    return .accept(root: root)
  }

  private func planVotes(_ panel: Panel, _ place: TaskPlace) throws(Rejection) -> TallyPlan {
    let terms = bags[place.bag].terms
    let heard = heard(panel)
    if let plan = planOfDecision(heard, panel, place) { return plan }
    // Votes that count towards Rc are those that may have to be paid from the escrow.
    let votes = panel.replicas.count { $0.role == .vote && $0.status.result != nil }
    guard votes < Int(terms.order.replicaCap), !isPastHardStop(panel, place) else { return .inconclusive }
    let required = parameters.requiredOperators(trust: terms.order.trust)
    let isShort = heard.count < required
    if isShort, panel.replacementRounds >= parameters.maximumReplacementRounds { return .giveUp }
    let missing = isShort ? min(required - heard.count, Int(terms.order.replicaCap) - votes) : 1
    let next = pickNext(missing, .vote, presentDrawing, for: panel, place)
    guard !next.slots.isEmpty else { throw .notEnoughSlots(found: 0, needed: missing) }
    return isShort ? .replace(next) : .add(next)
  }

  /// The first root that leads every other by d among jurors; nothing else counts in a dispute.
  private func planJury(_ panel: Panel, _ place: TaskPlace) -> TallyPlan {
    if let root = leadingRoot(of: panel, place) { return .verdict(root: root) }
    let seated = panel.replicas.count { $0.role == .jury && $0.status.isInTask }
    return seated >= Int(parameters.maximumJurors) ? .inconclusive : .nextJury
  }

  func leadingRoot(of panel: Panel, _ place: TaskPlace) -> Bytes32? {
    let jurors = heard(panel).filter { $0.role == .jury }
    let lead = parameters.juryLead(trust: bags[place.bag].terms.order.trust)
    let results = jurors.compactMap { $0.status.result?.resultRoot }
    let counts = jurors.distinctRoots.map { root in (root: root, count: results.count { $0 == root }) }
      .sorted { $0.count > $1.count }
    guard let first = counts.first, first.count - (counts.dropFirst().first?.count ?? 0) >= lead else {
      return nil
    }
    return first.root
  }

  /// Those who are left and the REAUDIT replicas decide as votes do; who is not enough gets another.
  private func planReauditTally(_ panel: Panel, _ place: TaskPlace) -> TallyPlan {
    if let plan = planOfDecision(heard(panel), panel, place) { return plan }
    let seated = panel.replicas.count { $0.role == .reaudit && $0.status.isInTask }
    guard seated < Int(bags[place.bag].terms.order.replicaCap), !isPastHardStop(panel, place) else {
      return .inconclusive
    }
    return .nextReaudit
  }

  mutating func tally(_ id: TaskID) throws(Rejection) {
    let place = try requirePlace(id)
    let state = bags[place.bag].tasks[place.task]
    var (panel, reveals, plan) = try planTally(place)
    withhold(&panel, of: id, price: bags[place.bag].terms.price)
    switch plan {
    case .accept(let root): decide(place, panel, root: root, byJury: false)
    case .verdict(let root): decide(place, panel, root: root, byJury: true)
    case .dispute(let roots):
      emit(.disputed(id, roots: roots))
      set(place, .jury(panel, drawingStage(beacon: reveals.beacon, place)))
    case .nextJury: set(place, .jury(panel, drawingStage(beacon: reveals.beacon, place)))
    case .nextReaudit:
      guard let verdict = state.verdict else { return }
      set(place, .reaudit(panel, verdict, drawingStage(beacon: reveals.beacon, place)))
    case .replace(let pick): replaceVoters(pick, in: panel, for: place)
    case .add(let pick):
      panel.wanted = panel.replicas.count { $0.role == .vote && $0.status.result != nil } + 1
      openNextRound(pick, reason: .additional, in: &panel, for: place)
      set(place, .assigned(panel))
    case .inconclusive: end(place, panel, as: .inconclusive)
    case .giveUp: end(place, panel, as: .timedOut)
    }
  }

  /// Committed and not revealed in time: as a lone loser. Where an auditor has voted and several operators hold back, they
  /// saw him drawn and knew what was coming: that is collusion, or it would be the cheap way out of it.
  private mutating func withhold(_ panel: inout Panel, of id: TaskID, price: Amount) {
    let holding = panel.replicas.filter(\.status.isCommitted)
    let isEvasion =
      panel.replicas.contains { $0.role == .audit && $0.status.isInTask }
      && Set(holding.map { nodes[$0.nodeNumber].operatorAddress }).count > 1
    for index in panel.replicas.indices where panel.replicas[index].status.isCommitted {
      let replica = panel.replicas[index]
      panel.replicas[index].status = .withheld
      unlock(replica, price: price)
      emit(.judged(ReplicaName(task: id, round: replica.round, node: replica.node), .withheld))
      if isEvasion {
        ban(replica, reason: .collusion)
      } else {
        punishLoneLoser(replica, price: price, reason: .withheld)
      }
    }
  }
}
