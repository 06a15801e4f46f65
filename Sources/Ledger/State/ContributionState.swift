package import Receipts
package import Workload

/// The state of Proof-of-Contribution: blocks and calls go in, events come out. Pure: no clock, no randomness
/// but the blocks' beacons, integers only.
///
/// A value: copy it to try something. A call that is rejected leaves it as it was, so rules check everything
/// before they change anything.
package struct ContributionState: Sendable, Codable {
  /// Whether reveals and reports of equivocation have their signatures checked.
  package enum SignaturePolicy: Sendable, Codable {
    case verify
    /// For simulations, which make millions of receipts and need no keys.
    case assumeValid
  }

  package let genesis: Genesis
  /// Of everything signed for this chain.
  package let domain: EIP712Domain
  let signaturePolicy: SignaturePolicy

  package internal(set) var height: Height = 0
  package internal(set) var epoch: EpochNumber = 0
  /// seed of the present epoch.
  package internal(set) var seed: Bytes32
  /// Beacons of the last blocks, oldest first. A ring of `beaconsKept`.
  var beacons: [BlockContext] = []
  package internal(set) var accounts: [Address: Account] = [:]
  package internal(set) var pools = Pools()
  /// Sum of all money that came in, and that went out.
  package internal(set) var deposited: Amount = 0
  package internal(set) var withdrawn: Amount = 0
  /// Oldest first.
  package internal(set) var debts: [Debt] = []
  /// Until here audits are as frequent as after a ban for collusion.
  package internal(set) var alertUntil: Height = 0

  package internal(set) var operators: [Address: OperatorRecord] = [:]
  /// In order of registration.
  package internal(set) var nodes: [NodeRecord] = []
  var nodeNumbers: [Address: Int] = [:]

  /// In order of posting.
  package internal(set) var bags: [BagRecord] = []
  var bagNumbers: [BagID: Int] = [:]

  /// Lists of the last epochs, the present one and the next, oldest first: declines continue old
  /// permutations.
  package internal(set) var lists: [EligibleList] = []
  package internal(set) var epochRecord: EpochRecord
  /// Leaves of the present epoch.
  package internal(set) var leaves: [ReceiptLeaf] = []

  // Indices over the above, for speed. No part of the state's hash.

  /// Tasks that somebody has to act on before their verdict, the first or a second one, sorted.
  var running: [TaskPlace] = []
  /// Holds in the order of their ends; some may be over since.
  var holds = Backlog<Hold>()
  /// By node number.
  var wins: [Int: Wins] = [:]
  /// Wins of nodes that fell, to be looked at.
  var reviews = Backlog<Review>()
  /// Tasks that need a re-audit, in the order in which their winners fell; some may be in one already.
  var cascade = Backlog<TaskPlace>()
  var inCascade: Set<TaskPlace> = []
  /// Bags that had QUEUED tasks, in order of posting; some may have none since.
  var queuedBags: [Int] = []
  /// What the call at hand has changed so far.
  var emitted: [Event] = []
  /// Who signed the receipt in the call at hand, where that was found ahead.
  var recovered: RecoveredSigner?
  /// What the last state hash left for the next one.
  var hashMemory = StateHashMemory()

  /// How many beacons are kept; as many block hashes as the EVM keeps.
  static let beaconsKept = 256
  /// How many epochs' lists are kept: a permutation older than that isn't continued, a new round is drawn.
  static let listsKept = 8
  /// No chain gets so far; below it no sum of heights and spans can overflow.
  static let heightLimit: Height = 1 << 60

  /// The state at height 0. Throws where the genesis contradicts itself.
  package init(genesis: Genesis, signatures: SignaturePolicy = .verify) throws(GenesisError) {
    let mistakes = genesis.parameters.mistakes
    guard mistakes.isEmpty else { throw .contradictory(mistakes) }
    self.genesis = genesis
    domain = try genesis.domain
    signaturePolicy = signatures
    seed = try genesis.digest
    epochRecord = EpochRecord(
      epoch: 0, seed: seed, offersRoot: .zero, endedEpoch: 0, receiptsRoot: .zero, receiptCount: 0,
      balancesRoot: .zero)
    for (address, amount) in genesis.deposits {
      accounts[address, default: Account()].free += Amount(amount.value)
      deposited += Amount(amount.value)
    }
    pools.auditPool = Amount(genesis.auditPool.value)
    deposited += Amount(genesis.auditPool.value)
    lists = [EligibleList(epoch: 0, entries: []), EligibleList(epoch: 1, entries: [])]
  }

  var parameters: Parameters { genesis.parameters }

  /// Opens a block: remembers its beacon, and turns the epoch where the block is in a later one. Call it once
  /// for each block, before the block's calls. Heights may be left out; they had no beacon.
  ///
  /// Throws `.malformed` where the height is not above the last.
  package mutating func open(_ block: BlockContext) throws(Rejection) -> [Event] {
    guard block.height > height, block.height < Self.heightLimit else {
      throw .malformed(reason: "block \(block.height) does not come after block \(height)")
    }
    emitted.removeAll(keepingCapacity: true)
    height = block.height
    if beacons.count == Self.beaconsKept { beacons.removeFirst() }
    beacons.append(block)
    let next = block.height / parameters.epochBlocks
    if next > epoch { turnEpoch(to: next, beacon: block.beacon) }
    pruneIndices()
    reviewWins()
    return emitted
  }

  /// Forgets what is done at the heads of the indices.
  private mutating func pruneIndices() {
    while let hold = holds.first, !isOpen(hold) { holds.removeFirst() }
    while let place = cascade.first, !needsReaudit(place) {
      inCascade.remove(place)
      cascade.removeFirst()
    }
    while let bag = queuedBags.first, bags[bag].firstQueued == bags[bag].tasks.count {
      queuedBags.removeFirst()
    }
  }

  /// Applies a call in the block that was opened last. The caller has checked that `from` signed it.
  ///
  /// Throws the reason where the rules refuse it; then nothing has changed.
  package mutating func apply(_ call: Call, from: Address, nonce: UInt64) throws(Rejection) -> [Event] {
    let last = accounts[from]?.lastNonce ?? 0
    guard nonce > last else { throw .staleNonce(last: last) }
    emitted.removeAll(keepingCapacity: true)
    try dispatch(call, from: from, nonce: nonce)
    accounts[from, default: Account()].lastNonce = nonce
    return emitted
  }

  /// Checks the signature and applies.
  package mutating func apply(_ call: SignedCall) throws(Rejection) -> [Event] {
    try apply(CheckedCall(call, in: domain))
  }

  mutating func emit(_ event: Event) {
    emitted.append(event)
  }
}

/// Where a task is kept.
struct TaskPlace: Hashable, Comparable, Sendable, Codable {
  let bag: Int
  let task: Int

  static func < (left: TaskPlace, right: TaskPlace) -> Bool {
    (left.bag, left.task) < (right.bag, right.task)
  }
}
