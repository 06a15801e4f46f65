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
    case reveal(Reveals)
    case replace(Pick)
    /// A batch of jurors of which none committed: draw the next.
    case redrawJury
    case giveUp
  }

  /// What `seal` would do now; throws why it can't.
  func planSeal(_ place: TaskPlace) throws(Rejection) -> (Panel, CommitStage, SealPlan) {
    let (panel, stage) = try openRound(at: place)
    let pending = panel.replicas.filter(\.status.isPending)
    guard pending.isEmpty else {
      throw .tooEarly(from: (pending.compactMap(\.status.deadline).min() ?? height) + 1)
    }
    // Whoever votes last must not know the beacon that draws on the votes.
    guard let beacon = beacon(from: panel.settledAt + parameters.beaconDelay) else {
      throw .tooEarly(from: panel.settledAt + parameters.beaconDelay)
    }
    let reveals = Reveals(
      until: height + parameters.reveal.blocks(tau: bags[place.bag].terms.order.tau), beacon: beacon)
    switch stage {
    case .jurors:
      let hasCommits = panel.replicas.contains { $0.round == panel.round && $0.status.isCommitted }
      return (panel, stage, hasCommits ? .reveal(reveals) : .redrawJury)
    case .voters:
      return (panel, stage, try planSealOfVotes(panel, place, reveals))
    }
  }

  private func planSealOfVotes(_ panel: Panel, _ place: TaskPlace, _ reveals: Reveals) throws(Rejection)
    -> SealPlan
  {
    let votes = panel.replicas.count { $0.status.isCommitted || $0.status.result != nil }
    let required = parameters.requiredOperators(trust: bags[place.bag].terms.order.trust)
    let isEnough = votes >= required
    if votes >= panel.wanted { return .reveal(reveals) }
    guard panel.replacementRounds < parameters.maximumReplacementRounds else {
      return isEnough ? .reveal(reveals) : .giveUp
    }
    let missing = panel.wanted - votes
    let next = pick(
      presentDrawing, for: place, round: panel.round + 1, role: .vote, replicas: panel.replicas
    ) { $0.count == missing }
    if !next.slots.isEmpty, !isPastHardStop(panel, place) { return .replace(next) }
    if isEnough { return .reveal(reveals) }
    throw .notEnoughSlots(found: 0, needed: missing)
  }

  mutating func seal(_ id: TaskID) throws(Rejection) {
    let place = try requirePlace(id)
    var (panel, stage, plan) = try planSeal(place)
    switch plan {
    case .reveal(let reveals):
      emit(.sealed(id, round: panel.round, beacon: reveals.beacon, revealBy: reveals.until))
      switch stage {
      case .voters: set(place, .revealing(panel, reveals))
      case .jurors: set(place, .jury(panel, .revealing(reveals)))
      }
    case .replace(let pick):
      panel.round += 1
      panel.replacementRounds += 1
      openRound(pick, reason: .replacement, in: &panel, for: place, role: .vote)
      set(place, .assigned(panel))
    case .redrawJury:
      set(place, .jury(panel, drawingStage(beacon: panel.drawing.seed, place)))
    case .giveUp:
      end(place, panel, as: .timedOut)
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
