internal import Ledger
internal import Receipts
internal import Workload

/// The life of tasks: each event of the ledger calls for the next act.
extension SabotageRun {
  mutating func follow(_ event: Event) {
    switch event {
    case .roundOpened(let opening): follow(opening)
    case .drawn(let name, _, _): seat(name)
    case .acknowledged(let name, let commitBy): run(name, commitBy: commitBy)
    case .committed(let name, _): settle(name, as: .committed)
    case .declined(let name), .replicaTimedOut(let name): settle(name, as: .left)
    case .sealed(let task, _, _, _): reveal(task)
    case .disputed(let task, _):
      outcome.juries += 1
      later(task, after: 0)
    case .provisional(let task, let verdict): provisional(task, verdict)
    case .reopened(let task, _): reopened(task)
    case .ended(let task, let settlement): ended(task, settlement)
    case .slashed(let slash): fillBond(slash)
    case .banned(let node): banned(node)
    case .struck(let node, _, _): doubt(node)
    case .operatorBanned(let address):
      for node in nodes where node.operatorAddress == address { doubt(node.address) }
    case .jailed(let node, _):
      if let number = numbers[node], !nodes[number].isMember { outcome.honestJailed += 1 }
    default: break
    }
  }

  private mutating func follow(_ opening: RoundOpening) {
    guard let task = number(of: opening.task) else { return }
    tasks[task].reason = opening.reason
    if opening.reason == .audit { outcome.audits += 1 }
  }

  /// A node that was drawn says at once that it will run.
  private mutating func seat(_ name: ReplicaName) {
    guard let task = number(of: name.task), let node = numbers[name.node] else { return }
    tasks[task].seats.append(
      TaskRun.Seat(node: node, round: name.round, isVoter: tasks[task].reason.role == .vote, status: .running)
    )
    expect(.acknowledge(name.task, round: name.round), by: name.node)
  }

  private mutating func run(_ name: ReplicaName, commitBy: Height) {
    guard let task = number(of: name.task), let node = numbers[name.node] else { return }
    let time = Height(Double(tau) * (0.6 + 0.8 * random.unit()))
    var at = min(commitBy, state.height + max(1, time))
    if nodes[node].isMember {
      switch scenario.coalition.behaviour {
      case .slow where random.unit() < Coalition.missedShare:
        queue.push(.crank(task: task), at: commitBy + 1)
        tasks[task].crankAt = commitBy + 1
        return
      case .slow, .lazy: at = commitBy
      default: break
      }
    }
    queue.push(.commit(task: task, node: node, round: name.round), at: at)
  }

  mutating func commit(task: Int, node: Int, round: UInt32) {
    guard
      let seat = tasks[task].seats.first(where: {
        $0.node == node && $0.round == round && $0.status == .running
      })
    else { return }
    let root = answer(task, seat)
    let address = nodes[node].address
    let receipt = ExecutionReceipt(
      taskID: tasks[task].id.word, round: round, node: address, appDigest: .zero, inputRoot: .zero,
      resultRoot: root, hwClass: .zero, exitCode: 0, startedAt: 1, finishedAt: 2, cpuMillis: 3,
      energyMilliWh: 4, heatMilliWh: 3, price: Amount(SabotageScenario.price), statementHash: .zero)
    let salt = Bytes32(random.next(), random.next(), 0, 0)
    let sealed = Commit(to: receipt, receiptHash: receipt.digest(in: state.domain), salt: salt)
    tasks[task].reveals.append(Reveal(receipt: receipt, signature: Self.signature, salt: salt))
    expect(.commit(tasks[task].id, round: round, digest: sealed.digest(in: state.domain)), by: address)
  }

  /// Of the right form; signatures are assumed to be valid.
  private static let signature: Signature = {
    guard let signature = Signature(r: Bytes32(1), s: Bytes32(1), v: 27) else {
      preconditionFailure("small numbers make a signature")
    }
    return signature
  }()

  private mutating func answer(_ task: Int, _ seat: TaskRun.Seat) -> Bytes32 {
    guard nodes[seat.node].isMember else {
      let errs = scenario.errs(task: task, node: seat.node)
      return errs ? tasks[task].mistake(of: seat.node) : tasks[task].right
    }
    let voters = tasks[task].seats.filter { $0.isVoter && $0.status != .left }
    let known = Coalition.Knowledge(
      holdsAllSeats: voters.allSatisfy { nodes[$0.node].isMember }, hasLied: tasks[task].hasLied,
      isVoter: seat.isVoter, credibility: voters.map { state.nodes[$0.node].credibility }.min() ?? 0,
      coin: scenario.coalitionCoin(task: task))
    guard scenario.coalition.lies(known) else { return tasks[task].right }
    tasks[task].hasLied = true
    if nodes[seat.node].firstLie == nil { nodes[seat.node].firstLie = state.height }
    return tasks[task].lie
  }

  /// A commit is in, or will never be.
  private mutating func settle(_ name: ReplicaName, as status: TaskRun.Seat.Status) {
    guard let task = number(of: name.task), let node = numbers[name.node],
      let seat = tasks[task].seats.lastIndex(where: { $0.node == node && $0.round == name.round })
    else { return }
    tasks[task].seats[seat].status = status
    if status == .committed {
      outcome.executions += 1
      nodes[node].tasks.append(task)
    }
    if !tasks[task].isAwaited { later(name.task, after: scenario.parameters.beaconDelay) }
  }

  /// Opens all votes, and counts them.
  private mutating func reveal(_ id: TaskID) {
    guard let task = number(of: id) else { return }
    let reveals = tasks[task].reveals
    tasks[task].reveals = []
    for reveal in reveals {
      if attempt(.reveal(reveal), by: SabotageNode.crank) != nil { tasks[task].reveals.append(reveal) }
    }
    later(id, after: 0)
  }

  private mutating func provisional(_ id: TaskID, _ verdict: Verdict) {
    guard let task = number(of: id) else { return }
    tasks[task].phase = .provisional
    queue.push(.finalize(task: task), at: max(state.height, verdict.finalFrom))
    if tasks[task].seats.contains(where: { nodes[$0.node].bannedAt != nil }) { reauditLater(task) }
  }

  /// A proven lie puts all in doubt that the node decided. The rules say what must be run again.
  mutating func doubt(_ address: Address) {
    guard let number = numbers[address] else { return }
    for task in nodes[number].tasks { reauditLater(task) }
  }

  private mutating func reauditLater(_ task: Int) {
    guard tasks[task].phase == .provisional else { return }
    queue.push(.reaudit(task: task), at: state.height + scenario.parameters.beaconDelay)
  }

  private mutating func reopened(_ id: TaskID) {
    guard let task = number(of: id) else { return }
    outcome.reaudits += 1
    tasks[task].phase = .open
    later(id, after: Self.crankInterval)
  }

  private mutating func ended(_ id: TaskID, _ settlement: Settlement) {
    guard let task = number(of: id) else { return }
    ended += 1
    switch settlement.end {
    case .final:
      let isLater = tasks[task].postedAt >= SabotageScenario.startDays * scenario.parameters.dayBlocks
      outcome.final += 1
      if isLater { outcome.finalLater += 1 }
      guard state.task(id)?.state.verdict?.resultRoot != tasks[task].right else { break }
      outcome.wrong += 1
      if isLater { outcome.wrongLater += 1 }
    case .inconclusive: outcome.inconclusive += 1
    case .timedOut: outcome.timedOut += 1
    }
    tasks[task].end()
  }
}
