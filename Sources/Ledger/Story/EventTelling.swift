internal import Receipts
internal import Workload

/// An event of a task in one sentence.
struct EventTelling {
  let cast: Cast
  let terms: BagTerms
  /// Whether anybody was drawn to do the work once more.
  let hasAuditor: Bool

  init(_ record: TaskRecord, cast: Cast) {
    self.cast = cast
    terms = record.terms
    hasAuditor = record.state.panel?.replicas.contains { $0.role == .audit || $0.role == .reaudit } ?? false
  }

  /// Nothing for events that are told elsewhere, or not of tasks.
  func sentence(_ event: Event) -> String? {
    switch event {
    // The draw is told with its places, money in its own chapter.
    case .roundOpened, .paid, .owed, .owedPaid, .leafAppended: nil
    case .bagPosted: "The bag is posted, and \(terms.escrowPerTask.inEuros) are locked for this task."
    case .tasksCancelled: "It is taken back while it is queued, and what was locked for it returns."
    case .drawn(let name, _, let by): "\(who(name)) has to acknowledge by height \(by)."
    case .acknowledged(let name, let by): "\(who(name)) acknowledges; its commit is due by height \(by)."
    case .declined(let name): "\(who(name)) declines."
    case .extended(let name, let by): "\(who(name)) asks for more time, until height \(by)."
    case .committed(let name, let digest):
      "\(who(name)) commits to \(Cast.short(digest)), which is salted and tells nobody its vote."
    case .replicaTimedOut(let name): "\(who(name)) is too late."
    case .auditRolled(_, let roll): audit(roll)
    case .sealed(_, let round, let beacon, let by):
      "Round \(round) is sealed under the beacon \(Cast.short(beacon)); votes are revealed until height \(by)."
    case .revealed(let name, let receipt, let hash): reveal(name, receipt, hash)
    case .disputed(_, let roots):
      "\(roots.count) results stand against each other: a jury decides, whatever the weights."
    case .judged(let name, let verdict): "\(who(name)) \(Self.words(verdict))."
    case .provisional(_, let verdict): decision(verdict)
    case .reopened(_, let fallen): reopening(fallen)
    case .ended(_, let settlement): "The task is \(settlement.end.rawValue)."
    case .slashed, .struck, .credibilityGained, .jailed, .standingChanged, .banned, .operatorBanned,
      .equivocated:
      consequence(event)
    case .deposited, .withdrawn, .nodeRegistered, .bonded, .exitBegun, .bondsReleased, .offered,
      .offerWithdrawn,
      .epochTurned:
      nil
    }
  }

  /// What a task brings to nodes.
  private func consequence(_ event: Event) -> String? {
    switch event {
    case .slashed(let slash):
      "\(who(slash.node)) loses \(slash.amount.inEuros) of its bond: \(Self.words(slash.reason))."
    case .struck(let node, let strikes, let credibility):
      "\(who(node)) has \(strikes) \(strikes == 1 ? "strike" : "strikes") now, and k \(credibility)."
    case .credibilityGained(let node, let credibility): "\(who(node)) has k \(credibility) now."
    case .jailed(let node, let until): "\(who(node)) goes to jail until height \(until)."
    case .standingChanged(let node, let standing): "\(who(node)) is \(standing) now."
    case .banned(let node): "\(who(node)) is banned for ever."
    case .operatorBanned(let address): "The operator \(Cast.short(address)) is banned for ever."
    case .equivocated(let name): "\(who(name)) signed two different receipts for one replica."
    default: nil
    }
  }

  private func who(_ name: ReplicaName) -> String { who(name.node) }

  /// At the beginning of a sentence.
  private func who(_ node: Address) -> String { "N" + cast.name(node).dropFirst() }

  private func reveal(_ name: ReplicaName, _ receipt: ExecutionReceipt, _ hash: Bytes32) -> String {
    "\(who(name)) reveals the result \(Cast.short(receipt.resultRoot)), exit code \(receipt.exitCode), "
      + "\(receipt.cpuMillis) ms of processor time, under the receipt \(Cast.short(hash))."
  }

  private func audit(_ roll: AuditRoll) -> String {
    "The votes of round \(roll.round) are in and hidden. The beacon \(Cast.short(roll.beacon)) rolls \(roll.roll) of "
      + "10000 for an audit, and the rate is \(roll.rate): "
      + (roll.isAudited ? "an auditor has to do the work again." : "no audit.")
  }

  private func reopening(_ fallen: [Address]) -> String {
    let names = fallen.map(cast.name).joined(separator: ", ")
    return
      "Winners were banned or found wrong since (\(names)), and without them the verdict does not stand: it is re-audited."
  }

  private func decision(_ verdict: Verdict) -> String {
    "Verdict: \(Cast.short(verdict.resultRoot)), \(verdict.byJury ? "by jury" : "by the odds"), credibility "
      + "\(verdict.credibilityPPM) ppm\(verdict.isLowDiversity ? ", LOW_DIVERSITY" : ""). It is PROVISIONAL; the hold "
      + "ends at height \(verdict.finalFrom)."
      + (verdict.bounty > 0 && hasAuditor
        ? " Each auditor who was right in it gets \(verdict.bounty.inEuros) on top." : "")
  }

  private static func words(_ verdict: ReplicaVerdict) -> String {
    switch verdict {
    case .won: "has won"
    case .lost: "has lost"
    case .withheld: "committed and did not reveal: it counts as a lone loser"
    case .inconclusive: "did its work, and no result won"
    }
  }

  static func words(_ reason: Slash.Reason) -> String {
    switch reason {
    case .declined: "it declined more than once in the epoch"
    case .extended: "the price of more time"
    case .timedOut: "it was late"
    case .withheld: "it withheld its reveal"
    case .loneLoser: "its result stood alone and lost"
    case .collusion: "it shared a losing result with another operator"
    case .equivocation: "it signed two receipts for one replica"
    }
  }
}
