package import Receipts
package import Workload

/// The places that a draw looked at, one by one, each with what was found there: "who was drawn and why those".
///
/// Derived again from the list of the epoch, the seed, the task, the round and the state before the call, so that it
/// says why a slot was passed over, which the chain itself does not keep.
package struct DrawTrace: Hashable, Sendable, Codable {
  package var round: UInt32
  package var role: ReplicaRole
  /// Why the round was opened; nothing where its permutation goes on because a replica left.
  package var reason: RoundOpening.Reason?
  package var seed: Bytes32
  package var listEpoch: EpochNumber
  /// M: slots of the list.
  package var listCount: Int
  /// Places that had been looked at before.
  package var before: UInt32
  package var places: [Place]

  package struct Place: Hashable, Sendable, Codable {
    /// In the permutation, from 1.
    package var number: UInt32
    /// In the list, from 0.
    package var index: Int
    package var node: Address
    package var slot: UInt16
    package var minimumPrice: Amount
    package var finding: Finding
  }

  /// Taken, or why not: the first reason that holds.
  package enum Finding: String, Hashable, Sendable, Codable, CaseIterable {
    case taken
    case busy, banned, jailed, exiting, operatorBanned, asksMore, bondTooSmall, bondLocked
    case tooLittleCredibility, requestersOwn, sameOperator, sameSite, wrongHardwareClass
    /// No reason that is known here.
    case unexplained
  }

  package var taken: [Place] { places.filter { $0.finding == .taken } }
}

/// Derives draws again.
extension ContributionState {
  /// The draws of one call on a task. `self` is the state before the call, `after` the one it led to.
  func drawTraces(of task: TaskID, after: ContributionState, events: [Event]) -> [DrawTrace] {
    guard let place = after.place(of: task), let panel = after.bags[place.bag].tasks[place.task].panel else {
      return []
    }
    var openings: [RoundOpening] = []
    var drawn: [ReplicaName: UInt16] = [:]
    for event in events {
      switch event {
      case .roundOpened(let opening) where opening.task == task: openings.append(opening)
      case .drawn(let name, let slot, _) where name.task == task: drawn[name] = slot
      default: break
      }
    }
    let earlier = bags.indices.contains(place.bag) ? bags[place.bag].tasks[place.task].panel : nil
    if let opening = openings.last {
      return [trace(place, panel, from: 0, reason: opening.reason, drawn: drawn)].compactMap(\.self)
    }
    guard let earlier, earlier.round == panel.round, earlier.drawing.steps < panel.drawing.steps else {
      return []
    }
    return [trace(place, panel, from: earlier.drawing.steps, reason: nil, drawn: drawn)].compactMap(\.self)
  }

  /// `panel` is as the call left it, with the new replicas in it.
  private func trace(
    _ place: TaskPlace, _ panel: Panel, from first: UInt32, reason: RoundOpening.Reason?,
    drawn: [ReplicaName: UInt16]
  ) -> DrawTrace? {
    guard let list = lists.last(where: { $0.epoch == panel.drawing.listEpoch }) else { return nil }
    let terms = bags[place.bag].terms
    let task = terms.id.task(UInt32(place.task))
    func isNew(_ replica: Replica) -> Bool {
      replica.round == panel.round
        && drawn[ReplicaName(task: task, round: replica.round, node: replica.node)] == replica.slot
    }
    let role = panel.replicas.last(where: isNew)?.role ?? panel.replicas.last?.role ?? .vote
    var seated = panel.replicas.filter { !isNew($0) && ($0.status.isInTask || $0.round == panel.round) }
      .map { nodes[$0.nodeNumber] }
    let hardwareClass = hardwareClass(of: panel, terms, isNew: isNew)
    var trace = DrawTrace(
      round: panel.round, role: role, reason: reason, seed: panel.drawing.seed,
      listEpoch: panel.drawing.listEpoch, listCount: list.entries.count, before: first, places: [])
    var order = Permutation(
      seed: panel.drawing.seed, task: task, round: panel.round, count: list.entries.count)
    let least = role == .jury ? leastJurorCredibility(terms, list) : 0
    while order.steps < Int(panel.drawing.steps), let index = order.next() {
      guard order.steps > Int(first) else { continue }
      let entry = list.entries[index]
      let node = nodes[entry.nodeNumber]
      let isTaken = drawn[ReplicaName(task: task, round: panel.round, node: entry.node)] == entry.slot
      let reason = whySkipped(
        entry, terms, leastCredibility: least, seated: seated, hardwareClass: hardwareClass)
      trace.places.append(
        DrawTrace.Place(
          number: UInt32(order.steps), index: index, node: entry.node, slot: entry.slot,
          minimumPrice: entry.minimumPrice, finding: isTaken ? .taken : reason ?? .unexplained))
      if isTaken { seated.append(node) }
    }
    return trace
  }

  /// The one hardware class that a HWCLASS task's replicas may have.
  private func hardwareClass(of panel: Panel, _ terms: BagTerms, isNew: (Replica) -> Bool) -> Bytes32? {
    guard terms.order.determinism == .hardwareClass,
      let replica = panel.replicas.first(where: isNew) ?? panel.replicas.first(where: \.status.isInTask)
    else { return nil }
    return nodes[replica.nodeNumber].registration.hardwareClass
  }

  /// The first reason for which a draw passes over a slot; nothing where it would take it.
  func whySkipped(
    _ entry: EligibleSlot, _ terms: BagTerms, leastCredibility: UInt32, seated: [NodeRecord],
    hardwareClass: Bytes32?
  ) -> DrawTrace.Finding? {
    let node = nodes[entry.nodeNumber]
    let slot = node.slots[Int(entry.slot)]
    if let bar = whyBarred(node, from: terms) { return bar }
    if seated.contains(where: { $0.operatorAddress == node.operatorAddress }) { return .sameOperator }
    if seated.contains(where: { $0.registration.site == node.registration.site }) { return .sameSite }
    if let unpaid = whyUnpaid(entry, slot, terms) { return unpaid }
    if slot.running != nil { return .busy }
    if slot.locked + terms.price > slot.bond { return .bondLocked }
    if node.credibility < leastCredibility { return .tooLittleCredibility }
    if let hardwareClass, hardwareClass != node.registration.hardwareClass { return .wrongHardwareClass }
    return nil
  }
}
