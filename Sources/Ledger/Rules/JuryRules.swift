internal import Receipts
internal import Workload

/// Dissent goes to fresh jurors, in batches of d, whatever the weights of those who disagree.
extension ContributionState {
  /// The next batch is to be drawn with this beacon.
  func drawingStage(beacon: Bytes32, _ place: TaskPlace) -> FreshStage {
    .drawing(beacon: beacon, until: searchEnd(place))
  }

  /// The batch that `drawJury` would seat now; throws why it can't.
  func planJuryDraw(_ place: TaskPlace) throws(Rejection) -> (Panel, Pick) {
    let state = bags[place.bag].tasks[place.task]
    guard case .jury(let panel, .drawing(let beacon, let until)) = state else {
      throw .wrongPhase(now: state.name, needs: "JURY without jurors at work")
    }
    guard height <= until else { throw .tooLate(since: until) }
    guard !isPastHardStop(panel, place) else { throw .tooLate(since: height) }
    let order = bags[place.bag].terms.order
    let seated = panel.replicas.count { $0.role == .jury && $0.status.isInTask }
    let size = min(parameters.juryLead(trust: order.trust), max(1, Int(parameters.maximumJurors) - seated))
    let batch = pickNext(size, .jury, freshDrawing(beacon), for: panel, place)
    // A small network may have fewer eligible jurors than d free. For half of the search the whole batch is
    // waited for, then it sits in parts: a lead of d may still come about over several batches.
    let partFrom = until - parameters.search.blocks(tau: order.tau) / 2
    guard batch.slots.count >= size || (!batch.slots.isEmpty && height >= partFrom) else {
      throw .notEnoughSlots(found: batch.slots.count, needed: size)
    }
    return (panel, batch)
  }

  mutating func drawJury(_ id: TaskID) throws(Rejection) {
    let place = try requirePlace(id)
    var (panel, batch) = try planJuryDraw(place)
    openNextRound(batch, reason: .jury, in: &panel, for: place)
    set(place, .jury(panel, .committing))
  }
}
