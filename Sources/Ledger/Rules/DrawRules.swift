internal import Receipts
internal import Workload

/// Slots picked from a list, and where the permutation stands after them.
struct Pick {
  var slots: [EligibleSlot] = []
  var drawing: Drawing
}

/// Drawing slots for a task. All functions here only look.
extension ContributionState {
  /// Continues a draw until `isEnough` says so of the slots picked, or the list ends.
  ///
  /// Skipped are slots that are busy, asks above p, too small bonds, nodes that may not be drawn, the wrong
  /// hardware class, operators and sites already in the task (or in this round, whatever became of them), and
  /// the requester's.
  func pick(
    _ drawing: Drawing, for place: TaskPlace, round: UInt32, role: ReplicaRole, replicas: [Replica],
    isEnough: ([EligibleSlot]) -> Bool
  ) -> Pick {
    var result = Pick(drawing: drawing)
    guard let list = lists.last(where: { $0.epoch == drawing.listEpoch }),
      replicas.count < Int(parameters.maximumReplicasPerTask), !isEnough([])
    else { return result }
    let terms = bags[place.bag].terms
    var seats = Seats(replicas: replicas, round: round, nodes: nodes)
    let least = role == .jury ? leastJurorCredibility(terms, list) : 0
    var hardwareClass = hardwareClass(of: replicas, terms)
    var order = Permutation(
      seed: drawing.seed, task: terms.id.task(UInt32(place.task)), round: round, count: list.entries.count)
    while order.steps < Int(parameters.maximumDrawSteps), let index = order.next() {
      guard order.steps > Int(drawing.steps) else { continue }
      result.drawing.steps = UInt32(order.steps)
      let entry = list.entries[index]
      let node = nodes[entry.nodeNumber]
      guard node.slots[Int(entry.slot)].running == nil, isEligible(entry, for: terms),
        node.credibility >= least,
        !seats.contains(node), hardwareClass == nil || hardwareClass == node.registration.hardwareClass
      else { continue }
      result.slots.append(entry)
      seats.add(node)
      if terms.order.determinism == .hardwareClass { hardwareClass = node.registration.hardwareClass }
      if isEnough(result.slots)
        || replicas.count + result.slots.count == Int(parameters.maximumReplicasPerTask)
      {
        break
      }
    }
    return result
  }

  /// Whether a slot may serve a bag at all, busy or not.
  func isEligible(_ entry: EligibleSlot, for terms: BagTerms) -> Bool {
    let slot = nodes[entry.nodeNumber].slots[Int(entry.slot)]
    return whyBarred(nodes[entry.nodeNumber], from: terms) == nil && whyUnpaid(entry, slot, terms) == nil
      && slot.locked + terms.price <= slot.bond
  }

  /// Why a node may serve no task of a bag; nothing where it may.
  func whyBarred(_ node: NodeRecord, from terms: BagTerms) -> DrawTrace.Finding? {
    switch node.standing {
    case .banned: return .banned
    case .jailed: return .jailed
    case .exiting: return .exiting
    case .probation, .active: break
    }
    if operators[node.operatorAddress]?.isBanned != false { return .operatorBanned }
    let requester = terms.requester
    if node.address == requester || node.operatorAddress == requester { return .requestersOwn }
    if let own = nodeNumbers[requester], nodes[own].operatorAddress == node.operatorAddress {
      return .requestersOwn
    }
    return nil
  }

  /// Why a slot doesn't take a bag's price; nothing where it does.
  func whyUnpaid(_ entry: EligibleSlot, _ slot: Slot, _ terms: BagTerms) -> DrawTrace.Finding? {
    if entry.minimumPrice > terms.price { return .asksMore }
    return terms.price * Amount(parameters.bondFactor) > slot.bond ? .bondTooSmall : nil
  }

  /// The least k of a juror: that of the genesis, once enough operators have it. A young network has nobody with
  /// experience, and dissent that nobody may judge would leave its liars unpunished.
  func leastJurorCredibility(_ terms: BagTerms, _ list: EligibleList) -> UInt32 {
    let least = parameters.jurorMinimumCredibility
    let enough = Int(parameters.diversityFactor) * parameters.juryLead(trust: terms.order.trust)
    guard least > 0, enough > 0 else { return least }
    var experienced: Set<Address> = []
    for entry in list.entries.prefix(Int(parameters.maximumDrawSteps))
    where nodes[entry.nodeNumber].credibility >= least && nodes[entry.nodeNumber].standing.mayBeDrawn {
      experienced.insert(nodes[entry.nodeNumber].operatorAddress)
      if experienced.count >= enough { return least }
    }
    return 0
  }

  /// How many operators who are not in the task could still be drawn for it, busy or not; counts up to `limit`.
  func countOthers(_ panel: Panel, _ place: TaskPlace, upTo limit: Int) -> Int {
    guard let list = lists.last(where: { $0.epoch == epoch }),
      panel.replicas.count < Int(parameters.maximumReplicasPerTask)
    else { return 0 }
    let terms = bags[place.bag].terms
    var seats = Seats(replicas: panel.replicas, round: panel.round + 1, nodes: nodes)
    let hardwareClass = hardwareClass(of: panel.replicas, terms)
    var count = 0
    for entry in list.entries.prefix(Int(parameters.maximumDrawSteps)) where count < limit {
      let node = nodes[entry.nodeNumber]
      guard isEligible(entry, for: terms), !seats.contains(node),
        hardwareClass == nil || hardwareClass == node.registration.hardwareClass
      else { continue }
      seats.add(node)
      count += 1
    }
    return count
  }

  /// The class that all replicas of a task must have, where its bag asks for one and the first is seated.
  private func hardwareClass(of replicas: [Replica], _ terms: BagTerms) -> Bytes32? {
    guard terms.order.determinism == .hardwareClass, let first = replicas.first(where: \.status.isInTask)
    else {
      return nil
    }
    return nodes[first.nodeNumber].registration.hardwareClass
  }

  /// Whether fewer than `limit` operators could serve a bag: busy ones count as well, the network is what
  /// matters and not the moment.
  func hasFewerOperators(than limit: Int, for terms: BagTerms, list: EpochNumber) -> Bool {
    guard let list = lists.last(where: { $0.epoch == list }) else { return true }
    var found: [Address] = []
    for entry in list.entries.prefix(Int(parameters.maximumDrawSteps))
    where isEligible(entry, for: terms) {
      let operatorAddress = nodes[entry.nodeNumber].operatorAddress
      if !found.contains(operatorAddress) { found.append(operatorAddress) }
      if found.count >= limit { return false }
    }
    return true
  }

  /// w of a node.
  func weight(of nodeNumber: Int) -> UInt64 {
    let node = nodes[nodeNumber]
    let isProven: Bool
    switch node.standing {
    case .active, .exiting: isProven = true
    case .probation, .jailed, .banned: isProven = false
    }
    return Odds.weight(
      credibility: node.credibility, isProven: isProven, minimum: parameters.minimumCredibility)
  }

  /// A new draw with the present epoch's seed and list.
  var presentDrawing: Drawing { freshDrawing(seed) }

  /// A new draw from the present list with a seed or beacon.
  func freshDrawing(_ seed: Bytes32) -> Drawing { Drawing(seed: seed, listEpoch: epoch, steps: 0) }

  /// Up to `count` slots for the next round of a panel.
  func pickNext(
    _ count: Int, _ role: ReplicaRole, _ drawing: Drawing, for panel: Panel, _ place: TaskPlace
  ) -> Pick {
    pick(drawing, for: place, round: panel.round + 1, role: role, replicas: panel.replicas) {
      $0.count >= count
    }
  }

  /// Seats a pick: replicas at the end of the panel, slots busy and p of each bond locked. Cursor and round
  /// are the panel's.
  mutating func seat(_ pick: Pick, in panel: inout Panel, for place: TaskPlace, role: ReplicaRole) {
    let terms = bags[place.bag].terms
    let task = terms.id.task(UInt32(place.task))
    let acknowledgeBy = height + parameters.accept.blocks(tau: terms.order.tau)
    panel.drawing = pick.drawing
    for entry in pick.slots {
      nodes[entry.nodeNumber].slots[Int(entry.slot)].running = task
      nodes[entry.nodeNumber].slots[Int(entry.slot)].locked += terms.price
      panel.replicas.append(
        Replica(
          round: panel.round, node: entry.node, nodeNumber: entry.nodeNumber, slot: entry.slot, role: role,
          status: .assigned(acknowledgeBy: acknowledgeBy)))
      emit(
        .drawn(
          ReplicaName(task: task, round: panel.round, node: entry.node), slot: entry.slot,
          acknowledgeBy: acknowledgeBy))
    }
  }

  /// Opens the next round of a panel with a pick.
  mutating func openNextRound(
    _ pick: Pick, reason: RoundOpening.Reason, in panel: inout Panel, for place: TaskPlace
  ) {
    panel.round += 1
    openRound(pick, reason: reason, in: &panel, for: place)
  }

  /// Voters in place of those who are missing.
  mutating func replaceVoters(_ pick: Pick, in panel: Panel, for place: TaskPlace) {
    var panel = panel
    panel.replacementRounds += 1
    openNextRound(pick, reason: .replacement, in: &panel, for: place)
    set(place, .assigned(panel))
  }

  /// Opens the round that a panel stands at.
  mutating func openRound(
    _ pick: Pick, reason: RoundOpening.Reason, in panel: inout Panel, for place: TaskPlace
  ) {
    emit(
      .roundOpened(
        RoundOpening(
          task: bags[place.bag].terms.id.task(UInt32(place.task)), round: panel.round, reason: reason,
          seed: pick.drawing.seed, listEpoch: pick.drawing.listEpoch, isLowDiversity: panel.isLowDiversity)))
    panel.settledAt = height
    seat(pick, in: &panel, for: place, role: reason.role)
  }

  /// The slot's run is over; the price stays locked until the verdict.
  mutating func free(_ replica: Replica, of task: TaskID) {
    if nodes[replica.nodeNumber].slots[Int(replica.slot)].running == task {
      nodes[replica.nodeNumber].slots[Int(replica.slot)].running = nil
    }
  }

  /// The verdict on a replica is in, or there will be none.
  mutating func unlock(_ replica: Replica, price: Amount) {
    nodes[replica.nodeNumber].slots[Int(replica.slot)].locked -= price
  }
}

/// Operators and sites that a task has used up.
private struct Seats {
  private var operators: [Address] = []
  private var sites: [Bytes32] = []

  init(replicas: [Replica], round: UInt32, nodes: [NodeRecord]) {
    for replica in replicas where replica.status.isInTask || replica.round == round {
      add(nodes[replica.nodeNumber])
    }
  }

  mutating func add(_ node: NodeRecord) {
    operators.append(node.operatorAddress)
    sites.append(node.registration.site)
  }

  func contains(_ node: NodeRecord) -> Bool {
    operators.contains(node.operatorAddress) || sites.contains(node.registration.site)
  }
}
