internal import Receipts
package import Workload

/// One hash of all that the rules can ever ask of the state. Dictionaries go in by sorted keys, so that equal
/// states have equal hashes however they came about.
extension ContributionState {
  /// Bags, lists and leaves go in by hashes of their own, and a bag's tasks by hashes of pieces of `TaskList.piece` tasks,
  /// so that `refreshedStateHash` need not look at what nobody changed. Without what that remembers it is proportional to
  /// the size of the state.
  package var stateHash: Bytes32 {
    var hash = StateHasher()
    hash.text("state 2")
    hash.add(domain.separator)
    hash.add(height)
    hash.add(epoch)
    hash.add(seed)
    hash.list(beacons) {
      $0.add($1.height); $0.add($1.beacon)
    }
    hash.list(accounts.sorted { $0.key < $1.key }) {
      $0.add($1.key)
      $0.add($1.value)
    }
    hash.add(pools.auditPool)
    hash.add(pools.treasury)
    hash.add(pools.burned)
    hash.add(deposited)
    hash.add(withdrawn)
    hash.list(debts) {
      $0.add($1.to); $0.add($1.amount)
    }
    hash.add(alertUntil)
    hash.list(operators.sorted { $0.key < $1.key }) {
      $0.add($1.key)
      $0.add($1.value.nodes)
      $0.add($1.value.bannedNodes)
      $0.add($1.value.bannedAt ?? 0)
    }
    hash.list(nodes) { $0.add($1) }
    hash.list(bags) { $0.add($1.stateHash) }
    hash.list(lists) { $0.add(self.hash(of: $1)) }
    hash.add(UInt64(leaves.count))
    hash.add(leavesHash)
    return hash.finalized()
  }
}

/// Canonical bytes into Keccak-256, in pieces.
struct StateHasher {
  private var keccak = Keccak256()
  private var writer = ByteWriter()

  mutating func text(_ text: String) { for byte in text.utf8 { writer.append(byte) } }

  mutating func add(_ value: some FixedWidthInteger) {
    writer.append(value)
    flush()
  }

  mutating func add(_ word: Bytes32) {
    writer.append(word)
    flush()
  }

  mutating func add(_ address: Address) { add(address.word) }

  /// The count goes in first, so that no element can pass for part of another list.
  mutating func list<Element>(
    _ elements: some Collection<Element>, _ body: (inout StateHasher, Element) -> Void
  ) {
    add(UInt64(elements.count))
    for element in elements { body(&self, element) }
  }

  private mutating func flush() {
    guard writer.bytes.count >= 4_096 else { return }
    keccak.update(writer.bytes)
    writer = ByteWriter()
  }

  mutating func finalized() -> Bytes32 {
    keccak.update(writer.bytes)
    return keccak.finalized()
  }

  mutating func add(_ account: Account) {
    add(account.lastNonce)
    add(account.free)
    add(account.cumulativeClaim)
  }

  mutating func add(_ node: NodeRecord) {
    add(node.address)
    add(node.registration.operatorAddress)
    add(node.registration.site)
    add(node.registration.hardwareClass)
    switch node.standing {
    case .probation(let winsLeft): tag(0, UInt64(winsLeft))
    case .active: tag(1, 0)
    case .jailed(let until): tag(2, until)
    case .exiting(let since): tag(3, since)
    case .banned(let since): tag(4, since)
    }
    add(node.credibility)
    add(node.strikes)
    list(node.slots) {
      $0.add($1.bond)
      $0.add($1.locked)
      $0.add($1.running?.word ?? .zero)
    }
    list(node.offers) {
      $0.add($1.slots)
      $0.add($1.minimumPrice)
      $0.add($1.from)
      $0.add($1.to)
    }
    add(node.declines.epoch)
    add(node.declines.count)
    add(node.gainDay)
    list(node.gains.sorted { $0.key < $1.key }) {
      $0.add($1.key); $0.add($1.value)
    }
    add(node.convictedAt)
    add(node.reopened)
    add(node.earned)
    add(node.slashed)
  }

  mutating func add(_ bag: BagRecord) {
    add(bag.terms.id.word)
    add(bag.terms.requester)
    for byte in Call.postBag(bag.terms.order).encoded { add(byte) }
    add(bag.terms.postedAt)
    add(bag.terms.postedInEpoch)
    add(bag.escrow)
    list(bag.tasks.pieces(hashedBy: Self.hash)) { $0.add($1) }
  }

  /// Of some tasks of a bag.
  static func hash(_ tasks: ArraySlice<TaskState>) -> Bytes32 {
    var hash = StateHasher()
    hash.list(tasks) { $0.add($1) }
    return hash.finalized()
  }

  mutating func add(_ task: TaskState) {
    switch task {
    case .queued: add(0 as UInt8)
    case .assigned(let panel): tag(1, panel)
    case .revealing(let panel, let reveals):
      tag(2, panel)
      add(reveals)
    case .jury(let panel, let stage):
      tag(3, panel)
      add(stage)
    case .provisional(let panel, let verdict):
      tag(6, panel)
      add(verdict)
    case .final(let panel, let verdict, let settlement):
      tag(7, panel)
      add(verdict)
      add(settlement)
    case .inconclusive(let panel, let settlement):
      tag(8, panel)
      add(settlement)
    case .timedOut(let panel, let settlement):
      tag(9, panel)
      add(settlement)
    case .cancelled: add(10 as UInt8)
    case .sealed(let panel, .drawing(let beacon, let until)):
      tag(11, panel)
      add(beacon)
      add(until)
    case .sealed(let panel, .committing): tag(12, panel)
    case .reaudit(let panel, let verdict, let stage):
      tag(13, panel)
      add(verdict)
      add(stage)
    }
  }

  private mutating func add(_ stage: FreshStage) {
    switch stage {
    case .drawing(let beacon, let until):
      add(0 as UInt8)
      add(beacon)
      add(until)
    case .committing: add(1 as UInt8)
    case .revealing(let reveals):
      add(2 as UInt8)
      add(reveals)
    }
  }

  private mutating func tag(_ tag: UInt8, _ panel: Panel) {
    add(tag)
    add(panel.round)
    add(panel.replacementRounds)
    add(panel.assignedAt)
    add(panel.settledAt)
    add(UInt64(panel.wanted))
    add(panel.isLowDiversity ? 1 : 0 as UInt8)
    add(panel.isReopened ? 1 : 0 as UInt8)
    add(panel.drawing.seed)
    add(panel.drawing.listEpoch)
    add(panel.drawing.steps)
    list(panel.replicas) {
      $0.add($1.round)
      $0.add($1.node)
      $0.add($1.slot)
      $0.add($1.role.rawValue)
      $0.add($1.status)
    }
  }

  private mutating func add(_ status: ReplicaStatus) {
    switch status {
    case .assigned(let by): tag(0, by)
    case .acknowledged(let by, let wasExtended): tag(wasExtended ? 2 : 1, by)
    case .declined: tag(3, 0)
    case .committed(let digest, let at):
      tag(4, at)
      add(digest)
    case .revealed(let result): tag(5, result)
    case .won(let result): tag(6, result)
    case .lost(let result): tag(7, result)
    case .undecided(let result): tag(8, result)
    case .withheld: tag(9, 0)
    case .timedOut: tag(10, 0)
    }
  }

  private mutating func tag(_ tag: UInt8, _ value: UInt64) {
    add(tag)
    add(value)
  }

  private mutating func tag(_ tag: UInt8, _ result: RevealedResult) {
    add(tag)
    add(result.resultRoot)
    add(result.receiptHash)
    add(result.energyMilliWh)
    add(result.heatMilliWh)
  }

  private mutating func add(_ reveals: Reveals) {
    add(reveals.until)
    add(reveals.beacon)
  }

  private mutating func add(_ verdict: Verdict) {
    add(verdict.resultRoot)
    add(verdict.decidedAt)
    add(verdict.finalFrom)
    add(verdict.byJury ? 1 : 0 as UInt8)
    add(verdict.credibilityPPM)
    add(verdict.bounty)
  }

  private mutating func add(_ settlement: Settlement) {
    add(settlement.at)
    add(settlement.paid)
    add(settlement.fees)
    add(settlement.premium)
    add(settlement.refunded)
    add(settlement.fromAuditPool)
  }
}
