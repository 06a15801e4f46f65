internal import Receipts

/// The crank: what time and others' calls have made possible.
extension ContributionState {
  /// For how many queued tasks one question tries a draw.
  private static let attempts = 32

  /// Calls that any account may make now and that the rules would accept, at most `limit`: they don't need
  /// each other, except that draws may take each other's slots.
  package func dueCalls(limit: Int) -> [Call] {
    var calls: [Call] = []
    for place in running {
      guard calls.count < limit else { return calls }
      if let call = dueCall(at: place) { calls.append(call) }
    }
    for place in cascade {
      guard calls.count < limit else { return calls }
      if (try? planReaudit(place)) != nil { calls.append(.reaudit(id(of: place))) }
    }
    for hold in holds {
      guard calls.count < limit else { return calls }
      guard height >= hold.end else { break }
      if isOpen(hold), !needsReaudit(hold.place) { calls.append(.finalize(id(of: hold.place))) }
    }
    if let debt = debts.first, debt.amount <= pools.auditPool, calls.count < limit { calls.append(.payOwed) }
    addQueued(to: &calls, limit: limit)
    return calls
  }

  private func dueCall(at place: TaskPlace) -> Call? {
    let id = id(of: place)
    switch bags[place.bag].tasks[place.task] {
    case .assigned, .sealed, .jury(_, .committing), .reaudit(_, _, .committing):
      if (try? planExpiry(place)) != nil { return .expire(id) }
      return (try? planSeal(place)) == nil ? nil : .seal(id)
    case .revealing, .jury(_, .revealing), .reaudit(_, _, .revealing):
      return (try? planTally(place)) == nil ? nil : .tally(id)
    case .jury(_, .drawing):
      if (try? planJuryDraw(place)) != nil { return .drawJury(id) }
      return (try? planExpiry(place)) == nil ? nil : .expire(id)
    case .reaudit(_, _, .drawing):
      if (try? planReaudit(place)) != nil { return .reaudit(id) }
      return (try? planExpiry(place)) == nil ? nil : .expire(id)
    case .queued, .provisional, .final, .inconclusive, .timedOut, .cancelled: return nil
    }
  }

  private func addQueued(to calls: inout [Call], limit: Int) {
    var left = Self.attempts
    // Each call takes a slot at least; more than there are slots can't be accepted in one block.
    var slots = lists.last { $0.epoch == epoch }?.entries.count { isIdle($0) } ?? 0
    for bag in queuedBags {
      let terms = bags[bag].terms
      let isOver = height > terms.queuedUntil
      guard isOver || (slots > 0 && terms.postedInEpoch < epoch) else { continue }
      for task in bags[bag].firstQueued..<bags[bag].tasks.count {
        guard calls.count < limit, left > 0 else { return }
        guard case .queued = bags[bag].tasks[task] else { continue }
        let place = TaskPlace(bag: bag, task: task)
        if isOver {
          calls.append(.expire(id(of: place)))
          continue
        }
        left -= 1
        if slots > 0, let plan = try? planAssignment(place) {
          slots -= plan.pick.slots.count
          calls.append(.assign(id(of: place)))
        }
      }
    }
  }

  private func isIdle(_ entry: EligibleSlot) -> Bool {
    nodes[entry.nodeNumber].slots[Int(entry.slot)].running == nil
  }

  private func id(of place: TaskPlace) -> TaskID { bags[place.bag].terms.id.task(UInt32(place.task)) }
}
