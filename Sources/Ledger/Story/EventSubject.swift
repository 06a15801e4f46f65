internal import Receipts

extension Event {
  /// The task that an event is of; nothing for events of accounts, nodes and epochs, which may still be a task's doing.
  package var task: TaskID? {
    switch self {
    case .drawn(let name, _, _), .acknowledged(let name, _), .declined(let name), .extended(let name, _),
      .committed(let name, _), .revealed(let name, _, _), .replicaTimedOut(let name), .judged(let name, _),
      .equivocated(let name):
      name.task
    case .auditRolled(let task, _), .sealed(let task, _, _, _), .disputed(let task, _),
      .provisional(let task, _),
      .reopened(let task, _), .ended(let task, _):
      task
    case .roundOpened(let opening): opening.task
    case .paid(let payment): payment.replica.task
    case .leafAppended(_, let leaf): leaf.task
    case .deposited, .withdrawn, .nodeRegistered, .bonded, .exitBegun, .bondsReleased, .offered,
      .offerWithdrawn,
      .epochTurned, .bagPosted, .tasksCancelled, .slashed, .struck, .credibilityGained, .jailed,
      .standingChanged, .banned, .operatorBanned, .owed, .owedPaid:
      nil
    }
  }
}

extension Call {
  /// Whether a call is on a task: it names the task or its bag.
  func concerns(_ task: TaskID) -> Bool {
    switch self {
    case .assign(let id), .acknowledge(let id, _), .decline(let id, _), .extend(let id, _),
      .commit(let id, _, _),
      .seal(let id), .tally(let id), .drawJury(let id), .finalize(let id), .reaudit(let id), .expire(let id):
      id == task
    case .reveal(let reveal): reveal.receipt.taskID == task.word
    case .reportEquivocation(let proof): proof.first.taskID == task.word
    case .cancelBag(let bag): bag == task.bag
    case .deposit, .withdraw, .register, .bond, .exit, .releaseBonds, .offer, .withdrawOffer, .postBag,
      .payOwed:
      false
    }
  }
}
