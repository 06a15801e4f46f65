import Ledger
import Receipts
import Testing
import Workload

/// A chain of pure rules for tests: blocks, nonces, and a record from which it can be replayed.
struct Chain {
  enum Entry {
    case block(BlockContext)
    case call(Call, from: Address, nonce: UInt64)

    func apply(to state: inout ContributionState) throws -> [Event] {
      switch self {
      case .block(let block): try state.open(block)
      case .call(let call, let from, let nonce): try state.apply(call, from: from, nonce: nonce)
      }
    }
  }

  var state: ContributionState
  /// All that was accepted, and all that was tried.
  private(set) var entries: [Entry] = []
  private(set) var attempts: [Entry] = []
  private(set) var events: [Event] = []
  private var nonce: UInt64 = 0
  private let signatures: ContributionState.SignaturePolicy
  /// Salts and receipts of commits, as nodes keep them.
  var preimages: [Bytes32: Reveal] = [:]

  init(_ genesis: Genesis, signatures: ContributionState.SignaturePolicy = .assumeValid) throws {
    state = try ContributionState(genesis: genesis, signatures: signatures)
    self.signatures = signatures
  }

  /// Opens the next block.
  mutating func block(_ count: Int = 1) throws {
    for _ in 0..<count {
      let block = BlockContext(
        height: state.height + 1, beacon: Keccak256.hash(words: [Bytes32(UInt128(state.height)), state.seed]))
      entries.append(.block(block))
      attempts.append(.block(block))
      events += try state.open(block)
    }
  }

  @discardableResult
  mutating func call(_ call: Call, by address: Address) throws -> [Event] {
    nonce += 1
    attempts.append(.call(call, from: address, nonce: nonce))
    let happened = try state.apply(call, from: address, nonce: nonce)
    entries.append(.call(call, from: address, nonce: nonce))
    events += happened
    return happened
  }

  func replayed() throws -> ContributionState { try told(entries) }

  /// Where another history of the same chain leads.
  func told(_ entries: [Entry]) throws -> ContributionState {
    var copy = try ContributionState(genesis: state.genesis, signatures: signatures)
    for entry in entries { _ = try entry.apply(to: &copy) }
    return copy
  }

  /// Registers, bonds and offers for ever.
  mutating func join(_ member: Member, bond: Amount = 40_000_000, slots: UInt16 = 1, minimumPrice: Amount = 1)
    throws
  {
    try call(
      .register(
        Registration(
          operatorAddress: member.operatorAddress, site: member.site, hardwareClass: member.hardwareClass)),
      by: member.node)
    for slot in 0..<slots {
      try call(.bond(node: member.node, slot: slot, amount: bond), by: member.operatorAddress)
    }
    try call(
      .offer(Offer(slots: slots, minimumPrice: minimumPrice, fromEpoch: 0, toEpoch: .max)), by: member.node)
  }

  @discardableResult
  mutating func post(_ order: BagOrder, by requester: Address) throws -> BagID {
    let happened = try call(.postBag(order), by: requester)
    guard case .bagPosted(let id, _, _, _) = happened.first else { throw Unexpected() }
    return id
  }

  /// Runs a duty with a result, as an honest or lying node does; keeps the preimage.
  mutating func perform(
    _ duty: Duty, root: Bytes32, key: PrivateKey? = nil, hardwareClass: Bytes32 = .zero
  ) throws {
    let name = duty.replica
    switch duty.action {
    case .acknowledge: try call(.acknowledge(name.task, round: name.round), by: name.node)
    case .commit:
      let receipt = receipt(name, root: root, price: duty.price, hardwareClass: hardwareClass)
      let digest = receipt.digest(in: state.domain)
      let salt = Keccak256.hash(words: [name.task.word, name.node.word, Bytes32(UInt128(name.round))])
      let signature = (key ?? someKey).sign(digest)
      let commit = Commit(to: receipt, receiptHash: digest, salt: salt)
      let sealed = commit.digest(in: state.domain)
      preimages[sealed] = Reveal(receipt: receipt, signature: signature, salt: salt)
      try call(.commit(name.task, round: name.round, digest: sealed), by: name.node)
    case .awaitSeal: break
    case .reveal:
      guard let digest = duty.commitDigest, let reveal = preimages[digest] else { throw Unexpected() }
      try call(.reveal(reveal), by: name.node)
    }
  }

  /// Blocks pass, every node does its duties with `root`, and the crank turns, until nothing is open.
  mutating func run(
    _ members: [Member], blocks: Int = 600, root: (Member, TaskID) -> Bytes32 = { _, task in honest(task) }
  ) throws {
    for _ in 0..<blocks {
      try block()
      for member in members {
        for duty in state.duties(of: member.node) where duty.action != .awaitSeal {
          try perform(duty, root: root(member, duty.replica.task), key: member.key)
        }
      }
      for call in state.dueCalls(limit: 100) { try crank(call) }
      if state.bags.allSatisfy({ $0.open == 0 }) { return }
    }
  }

  /// A draw that came first in the block may have taken the slots of this one.
  mutating func crank(_ due: Call) throws {
    do {
      try call(due, by: crankAddress)
    } catch let rejection as Rejection {
      guard case .notEnoughSlots = rejection else { throw rejection }
    }
  }

  func task(_ id: TaskID) throws -> TaskState { try #require(state.task(id)).state }
}

struct Unexpected: Error {}

/// The result of an honest run.
func honest(_ task: TaskID) -> Bytes32 { Keccak256.hash(task.word, .zero) }

func receipt(_ name: ReplicaName, root: Bytes32, price: Amount, hardwareClass: Bytes32 = .zero)
  -> ExecutionReceipt
{
  ExecutionReceipt(
    taskID: name.task.word, round: name.round, node: name.node, appDigest: .zero, inputRoot: .zero,
    resultRoot: root,
    hwClass: hardwareClass, exitCode: 0, startedAt: 1, finishedAt: 2, cpuMillis: 3, energyMilliWh: 4,
    heatMilliWh: 3, price: price, statementHash: .zero)
}

/// A node with its operator, site and key.
struct Member {
  let node: Address
  let operatorAddress: Address
  let site: Bytes32
  var hardwareClass: Bytes32 = .zero
  var key: PrivateKey?

  /// One of a network in which operator, site and node have the number `number`; no key.
  init(_ number: Int, operatorNumber: Int? = nil, site: Int? = nil) {
    node = address(number, 1)
    operatorAddress = address(operatorNumber ?? number, 2)
    self.site = Bytes32(UInt128(1000 + (site ?? number)))
  }

  init(keyed number: Int, operatorNumber: Int? = nil) throws {
    let key = try PrivateKey(bytes: Keccak256.hash("node \(number)").bytes)
    node = key.address
    operatorAddress = address(operatorNumber ?? number, 2)
    site = Bytes32(UInt128(1000 + number))
    self.key = key
  }
}

func address(_ number: Int, _ kind: UInt64) -> Address {
  Address(lastBytesOf: Keccak256.hash(words: [Bytes32(UInt128(number)), Bytes32(UInt128(kind))]))
}

let requesterAddress = address(0, 3)
let crankAddress = address(0, 4)
let ledgerAddress = address(0, 5)
/// Signs where signatures are not checked.
let someKey = PrivateKey.generate()

/// A network with short spans: epochs of 5 blocks, a hold of 6, juries of one without experience.
func demoGenesis(
  members: [Member], auditPool: UInt64 = 0, funds: UInt64 = 1_000_000_000,
  _ change: (inout Parameters) -> Void = { _ in }
) -> Genesis {
  var parameters = Parameters()
  parameters.epochBlocks = 5
  parameters.holdBlocks = 6
  parameters.maximumTau = 50
  parameters.unbondingBlocks = 6 + 48 * 50 + 5
  parameters.jailBlocks = 50
  parameters.accept = BlockTimer(floor: 3, tauThousandths: 100)
  parameters.reveal = BlockTimer(floor: 4, tauThousandths: 250)
  parameters.search = BlockTimer(floor: 10, tauThousandths: 1000)
  // Tests of audits set the rates that they need.
  parameters.auditRate = 0
  parameters.auditRateSingle = 0
  parameters.auditRateAlert = 0
  parameters.juryLead = 1
  parameters.juryLeadHighTrust = 1
  parameters.jurorMinimumCredibility = 0
  change(&parameters)
  var deposits: [Address: MicroEuros] = [requesterAddress: MicroEuros(funds)]
  for member in members { deposits[member.operatorAddress] = MicroEuros(funds) }
  return Genesis(
    chainID: 31_337, ledgerKey: ledgerAddress, parameters: parameters, deposits: deposits,
    auditPool: MicroEuros(auditPool))
}

func order(
  tasks: UInt32 = 1, price: UInt64 = 1_000_000, trust: UInt32 = 2, cap: UInt32 = 3, tau: UInt32 = 5,
  queueBlocks: UInt64 = 1_000, determinism: Determinism = .bitExact
) -> BagOrder {
  BagOrder(
    manifest: ContentDigest(sha256: .zero), taskCount: tasks, price: MicroEuros(price), trust: trust,
    replicaCap: cap, tau: tau, queueBlocks: queueBlocks, determinism: determinism)
}
