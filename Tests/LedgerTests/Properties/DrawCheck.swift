import Ledger
import Receipts
import Workload

/// Draws again who was drawn in a call, as a stranger would from the rules' page: the whole list is shuffled, and gone
/// through from its start.
struct DrawCheck {
  let before: ContributionState
  let after: ContributionState

  func check(_ events: [Event], _ checker: inout InvariantChecker) {
    var opening: RoundOpening?
    var seated: [TaskID: [Replica]] = [:]
    for event in events {
      switch event {
      case .roundOpened(let round): opening = round
      case .drawn(let name, let slot, _):
        let isRefill = opening?.task != name.task
        if isRefill { checker.countRefill() }
        guard let panel = after.task(name.task)?.state.panel,
          let replica = panel.replicas.first(where: { $0.round == name.round && $0.node == name.node })
        else { continue }
        let drawing = isRefill ? before.task(name.task)?.state.panel?.drawing : nil
        let expected = first(
          name, replica.role, drawing ?? Drawing(opening, panel), seated: seated[name.task, default: []])
        checker.require(
          expected?.node == name.node && expected?.slot == slot, .drawIsRepeatable,
          "\(name.node) was drawn for round \(name.round) as \(replica.role), not \(expected?.node ?? .zero)")
        seated[name.task, default: []].append(replica)
      default: break
      }
    }
  }

  /// The first who may serve, of those behind the steps that were looked at before.
  private func first(
    _ name: ReplicaName, _ role: ReplicaRole, _ drawing: Drawing, seated: [Replica]
  ) -> EligibleSlot? {
    guard let list = after.lists.first(where: { $0.epoch == drawing.listEpoch }),
      let terms = after.bags.first(where: { $0.terms.id == name.task.bag })?.terms
    else { return nil }
    let taken =
      seated
      + (before.task(name.task)?.state.panel?.replicas ?? []).filter {
        $0.status.isInTask || $0.round == name.round
      }
    let operators = Set(taken.compactMap { after.node($0.node)?.operatorAddress })
    let sites = Set(taken.compactMap { after.node($0.node)?.registration.site })
    return shuffled(list.entries, drawing.seed, name).dropFirst(Int(drawing.steps)).first { entry in
      guard let node = before.node(entry.node) else { return false }
      let slot = node.slots[Int(entry.slot)]
      let isJurorEnough =
        role != .jury || node.credibility >= before.genesis.parameters.jurorMinimumCredibility
      return slot.running == nil && ["PROBATION", "ACTIVE"].contains(node.standing.name)
        && before.operators[node.operatorAddress]?.isBanned == false && entry.minimumPrice <= terms.price
        && slot.bond >= terms.price * Amount(before.genesis.parameters.bondFactor)
        && slot.bond >= slot.locked + terms.price && isJurorEnough
        && !operators.contains(node.operatorAddress) && !sites.contains(node.registration.site)
        && node.address != terms.requester && node.operatorAddress != terms.requester
    }
  }

  /// Fisher and Yates over the whole list: index j = uint256(keccak256(seed ‖ task ‖ round ‖ j)) mod (M − j).
  private func shuffled(_ entries: [EligibleSlot], _ seed: Bytes32, _ name: ReplicaName) -> [EligibleSlot] {
    var left = entries
    for place in entries.indices {
      let words = [seed, name.task.word].flatMap(\.bytes)
      let tail = [name.round, UInt32(place)].flatMap { value in
        (0..<4).map { UInt8(truncatingIfNeeded: value >> (24 - 8 * UInt32($0))) }
      }
      // A number of 256 bits, modulo, digit by digit.
      let rest = Keccak256.hash(words + tail).bytes.reduce(0 as UInt64) {
        ($0 << 8 | UInt64($1)) % UInt64(entries.count - place)
      }
      left.swapAt(place, place + Int(rest))
    }
    return left
  }
}

extension Drawing {
  fileprivate init(_ opening: RoundOpening?, _ panel: Panel) {
    self = panel.drawing
    seed = opening?.seed ?? seed
    listEpoch = opening?.listEpoch ?? listEpoch
    steps = 0
  }
}

/// Whether agreeing replicas are enough, worked out from "Decision (exact)" alone.
struct Acceptance {
  private let state: ContributionState

  init(_ state: ContributionState) {
    self.state = state
  }

  func isEnough(_ results: [Replica], _ panel: Panel, _ bag: BagRecord) -> Bool {
    let parameters = state.genesis.parameters
    let asked = bag.terms.order.trust
    var greatest: [Address: UInt128] = [:]
    for node in results.compactMap({ state.node($0.node) }) {
      let isProven =
        ["ACTIVE", "EXITING"].contains(node.standing.name)
        && node.credibility >= parameters.minimumCredibility
      let weight = isProven ? min(5 * UInt128(node.credibility) - 1, 1999) : 1
      greatest[node.operatorAddress] = max(greatest[node.operatorAddress] ?? 0, weight)
    }
    let required = asked <= 1 ? 1 : asked < parameters.tripleTrust ? 2 : 3
    guard greatest.count >= required else { return false }
    let trust = UInt128(panel.isLowDiversity ? min(1, asked) : asked)
    if trust <= 1 || (greatest.count >= 3 && greatest.values.allSatisfy { $0 == 1 }) { return true }
    let odds = greatest.values.reduce(1, *)
    return odds * trust > (1 + odds) * (trust - 1)
  }
}
