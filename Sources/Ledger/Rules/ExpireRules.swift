internal import Receipts

/// Deadlines that nobody kept.
extension ContributionState {
  /// What `expire` would do now.
  enum ExpiryPlan {
    case cancel
    case timeOut([Int])
    case inconclusive
  }

  func planExpiry(_ place: TaskPlace) throws(Rejection) -> ExpiryPlan {
    let state = bags[place.bag].tasks[place.task]
    switch state {
    case .queued:
      let until = bags[place.bag].terms.queuedUntil
      guard height > until else { throw .tooEarly(from: until + 1) }
      return .cancel
    case .assigned(let panel), .sealed(let panel, .committing), .jury(let panel, .committing),
      .reaudit(let panel, _, .committing):
      let late = panel.replicas.indices.filter { index in
        panel.replicas[index].status.deadline.map { height > $0 } ?? false
      }
      if !late.isEmpty { return .timeOut(late) }
      // The hard stop ends what can't go on; a round that can be sealed still is, and votes that are sealed are opened.
      if case .sealed = state {
      } else if isPastHardStop(panel, place) {
        if panel.replicas.contains(where: \.status.isPending) { return .inconclusive }
        do { _ = try planSeal(place) } catch { if case .notEnoughSlots = error { return .inconclusive } }
      }
      throw .tooEarly(from: panel.nextDeadline.map { $0 + 1 } ?? height + 1)
    case .jury(let panel, .drawing(_, let until)), .reaudit(let panel, _, .drawing(_, let until)):
      guard height > until || isPastHardStop(panel, place) else { throw .tooEarly(from: until + 1) }
      return .inconclusive
    case .sealed, .revealing, .jury, .reaudit, .provisional, .final, .inconclusive, .timedOut, .cancelled:
      throw .wrongPhase(now: state.name, needs: "waiting for somebody who is late")
    }
  }

  mutating func expire(_ id: TaskID) throws(Rejection) {
    let place = try requirePlace(id)
    switch try planExpiry(place) {
    case .cancel:
      bags[place.bag].tasks[place.task] = .cancelled
      advanceQueue(of: place.bag)
      refundCancelled(1, of: place.bag)
    case .timeOut(let late):
      var (panel, stage) = try openRound(at: place)
      timeOut(late, in: &panel, of: id, place)
      set(place, stage.state(with: panel))
    case .inconclusive:
      guard let panel = bags[place.bag].tasks[place.task].panel else { return }
      end(place, panel, as: .inconclusive)
    }
  }

  /// Takes late replicas out for p/10. Who never acknowledged is replaced at once from the same permutation;
  /// who was late with the result has used up the round's time, and the seal decides on another round.
  private mutating func timeOut(_ late: [Int], in panel: inout Panel, of id: TaskID, _ place: TaskPlace) {
    let price = bags[place.bag].terms.price
    for index in late {
      let replica = panel.replicas[index]
      panel.replicas[index].status = .timedOut
      panel.settledAt = height
      free(replica, of: id)
      unlock(replica, price: price)
      emit(.replicaTimedOut(ReplicaName(task: id, round: replica.round, node: replica.node)))
      slash(replica.nodeNumber, slot: replica.slot, amount: price / 10, reason: .timedOut)
      if case .assigned = replica.status, !isPastHardStop(panel, place) {
        refill(&panel, after: replica, for: place)
      }
    }
  }
}

extension Panel {
  /// The first height by which a pending replica must act.
  var nextDeadline: Height? { replicas.compactMap(\.status.deadline).min() }
}
