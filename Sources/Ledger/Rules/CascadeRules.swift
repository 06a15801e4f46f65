internal import Receipts
internal import Workload

/// Proven collusion opens again all that the colluders decided and that is not FINAL.
extension ContributionState {
  /// Whether a verdict has a winner who was banned since, and would not have been given without the banned.
  func needsReaudit(_ place: TaskPlace) -> Bool {
    guard case .provisional(let panel, let verdict) = bags[place.bag].tasks[place.task] else { return false }
    let winners = panel.replicas.filter(\.status.isWon)
    guard winners.contains(where: { nodes[$0.nodeNumber].isBanned }) else { return false }
    if verdict.byJury { return leadingRoot(of: panel, place) != verdict.resultRoot }
    return !isAccepted(winners.filter { !nodes[$0.nodeNumber].isBanned }, panel, place)
  }

  /// What `reaudit` comes to.
  enum ReauditPlan {
    case seat(Pick)
    case search(beacon: Bytes32)
  }

  /// What `reaudit` would do now; throws why it can't.
  func planReaudit(_ place: TaskPlace) throws(Rejection) -> (Panel, Verdict, ReauditPlan) {
    let state = bags[place.bag].tasks[place.task]
    switch state {
    case .provisional(let panel, let verdict):
      guard needsReaudit(place) else {
        throw .wrongPhase(now: state.name, needs: "PROVISIONAL by a winner who was banned")
      }
      // Nobody who could bring about the ban must know the beacon.
      let from = lastBan(in: panel) + parameters.beaconDelay
      guard let beacon = beacon(from: from) else { throw .tooEarly(from: from) }
      let pick = pickReauditor(panel, place, beacon: beacon)
      return (panel, verdict, pick.slots.isEmpty ? .search(beacon: beacon) : .seat(pick))
    case .reaudit(let panel, let verdict, .drawing(let beacon, let until)):
      guard height <= until else { throw .tooLate(since: until) }
      guard !isPastHardStop(panel, place) else { throw .tooLate(since: height) }
      let pick = pickReauditor(panel, place, beacon: beacon)
      guard !pick.slots.isEmpty else { throw .notEnoughSlots(found: 0, needed: 1) }
      return (panel, verdict, .seat(pick))
    default: throw .wrongPhase(now: state.name, needs: "PROVISIONAL, or REAUDIT with nobody at work")
    }
  }

  private func pickReauditor(_ panel: Panel, _ place: TaskPlace, beacon: Bytes32) -> Pick {
    let drawing = Drawing(seed: beacon, listEpoch: epoch, steps: 0)
    return pick(drawing, for: place, round: panel.round + 1, role: .reaudit, replicas: panel.replicas) {
      $0.count == 1
    }
  }

  private func lastBan(in panel: Panel) -> Height {
    panel.replicas.reduce(0) { last, replica in
      guard replica.status.isWon, case .banned(let since) = nodes[replica.nodeNumber].standing else {
        return last
      }
      return max(last, since)
    }
  }

  mutating func reaudit(_ id: TaskID) throws(Rejection) {
    let place = try requirePlace(id)
    var (panel, verdict, plan) = try planReaudit(place)
    if case .provisional = bags[place.bag].tasks[place.task] { reopen(&panel, of: id) }
    switch plan {
    case .seat(let pick):
      panel.round += 1
      openRound(pick, reason: .reaudit, in: &panel, for: place, role: .reaudit)
      set(place, .reaudit(panel, verdict, .committing))
    case .search(let beacon):
      set(place, .reaudit(panel, verdict, drawingStage(beacon: beacon, place)))
    }
  }

  /// Whoever was judged may be judged again, so no bond of theirs is released meanwhile.
  private mutating func reopen(_ panel: inout Panel, of id: TaskID) {
    panel.isReopened = true
    panel.assignedAt = height
    var banned: [Address] = []
    for replica in panel.replicas where replica.status.isJudged {
      nodes[replica.nodeNumber].reopened += 1
      if replica.status.isWon, nodes[replica.nodeNumber].isBanned { banned.append(replica.node) }
    }
    emit(.reopened(id, banned: banned))
  }

  /// The second verdict is in, or there will be none. Called before anybody's status changes.
  mutating func close(_ panel: inout Panel) {
    guard panel.isReopened else { return }
    panel.isReopened = false
    for replica in panel.replicas where replica.status.isJudged {
      nodes[replica.nodeNumber].reopened -= 1
    }
  }
}

extension ReplicaStatus {
  var isWon: Bool { if case .won = self { true } else { false } }

  /// By a verdict, the first or a second one.
  var isJudged: Bool {
    switch self {
    case .won, .lost: true
    default: false
    }
  }
}
