internal import Receipts
internal import Workload

/// Proven fraud opens again all that the frauds decided and that is not FINAL.
extension ContributionState {
  /// Whether a verdict rests on words that have lost their worth since: a winner was banned, and without the banned it
  /// would not have been given; or every single winner was found wrong, in whatever task.
  func needsReaudit(_ place: TaskPlace) -> Bool {
    guard case .provisional(let panel, let verdict) = bags[place.bag].tasks[place.task] else { return false }
    let winners = panel.replicas.filter(\.status.isWon)
    if winners.contains(where: { isBanned($0.nodeNumber) }) {
      if verdict.byJury { return leadingRoot(of: panel, place) != verdict.resultRoot }
      if !isAccepted(winners.filter { !isBanned($0.nodeNumber) }, panel, place) { return true }
    }
    return !verdict.byJury && winners.allSatisfy { hasFallen($0.nodeNumber, since: verdict) }
  }

  /// Whether a node was banned, or found wrong since a verdict.
  private func hasFallen(_ number: Int, since verdict: Verdict) -> Bool {
    isBanned(number) || nodes[number].convictedAt >= verdict.decidedAt
  }

  /// Itself, or with its operator.
  func isBanned(_ number: Int) -> Bool {
    nodes[number].isBanned || operators[nodes[number].operatorAddress]?.isBanned == true
  }

  /// All that a node has won and that is in its hold will be looked at, a part in each block: a node may have won more
  /// than one call should go through. Nothing of it becomes FINAL meanwhile, since `finalize` looks for itself.
  mutating func reconsider(_ number: Int) {
    guard let places = wins[number]?.places, !places.isEmpty else { return }
    reviews.append(Review(places: places))
  }

  /// Wins that are looked at in one block.
  private static let reviewsPerBlock = 4_096

  /// Finds tasks that need a re-audit.
  mutating func reviewWins() {
    var left = Self.reviewsPerBlock
    while left > 0, let review = reviews.first {
      let part = review.places[review.next..<min(review.places.count, review.next + left)]
      for place in part where needsReaudit(place) && inCascade.insert(place).inserted {
        cascade.append(place)
      }
      left -= part.count
      if part.endIndex == review.places.count {
        reviews.removeFirst()
      } else {
        reviews[reviews.startIndex].next = part.endIndex
      }
    }
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
        throw .wrongPhase(now: state.name, needs: "PROVISIONAL by winners who have fallen since")
      }
      // Nobody who could bring about the verdict on them must know the beacon.
      let from = lastFall(in: panel) + parameters.beaconDelay
      guard let beacon = beacon(from: from) else { throw .tooEarly(from: from) }
      let pick = pickNext(1, .reaudit, freshDrawing(beacon), for: panel, place)
      return (panel, verdict, pick.slots.isEmpty ? .search(beacon: beacon) : .seat(pick))
    case .reaudit(let panel, let verdict, .drawing(let beacon, let until)):
      guard height <= until else { throw .tooLate(since: until) }
      guard !isPastHardStop(panel, place) else { throw .tooLate(since: height) }
      let pick = pickNext(1, .reaudit, freshDrawing(beacon), for: panel, place)
      guard !pick.slots.isEmpty else { throw .notEnoughSlots(found: 0, needed: 1) }
      return (panel, verdict, .seat(pick))
    default: throw .wrongPhase(now: state.name, needs: "PROVISIONAL, or REAUDIT with nobody at work")
    }
  }

  /// When the last of those who won was banned or found wrong.
  private func lastFall(in panel: Panel) -> Height {
    panel.replicas.reduce(0) { last, replica in
      guard replica.status.isWon else { return last }
      let node = nodes[replica.nodeNumber]
      var fall = max(last, node.convictedAt)
      if case .banned(let since) = node.standing { fall = max(fall, since) }
      return max(fall, operators[node.operatorAddress]?.bannedAt ?? 0)
    }
  }

  mutating func reaudit(_ id: TaskID) throws(Rejection) {
    let place = try requirePlace(id)
    var (panel, verdict, plan) = try planReaudit(place)
    if case .provisional = bags[place.bag].tasks[place.task] { reopen(&panel, verdict, of: id) }
    switch plan {
    case .seat(let pick):
      openNextRound(pick, reason: .reaudit, in: &panel, for: place)
      set(place, .reaudit(panel, verdict, .committing))
    case .search(let beacon):
      set(place, .reaudit(panel, verdict, drawingStage(beacon: beacon, place)))
    }
  }

  /// Whoever was judged may be judged again, so no bond of theirs is released meanwhile.
  private mutating func reopen(_ panel: inout Panel, _ verdict: Verdict, of id: TaskID) {
    panel.isReopened = true
    panel.assignedAt = height
    var fallen: [Address] = []
    for replica in panel.replicas where replica.status.isJudged {
      nodes[replica.nodeNumber].reopened += 1
      if replica.status.isWon, hasFallen(replica.nodeNumber, since: verdict) { fallen.append(replica.node) }
    }
    emit(.reopened(id, fallen: fallen))
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
