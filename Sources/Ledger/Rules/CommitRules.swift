internal import Receipts
internal import Workload

/// Sealed votes.
extension ContributionState {
  mutating func commit(_ id: TaskID, round: UInt32, digest: Bytes32, from: Address) throws(Rejection) {
    var seat = try pendingSeat(id, round: round, node: from)
    guard case .acknowledged(let commitBy, _) = seat.replica.status else {
      throw .wrongPhase(now: seat.replica.status.name, needs: "ACKED")
    }
    guard height <= commitBy else { throw .tooLate(since: commitBy) }
    seat.panel.replicas[seat.index].status = .committed(digest: digest, at: height)
    seat.panel.settledAt = height
    free(seat.replica, of: id)
    set(seat.place, seat.stage.state(with: seat.panel))
    emit(.committed(ReplicaName(task: id, round: round, node: from), digest: digest))
  }

  /// What sealing a round comes to.
  enum SealPlan {
    case open(beacon: Bytes32)
    /// All votes are in: audited or not.
    case roll(AuditRoll, AuditPlan)
    /// The search for an auditor goes on.
    case audit(AuditPlan, beacon: Bytes32, until: Height)
    case replace(Pick)
    /// Of fresh replicas none committed: the next are looked for, in this state.
    case search(TaskState)
    case giveUp
  }

  /// What `seal` would do now; throws why it can't.
  func planSeal(_ place: TaskPlace) throws(Rejection) -> (Panel, CommitStage, SealPlan) {
    if case .sealed(let panel, .drawing(let beacon, let until)) = bags[place.bag].tasks[place.task] {
      let plan = planAudit(panel, place, beacon: beacon, until: until)
      if case .wait = plan { throw .notEnoughSlots(found: 0, needed: 1) }
      return (panel, .auditor, .audit(plan, beacon: beacon, until: until))
    }
    let (panel, stage) = try openRound(at: place)
    let pending = panel.replicas.filter(\.status.isPending)
    guard pending.isEmpty else {
      throw .tooEarly(from: (pending.compactMap(\.status.deadline).min() ?? height) + 1)
    }
    // Whoever votes last must not know the beacon that draws on the votes.
    guard let beacon = beacon(from: panel.settledAt + parameters.beaconDelay) else {
      throw .tooEarly(from: panel.settledAt + parameters.beaconDelay)
    }
    switch stage {
    case .voters: return (panel, stage, try planSealOfVotes(panel, place, beacon))
    case .auditor, .jurors, .reauditor:
      let hasCommits = panel.replicas.contains { $0.round == panel.round && $0.status.isCommitted }
      return (panel, stage, hasCommits ? .open(beacon: beacon) : planSearch(panel, stage, place))
    }
  }

  /// The next fresh replicas are drawn with the same beacon; the round tells the permutations apart.
  private func planSearch(_ panel: Panel, _ stage: CommitStage, _ place: TaskPlace) -> SealPlan {
    let beacon = panel.drawing.seed
    switch stage {
    case .voters, .auditor:
      let until = searchEnd(place)
      return .audit(planAudit(panel, place, beacon: beacon, until: until), beacon: beacon, until: until)
    case .jurors: return .search(.jury(panel, drawingStage(beacon: beacon, place)))
    case .reauditor(let verdict):
      return .search(.reaudit(panel, verdict, drawingStage(beacon: beacon, place)))
    }
  }

  private func planSealOfVotes(_ panel: Panel, _ place: TaskPlace, _ beacon: Bytes32) throws(Rejection)
    -> SealPlan
  {
    let votes = panel.replicas.count {
      $0.role == .vote && ($0.status.isCommitted || $0.status.result != nil)
    }
    let required = parameters.requiredOperators(trust: bags[place.bag].terms.order.trust)
    let isEnough = votes >= required
    if votes >= panel.wanted { return planRoll(panel, place, beacon) }
    guard panel.replacementRounds < parameters.maximumReplacementRounds else {
      return isEnough ? planRoll(panel, place, beacon) : .giveUp
    }
    let missing = panel.wanted - votes
    let next = pickNext(missing, .vote, presentDrawing, for: panel, place)
    if !next.slots.isEmpty, !isPastHardStop(panel, place) { return .replace(next) }
    if isEnough { return planRoll(panel, place, beacon) }
    throw .notEnoughSlots(found: 0, needed: missing)
  }

  private func planRoll(_ panel: Panel, _ place: TaskPlace, _ beacon: Bytes32) -> SealPlan {
    guard let roll = auditRoll(panel, place, beacon: beacon) else { return .open(beacon: beacon) }
    return .roll(
      roll, roll.isAudited ? planAudit(panel, place, beacon: beacon, until: searchEnd(place)) : .goWithout)
  }

  mutating func seal(_ id: TaskID) throws(Rejection) {
    let place = try requirePlace(id)
    let (panel, stage, plan) = try planSeal(place)
    switch plan {
    case .open(let beacon): openReveals(panel, stage, place, beacon: beacon)
    case .roll(let roll, let plan):
      emit(.auditRolled(id, roll))
      goOn(plan, panel, place, beacon: roll.beacon, until: searchEnd(place))
    case .audit(let plan, let beacon, let until): goOn(plan, panel, place, beacon: beacon, until: until)
    case .replace(let pick): replaceVoters(pick, in: panel, for: place)
    case .search(let state): set(place, state)
    case .giveUp: end(place, panel, as: .timedOut)
    }
  }

  func isPastHardStop(_ panel: Panel, _ place: TaskPlace) -> Bool {
    height > panel.assignedAt + parameters.hardStop.blocks(tau: bags[place.bag].terms.order.tau)
  }
}

extension ReplicaStatus {
  /// Committed and not revealed.
  var isCommitted: Bool {
    if case .committed = self { true } else { false }
  }
}
