internal import Receipts
internal import Workload

/// Whether a round is audited is decided when all its votes are in and none is open: a coalition can't know, and the
/// auditor can't copy.
extension ContributionState {
  /// The roll for a round whose votes are in; nothing where the task has its auditor already.
  func auditRoll(_ panel: Panel, _ place: TaskPlace, beacon: Bytes32) -> AuditRoll? {
    guard !panel.replicas.contains(where: { $0.role == .audit && $0.status.isInTask }) else { return nil }
    let voters = panel.replicas.filter { $0.role == .vote && $0.status.isInTask }
    let terms = bags[place.bag].terms
    let rate = parameters.auditRate(
      trust: terms.order.trust, leastCredibility: voters.map { nodes[$0.nodeNumber].credibility }.min() ?? 0,
      isAlert: height < alertUntil)
    return AuditRoll(
      beacon: beacon, task: terms.id.task(UInt32(place.task)), round: panel.round, rate: rate)
  }

  /// What a sealed round that must be audited comes to.
  enum AuditPlan {
    case seat(Pick)
    /// All who may are busy.
    case wait
    /// Too few may, or the wait was too long.
    case goWithout
  }

  func planAudit(_ panel: Panel, _ place: TaskPlace, beacon: Bytes32, until: Height) -> AuditPlan {
    guard height <= until, !isPastHardStop(panel, place) else { return .goWithout }
    // An auditor in dissent needs a jury. Where he would leave no d operators for it, they are worth more there.
    let needed = 1 + parameters.juryLead(trust: bags[place.bag].terms.order.trust)
    guard countOthers(panel, place, upTo: needed) >= needed else { return .goWithout }
    let pick = pickNext(1, .audit, freshDrawing(beacon), for: panel, place)
    return pick.slots.isEmpty ? .wait : .seat(pick)
  }

  /// Opens the votes, or seats or awaits the auditor.
  mutating func goOn(_ plan: AuditPlan, _ panel: Panel, _ place: TaskPlace, beacon: Bytes32, until: Height) {
    switch plan {
    case .seat(let pick):
      var panel = panel
      openNextRound(pick, reason: .audit, in: &panel, for: place)
      set(place, .sealed(panel, .committing))
    case .wait: set(place, .sealed(panel, .drawing(beacon: beacon, until: until)))
    case .goWithout: openReveals(panel, .voters, place, beacon: beacon)
    }
  }

  mutating func openReveals(_ panel: Panel, _ stage: CommitStage, _ place: TaskPlace, beacon: Bytes32) {
    let terms = bags[place.bag].terms
    let reveals = Reveals(until: height + parameters.reveal.blocks(tau: terms.order.tau), beacon: beacon)
    emit(
      .sealed(
        terms.id.task(UInt32(place.task)), round: panel.round, beacon: beacon, revealBy: reveals.until))
    set(place, stage.revealing(panel, reveals))
  }

  /// The last height at which somebody is looked for from now on.
  func searchEnd(_ place: TaskPlace) -> Height {
    height + parameters.search.blocks(tau: bags[place.bag].terms.order.tau)
  }
}
