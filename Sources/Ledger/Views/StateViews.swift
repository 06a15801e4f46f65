package import Receipts
internal import Workload

/// The questions of `ContributionLedger`, answered from the state.
extension ContributionState {
  package func account(_ address: Address) -> Account { accounts[address] ?? Account() }

  package func node(_ address: Address) -> NodeRecord? { nodeNumbers[address].map { nodes[$0] } }

  package func bag(_ id: BagID) -> BagSummary? { bagNumbers[id].map { summary(of: bags[$0]) } }

  package func bags(of requester: Address) -> [BagSummary] {
    bags.lazy.filter { $0.terms.requester == requester }.map(summary)
  }

  package func task(_ id: TaskID) -> TaskSummary? {
    place(of: id).map { TaskSummary(id: id, state: bags[$0.bag].tasks[$0.task]) }
  }

  /// Most urgent first.
  package func duties(of node: Address) -> [Duty] {
    var duties: [Duty] = []
    for place in running {
      let bag = bags[place.bag].terms
      let state = bags[place.bag].tasks[place.task]
      guard let panel = state.panel else { continue }
      for replica in panel.replicas where replica.node == node {
        guard let (action, deadline) = action(for: replica, in: state, panel: panel) else { continue }
        var mayExtend = false
        if case .acknowledged(_, false) = replica.status { mayExtend = true }
        var digest: Bytes32?
        if case .committed(let committed, _) = replica.status { digest = committed }
        let id = bag.id.task(UInt32(place.task))
        duties.append(
          Duty(
            replica: ReplicaName(task: id, round: replica.round, node: node), action: action,
            deadline: deadline,
            slot: replica.slot, role: replica.role, bag: bag.id, manifest: bag.order.manifest,
            price: bag.price,
            tau: bag.order.tau, mayExtend: mayExtend, commitDigest: digest))
      }
    }
    return duties.sorted { ($0.deadline, $0.replica.task) < ($1.deadline, $1.replica.task) }
  }

  private func action(for replica: Replica, in state: TaskState, panel: Panel) -> (Duty.Action, Height)? {
    switch (replica.status, state) {
    case (.assigned(let acknowledgeBy), _): (.acknowledge, acknowledgeBy)
    case (.acknowledged(let commitBy, _), _): (.commit, commitBy)
    case (.committed(_, let at), _):
      if let reveals = state.openReveals?.1 {
        (.reveal, reveals.until)
      } else {
        (.awaitSeal, max(at, panel.lastDeadline))
      }
    default: nil
    }
  }

  private func summary(of bag: BagRecord) -> BagSummary {
    var tasks: [String: Int] = [:]
    for task in bag.tasks { tasks[task.name, default: 0] += 1 }
    return BagSummary(
      id: bag.terms.id, requester: bag.terms.requester, order: bag.terms.order, postedAt: bag.terms.postedAt,
      escrowPerTask: bag.terms.escrowPerTask, escrow: bag.escrow, tasks: tasks)
  }

  func place(of id: TaskID) -> TaskPlace? {
    guard let bag = bagNumbers[id.bag], id.index < bags[bag].terms.order.taskCount else { return nil }
    return TaskPlace(bag: bag, task: Int(id.index))
  }
}

extension Panel {
  /// The last height by which a pending replica must act; 0 where none is pending.
  var lastDeadline: Height {
    replicas.reduce(0) { last, replica in
      switch replica.status {
      case .assigned(let by), .acknowledged(let by, _): max(last, by)
      default: last
      }
    }
  }
}
