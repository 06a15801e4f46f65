package import Ledger
internal import Receipts
internal import Workload

/// What happened in a coalition's scene, told by its ledger's events. Who was right is known here and not to the rules.
package struct CoalitionStory: Sendable {
  /// A task whose auditor said something else than all its voters.
  package struct Dissent: Hashable, Sendable {
    package var task: TaskID
    /// From 1, in the order of posting.
    package var number: Int
    package var voters: [String]
    package var auditor: String
    package var jurors: [String] = []
    /// Jurors who gave the result that the auditor gave.
    package var jurorsWithAuditor = 0
    package var isDecided = false
  }

  package private(set) var tasks = 0
  /// Tasks that have a verdict.
  package private(set) var decided: Set<TaskID> = []
  /// Verdicts for the false result. Nobody but us could tell them from others.
  package private(set) var believedLies: Set<TaskID> = []
  /// Rounds that were audited.
  package private(set) var audits = 0
  /// The first task in which an auditor dissented.
  package private(set) var dissent: Dissent?
  /// Names of nodes, in the order of their bans.
  package private(set) var banned: [String] = []
  package private(set) var bannedOperators = 0
  /// Tasks whose verdict was opened again.
  package private(set) var reopened: Set<TaskID> = []
  /// Of these: the second verdict was another one, or the same.
  package private(set) var overturned: Set<TaskID> = []
  package private(set) var confirmed: Set<TaskID> = []
  /// Of bonds, for collusion.
  package private(set) var slashed: Amount = 0
  package private(set) var slashedToAuditPool: Amount = 0
  package private(set) var burned: Amount = 0
  /// To auditors who were right, beyond their pay.
  package private(set) var bounties: Amount = 0
  /// False results that became FINAL.
  package private(set) var finalLies = 0
  package private(set) var inconclusive = 0
  package private(set) var isOver = false

  private let cast: CoalitionCast
  private var firstNumbers: [BagID: Int] = [:]
  private var roots: [TaskID: Bytes32] = [:]

  init(cast: CoalitionCast) {
    self.cast = cast
  }

  /// Whether all that the scene is for has happened.
  package var isComplete: Bool {
    isOver && dissent?.isDecided == true && banned.count >= 2 && !overturned.isEmpty
  }

  /// - Parameter state: at the height of the event or later.
  mutating func take(_ event: Event, _ state: ContributionState) {
    switch event {
    case .bagPosted(let bag, _, _, let order):
      firstNumbers[bag] = tasks + 1
      tasks += Int(order.taskCount)
    case .auditRolled(_, let roll): if roll.isAudited { audits += 1 }
    case .disputed(let task, _): dispute(task, state)
    case .provisional(let task, let verdict): decide(task, verdict, state)
    case .banned(let node): banned.append(name(node))
    case .operatorBanned: bannedOperators += 1
    case .reopened(let task, _): reopened.insert(task)
    case .slashed(let slash) where slash.reason == .collusion:
      slashed += slash.amount
      slashedToAuditPool += slash.toAuditPool
      burned += slash.burned
    default: break
    }
  }

  private mutating func dispute(_ task: TaskID, _ state: ContributionState) {
    guard dissent == nil, let panel = state.task(task)?.state.panel,
      let auditor = panel.replicas.first(where: { $0.role == .audit })
    else { return }
    dissent = Dissent(
      task: task, number: number(of: task), voters: names(panel, .vote), auditor: name(auditor.node))
  }

  private mutating func decide(_ task: TaskID, _ verdict: Verdict, _ state: ContributionState) {
    decided.insert(task)
    if verdict.resultRoot == CoalitionCast.falseRoot(of: task) { believedLies.insert(task) }
    if reopened.contains(task), let before = roots[task] {
      if before == verdict.resultRoot { confirmed.insert(task) } else { overturned.insert(task) }
    }
    roots[task] = verdict.resultRoot
    guard var dissent, dissent.task == task, !dissent.isDecided, let panel = state.task(task)?.state.panel
    else { return }
    let audited = panel.replicas.first { $0.role == .audit }?.status.result?.resultRoot
    dissent.jurors = names(panel, .jury)
    dissent.jurorsWithAuditor = panel.replicas.count {
      $0.role == .jury && $0.status.result?.resultRoot == audited
    }
    dissent.isDecided = true
    self.dissent = dissent
  }

  /// Takes the last sums when every task has its end.
  mutating func settle(_ state: ContributionState) {
    for bag in state.bags {
      for (index, task) in bag.tasks.enumerated() {
        switch task {
        case .final(let panel, let verdict, _):
          if verdict.resultRoot == CoalitionCast.falseRoot(of: bag.terms.id.task(UInt32(index))) {
            finalLies += 1
          }
          let auditors = panel.replicas.count {
            ($0.role == .audit || $0.role == .reaudit) && $0.status.result?.resultRoot == verdict.resultRoot
          }
          bounties += verdict.bounty * Amount(auditors)
        default: inconclusive += 1
        }
      }
    }
    isOver = true
  }

  private func number(of task: TaskID) -> Int { (firstNumbers[task.bag] ?? 1) + Int(task.index) }

  private func names(_ panel: Panel, _ role: ReplicaRole) -> [String] {
    panel.replicas.filter { $0.role == role && $0.status.isInTask }.map { name($0.node) }
  }

  private func name(_ node: Address) -> String { cast.node(node)?.name ?? "\(node)" }
}
