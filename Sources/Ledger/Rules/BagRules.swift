internal import Receipts

/// Posting and taking back.
extension ContributionState {
  mutating func post(_ order: BagOrder, from: Address, nonce: UInt64) throws(Rejection) {
    let required = parameters.requiredOperators(trust: order.trust)
    func require(_ holds: Bool, _ reason: @autoclosure () -> String) throws(Rejection) {
      guard holds else { throw .outOfBounds(reason: reason()) }
    }
    try require(
      (1...parameters.maximumTasksPerBag).contains(order.taskCount),
      "a bag has from 1 to \(parameters.maximumTasksPerBag) tasks, not \(order.taskCount)")
    try require(order.price > 0, "a price is more than nothing")
    try require(
      (required...max(required, Int(parameters.maximumReplicaCap))).contains(Int(order.replicaCap)),
      "trust \(order.trust) needs a replica cap from \(required) to \(parameters.maximumReplicaCap), "
        + "not \(order.replicaCap)")
    try require(
      (1...parameters.maximumTau).contains(order.tau),
      "τ is from 1 to \(parameters.maximumTau) blocks, not \(order.tau)")
    try require(order.queueBlocks <= 1 << 40, "queueBlocks is longer than any chain")
    let perTask = parameters.escrowPerTask(price: Amount(order.price), replicaCap: order.replicaCap)
    let escrow = perTask * Amount(order.taskCount)
    try requireBalance(escrow, of: from)

    let id = BagID(domainSeparator: domain.separator, requester: from, nonce: nonce)
    accounts[from, default: Account()].free -= escrow
    bagNumbers[id] = bags.count
    queuedBags.append(bags.count)
    bags.append(
      BagRecord(
        terms: BagTerms(
          id: id, requester: from, order: order, postedAt: height, postedInEpoch: epoch,
          escrowPerTask: perTask),
        escrow: escrow, tasks: Array(repeating: .queued, count: Int(order.taskCount)), firstQueued: 0,
        open: Int(order.taskCount)))
    emit(.bagPosted(id, requester: from, escrow: escrow, order))
  }

  mutating func cancel(_ id: BagID, from: Address) throws(Rejection) {
    guard let bag = bagNumbers[id] else { throw .unknown(what: "bag \(id)") }
    guard from == bags[bag].terms.requester else { throw .notAllowed(allowed: "the bag's requester") }
    var count: UInt32 = 0
    for task in bags[bag].firstQueued..<bags[bag].tasks.count {
      guard case .queued = bags[bag].tasks[task] else { continue }
      bags[bag].tasks[task] = .cancelled
      count += 1
    }
    guard count > 0 else { throw .wrongPhase(now: "without queued tasks", needs: "partly QUEUED") }
    advanceQueue(of: bag)
    refundCancelled(count, of: bag)
  }

  /// Gives the escrow of so many tasks that were queued back to who locked it.
  mutating func refundCancelled(_ count: UInt32, of bag: Int) {
    let terms = bags[bag].terms
    let refund = terms.escrowPerTask * Amount(count)
    bags[bag].escrow -= refund
    bags[bag].open -= Int(count)
    accounts[terms.requester, default: Account()].free += refund
    emit(.tasksCancelled(terms.id, count: count, refund: refund))
  }

  func requirePlace(_ id: TaskID) throws(Rejection) -> TaskPlace {
    guard let place = place(of: id) else { throw .unknown(what: "task \(id)") }
    return place
  }

  /// Moves a task to another state and keeps the indices true.
  mutating func set(_ place: TaskPlace, _ state: TaskState) {
    let before = bags[place.bag].tasks[place.task]
    if case .provisional(_, let verdict) = state { holds.append(Hold(place: place, end: verdict.finalFrom)) }
    if state.isTerminal, !before.isTerminal { bags[place.bag].open -= 1 }
    bags[place.bag].tasks[place.task] = state
    guard state.isRunning != before.isRunning else { return }
    let index = running.firstIndex { $0 >= place } ?? running.count
    if state.isRunning { running.insert(place, at: index) } else { running.remove(at: index) }
  }
}

extension TaskState {
  /// Somebody has to act on it before its verdict.
  fileprivate var isRunning: Bool {
    switch self {
    case .assigned, .sealed, .revealing, .jury, .reaudit: true
    case .queued, .provisional, .final, .inconclusive, .timedOut, .cancelled: false
    }
  }
}
