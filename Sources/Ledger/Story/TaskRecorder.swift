package import Receipts
internal import Workload

/// Collects what a chain does with one task. It is shown every call in the order of the chain.
package struct TaskRecorder: Sendable {
  package let task: TaskID
  package private(set) var record: TaskRecord?
  /// How many debts of the AuditPool began and were paid so far: the oldest is paid first, so numbers tell which.
  private var owed = 0
  private var owedPaid = 0
  /// Numbers of this task's debts, as its record has them.
  private var debtNumbers: [Int] = []

  package init(task: TaskID) {
    self.task = task
  }

  /// Whether `saw` has to be given the states before and after a call.
  package func needsStates(for call: Call) -> Bool {
    if case .postBag = call { return record == nil }
    return record != nil && call.concerns(task)
  }

  /// A call that was accepted. `states` may be left out where `needsStates` says so.
  package mutating func saw(
    _ call: Call, from: Address, block: UInt64?, height: Height, events: [Event],
    states: (before: ContributionState, after: ContributionState)?
  ) {
    begin(events, states?.after)
    var own = events.filter { $0.task == task }
    var draws: [DrawTrace] = []
    var tally: TallyTrace?
    if record != nil, call.concerns(task) || isPosting(events), let states {
      own = events.filter { isOwn($0, call: call, after: states.after) }
      draws = states.before.drawTraces(of: task, after: states.after, events: events)
      if case .tally = call { tally = states.before.tallyTrace(of: task) }
    }
    followDebts(events, height: height, isOwn: call.concerns(task))
    guard !own.isEmpty || !draws.isEmpty || tally != nil else { return }
    if let after = states?.after { meet(own, draws, after) }
    record?.entries.append(
      TaskRecord.Entry(
        height: height, block: block, from: from, call: call, events: own, draws: draws, tally: tally))
  }

  /// The end of the chain, or how far it was followed.
  package mutating func end(at state: ContributionState) {
    record?.height = state.height
    if let task = state.task(task) { record?.state = task.state }
  }

  private mutating func begin(_ events: [Event], _ after: ContributionState?) {
    guard record == nil, isPosting(events), let after, let bag = after.bagNumbers[task.bag] else { return }
    record = TaskRecord(task: task, terms: after.bags[bag].terms, parameters: after.parameters)
  }

  private func isPosting(_ events: [Event]) -> Bool {
    events.contains { if case .bagPosted(task.bag, _, _, _) = $0 { true } else { false } }
  }

  /// Of a call on this task all events are the task's doing, but for the AuditPool's old debts, and for the other
  /// tasks of a bag that is taken back.
  private func isOwn(_ event: Event, call: Call, after: ContributionState) -> Bool {
    switch event {
    case .owedPaid: return false
    case .tasksCancelled:
      guard case .cancelBag = call else { return true }
      let wasQueued = !(record?.entries.contains { $0.events.contains { $0.task == task } } ?? false)
      return wasQueued && after.task(task)?.state == .cancelled
    default: return event.task == nil || event.task == task
    }
  }

  private mutating func followDebts(_ events: [Event], height: Height, isOwn: Bool) {
    for event in events {
      switch event {
      case .owed(let to, let amount):
        owed += 1
        guard isOwn else { continue }
        debtNumbers.append(owed)
        record?.debts.append(TaskDebt(to: to, amount: amount))
      case .owedPaid:
        owedPaid += 1
        if let index = debtNumbers.firstIndex(of: owedPaid) { record?.debts[index].paidAt = height }
      default: continue
      }
    }
  }

  /// Remembers who stands behind the nodes that an entry names.
  private mutating func meet(_ events: [Event], _ draws: [DrawTrace], _ state: ContributionState) {
    var addresses = draws.flatMap { $0.places.map(\.node) }
    for event in events {
      if case .drawn(let name, _, _) = event { addresses.append(name.node) }
    }
    for address in addresses where record?.nodes[address] == nil {
      guard let node = state.node(address) else { continue }
      record?.nodes[address] = TaskRecord.Party(
        operatorAddress: node.operatorAddress, site: node.registration.site)
    }
  }
}
