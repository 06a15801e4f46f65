internal import Receipts
internal import Workload

/// From QUEUED to replicas at work.
extension ContributionState {
  /// What `assign` would do now; throws why it can't.
  func planAssignment(_ place: TaskPlace) throws(Rejection) -> (pick: Pick, isLowDiversity: Bool) {
    let state = bags[place.bag].tasks[place.task]
    guard case .queued = state else { throw .wrongPhase(now: state.name, needs: "QUEUED") }
    let terms = bags[place.bag].terms
    // What was posted when a seed was known, or could be chosen with it in sight, waits for the next one.
    guard terms.postedInEpoch < epoch else {
      throw .tooEarly(from: (terms.postedInEpoch + 1) * parameters.epochBlocks)
    }
    guard height <= terms.queuedUntil else { throw .tooLate(since: terms.queuedUntil) }
    let trust = terms.order.trust
    let required = parameters.requiredOperators(trust: trust)
    let most = min(Int(parameters.maximumFirstDraw), Int(terms.order.replicaCap))
    var picked = pick(presentDrawing, for: place, round: 0, role: .vote, replicas: []) { slots in
      slots.count >= most
        || Odds.accept(weights: slots.map { weight(of: $0.nodeNumber) }, required: required, trust: trust)
    }
    guard picked.slots.count >= required else {
      throw .notEnoughSlots(found: picked.slots.count, needed: required)
    }
    // LOW_DIVERSITY caps the trust that acceptance asks for at 1, so r(T) replicas are all that more would be
    // for. r(T) itself stays that of the trust asked for: two must still agree where two were asked for.
    let limit = Int(parameters.diversityFactor) * picked.slots.count
    let isLow = hasFewerOperators(than: limit, for: terms, list: picked.drawing.listEpoch)
    if isLow, picked.slots.count > required {
      picked = pick(presentDrawing, for: place, round: 0, role: .vote, replicas: []) { $0.count >= required }
    }
    return (picked, isLow)
  }

  mutating func assign(_ id: TaskID) throws(Rejection) {
    let place = try requirePlace(id)
    let plan = try planAssignment(place)
    var panel = Panel(
      round: 0, replacementRounds: 0, assignedAt: height, settledAt: height, wanted: plan.pick.slots.count,
      isLowDiversity: plan.isLowDiversity, drawing: plan.pick.drawing, replicas: [])
    openRound(plan.pick, reason: .first, in: &panel, for: place)
    set(place, .assigned(panel))
    advanceQueue(of: place.bag)
  }

  /// Keeps `firstQueued` true.
  mutating func advanceQueue(of bag: Int) {
    while bags[bag].firstQueued < bags[bag].tasks.count {
      if case .queued = bags[bag].tasks[bags[bag].firstQueued] { return }
      bags[bag].firstQueued += 1
    }
  }

  mutating func acknowledge(_ id: TaskID, round: UInt32, from: Address) throws(Rejection) {
    var seat = try pendingSeat(id, round: round, node: from)
    guard case .assigned(let acknowledgeBy) = seat.replica.status else {
      throw .wrongPhase(now: seat.replica.status.name, needs: "ASSIGNED")
    }
    guard height <= acknowledgeBy else { throw .tooLate(since: acknowledgeBy) }
    let commitBy = height + parameters.commit.blocks(tau: bags[seat.place.bag].terms.order.tau)
    seat.panel.replicas[seat.index].status = .acknowledged(commitBy: commitBy, wasExtended: false)
    set(seat.place, seat.stage.state(with: seat.panel))
    emit(.acknowledged(ReplicaName(task: id, round: round, node: from), commitBy: commitBy))
  }

  /// The first decline of an epoch is free, each further one costs p/20. The next slot of the same
  /// permutation takes over.
  mutating func decline(_ id: TaskID, round: UInt32, from: Address) throws(Rejection) {
    var seat = try pendingSeat(id, round: round, node: from)
    guard let deadline = seat.replica.status.deadline, height <= deadline else {
      throw .tooLate(since: seat.replica.status.deadline ?? 0)
    }
    let price = bags[seat.place.bag].terms.price
    let number = seat.replica.nodeNumber
    seat.panel.replicas[seat.index].status = .declined
    seat.panel.settledAt = height
    free(seat.replica, of: id)
    unlock(seat.replica, price: price)
    emit(.declined(ReplicaName(task: id, round: round, node: from)))
    if nodes[number].declines.epoch != epoch { nodes[number].declines = .init(epoch: epoch, count: 0) }
    if nodes[number].declines.count > 0 {
      slash(number, slot: seat.replica.slot, amount: price / 20, reason: .declined)
    }
    nodes[number].declines.count += 1
    refill(&seat.panel, after: seat.replica, for: seat.place)
    set(seat.place, seat.stage.state(with: seat.panel))
  }

  /// Seats the next slot of the round's permutation, where it still has one.
  mutating func refill(_ panel: inout Panel, after left: Replica, for place: TaskPlace) {
    guard left.round == panel.round, panel.replicas.count < Int(parameters.maximumReplicasPerTask) else {
      return
    }
    let next = pick(
      panel.drawing, for: place, round: panel.round, role: left.role, replicas: panel.replicas
    ) { $0.count == 1 }
    seat(next, in: &panel, for: place, role: left.role)
  }

  /// τ more for p/50, once.
  mutating func extend(_ id: TaskID, round: UInt32, from: Address) throws(Rejection) {
    var seat = try pendingSeat(id, round: round, node: from)
    guard case .acknowledged(let commitBy, false) = seat.replica.status else {
      throw .wrongPhase(now: seat.replica.status.name, needs: "ACKED and not extended before")
    }
    guard height <= commitBy else { throw .tooLate(since: commitBy) }
    let terms = bags[seat.place.bag].terms
    let later = commitBy + Height(terms.order.tau)
    seat.panel.replicas[seat.index].status = .acknowledged(commitBy: later, wasExtended: true)
    slash(seat.replica.nodeNumber, slot: seat.replica.slot, amount: terms.price / 50, reason: .extended)
    set(seat.place, seat.stage.state(with: seat.panel))
    emit(.extended(ReplicaName(task: id, round: round, node: from), commitBy: later))
  }

  /// The replica of a node in a task whose round still takes commits.
  func pendingSeat(_ id: TaskID, round: UInt32, node: Address) throws(Rejection) -> PendingSeat {
    let place = try requirePlace(id)
    let (panel, stage) = try openRound(at: place)
    guard let index = panel.replicas.firstIndex(where: { $0.round == round && $0.node == node }) else {
      throw .unknown(what: "replica of \(node) in round \(round) of task \(id)")
    }
    return PendingSeat(place: place, panel: panel, stage: stage, index: index)
  }

  /// The panel of a task that takes commits.
  func openRound(at place: TaskPlace) throws(Rejection) -> (Panel, CommitStage) {
    switch bags[place.bag].tasks[place.task] {
    case .assigned(let panel): return (panel, .voters)
    case .sealed(let panel, .committing): return (panel, .auditor)
    case .jury(let panel, .committing): return (panel, .jurors)
    case .reaudit(let panel, let verdict, .committing): return (panel, .reauditor(verdict))
    case let state: throw .wrongPhase(now: state.name, needs: "a state with replicas at work")
    }
  }
}

/// Who commits in the present round.
enum CommitStage {
  case voters, auditor, jurors
  /// With the verdict that was opened again.
  case reauditor(Verdict)

  func state(with panel: Panel) -> TaskState {
    switch self {
    case .voters: .assigned(panel)
    case .auditor: .sealed(panel, .committing)
    case .jurors: .jury(panel, .committing)
    case .reauditor(let verdict): .reaudit(panel, verdict, .committing)
    }
  }

  func revealing(_ panel: Panel, _ reveals: Reveals) -> TaskState {
    switch self {
    case .voters, .auditor: .revealing(panel, reveals)
    case .jurors: .jury(panel, .revealing(reveals))
    case .reauditor(let verdict): .reaudit(panel, verdict, .revealing(reveals))
    }
  }
}

/// A replica in a panel that takes commits.
struct PendingSeat {
  let place: TaskPlace
  var panel: Panel
  let stage: CommitStage
  let index: Int

  var replica: Replica { panel.replicas[index] }
}

extension ReplicaStatus {
  /// The last height for what is expected next, while something is before the commit.
  var deadline: Height? {
    switch self {
    case .assigned(let by), .acknowledged(let by, _): by
    default: nil
    }
  }
}
