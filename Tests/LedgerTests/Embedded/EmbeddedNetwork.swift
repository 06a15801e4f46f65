import FoundationEssentials
import Glibc
import Ledger
import Receipts
import Synchronization
import TestSupport
import Testing
import Workload

/// A clock that stands until it is told to go on.
final class HandClock: Sendable {
  private let milliseconds = Mutex<Int64>(1_700_000_000_000)

  var now: @Sendable () -> Instant { { Instant(self.milliseconds.withLock { $0 }) } }

  func advance(milliseconds count: Int64) { milliseconds.withLock { $0 += count } }
}

/// Three operators with a node each, on an embedded ledger in real files.
struct EmbeddedNetwork {
  static let blockMilliseconds: UInt64 = 100

  let scratch: TemporaryDirectory
  let clock = HandClock()
  let ledgerKey: PrivateKey
  let requester: PrivateKey
  let operators: [PrivateKey]
  let nodes: [PrivateKey]
  let genesis: Genesis

  init(chainID: UInt64 = 31_337) throws {
    func key(_ name: String) throws -> PrivateKey {
      try PrivateKey(bytes: Keccak256.hash("test \(name)").bytes)
    }
    scratch = try TemporaryDirectory()
    ledgerKey = try key("ledger")
    requester = try key("requester")
    operators = try (0..<3).map { try key("operator \($0)") }
    nodes = try (0..<3).map { try key("node \($0)") }
    var genesis = demoGenesis(members: []) { $0.blockMilliseconds = Self.blockMilliseconds }
    genesis.chainID = chainID
    genesis.ledgerKey = ledgerKey.address
    genesis.deposits = [requester.address: MicroEuros(1_000_000_000)]
    for key in operators { genesis.deposits[key.address] = MicroEuros(1_000_000_000) }
    self.genesis = genesis
    try directory.create(genesis: genesis, key: ledgerKey)
  }

  var directory: LedgerDirectory { LedgerDirectory("\(scratch.path)/ledger") }

  func open(
    key: Bool = true, checkpointStride: UInt64 = EmbeddedLedger.checkpointStride
  ) throws -> EmbeddedLedger {
    try EmbeddedLedger(
      directory, key: key ? try directory.key() : nil, checkpointStride: checkpointStride, now: clock.now)
  }

  /// The same file in another directory that has no checkpoints, by a link.
  func openWithoutCheckpoints() throws -> EmbeddedLedger {
    let bare = LedgerDirectory("\(scratch.path)/bare")
    try LocalFile.makeDirectory(bare.path)
    _ = try LocalFile.copy(directory.genesisFile, to: bare.genesisFile)
    symlink(directory.database, bare.database)
    return try EmbeddedLedger(bare, key: ledgerKey, now: clock.now)
  }

  /// One height further.
  @discardableResult
  func tick(_ ledger: EmbeddedLedger) async throws -> Height {
    clock.advance(milliseconds: Int64(Self.blockMilliseconds))
    return try await ledger.tick()
  }

  @discardableResult
  func send(_ call: Call, by key: PrivateKey, to ledger: EmbeddedLedger) async throws -> Inclusion {
    let nonce = try await ledger.account(key.address).lastNonce + 1
    return try await ledger.submit(SignedCall(call, nonce: nonce, key: key, domain: ledger.domain))
  }

  /// Registers, bonds and offers, each node through its own ledger.
  func join(_ ledgers: [EmbeddedLedger], slots: UInt16 = 2) async throws {
    for (number, (node, owner)) in zip(nodes, operators).enumerated() {
      let ledger = ledgers[number % ledgers.count]
      let registration = Registration(
        operatorAddress: owner.address, site: Bytes32(UInt128(number + 1)), hardwareClass: .zero)
      try await send(.register(registration), by: node, to: ledger)
      for slot in 0..<slots {
        try await send(.bond(node: node.address, slot: slot, amount: 40_000_000), by: owner, to: ledger)
      }
      let offer = Offer(slots: slots, minimumPrice: 1, fromEpoch: 0, toEpoch: .max)
      try await send(.offer(offer), by: node, to: ledger)
    }
  }

  /// Joins, posts a bag and works until every task of it is FINAL.
  @discardableResult
  func runBag(
    tasks: UInt32, through ledgers: [EmbeddedLedger],
    beforeReveal: (Reveal, PrivateKey, EmbeddedLedger) async throws -> Void = { _, _, _ in }
  ) async throws -> BagID {
    try await tick(ledgers[0])
    try await join(ledgers)
    let posted = try await send(.postBag(order(tasks: tasks)), by: requester, to: ledgers[0])
    guard case .bagPosted(let bag, _, _, _) = posted.events.first else { throw Unexpected() }
    var kept: [Bytes32: Reveal] = [:]
    for _ in 0..<400 {
      try await tick(ledgers[0])
      for (number, node) in nodes.enumerated() {
        let ledger = ledgers[number % ledgers.count]
        for duty in try await ledger.duties(of: node.address) {
          if duty.action == .reveal, let reveal = duty.commitDigest.flatMap({ kept[$0] }) {
            try await beforeReveal(reveal, node, ledger)
          }
          try await perform(duty, by: node, on: ledger, kept: &kept)
        }
      }
      for call in try await ledgers[0].dueCalls(limit: 100) {
        do { try await send(call, by: nodes[0], to: ledgers[0]) } catch LedgerError.rejected(.notEnoughSlots)
        {}
      }
      if try await ledgers[0].bag(bag)?.isTerminal == true { return bag }
    }
    throw Unexpected()
  }

  private func perform(
    _ duty: Duty, by node: PrivateKey, on ledger: EmbeddedLedger, kept: inout [Bytes32: Reveal]
  ) async throws {
    let name = duty.replica
    switch duty.action {
    case .awaitSeal: break
    case .acknowledge: try await send(.acknowledge(name.task, round: name.round), by: node, to: ledger)
    case .commit:
      let vote = vote(name, by: node, domain: ledger.domain)
      kept[vote.digest] = vote.reveal
      try await send(.commit(name.task, round: name.round, digest: vote.digest), by: node, to: ledger)
    case .reveal:
      let reveal = try #require(duty.commitDigest.flatMap { kept[$0] })
      try await send(.reveal(reveal), by: node, to: ledger)
    }
  }

  /// An honest result of a replica: its reveal, and the digest to commit to.
  func vote(_ name: ReplicaName, by node: PrivateKey, domain: EIP712Domain) -> (
    reveal: Reveal, digest: Bytes32
  ) {
    let receipt = receipt(name, root: honest(name.task), price: 1_000_000)
    let hash = receipt.digest(in: domain)
    let salt = Keccak256.hash(name.task.word, name.node.word)
    let commit = Commit(to: receipt, receiptHash: hash, salt: salt)
    return (Reveal(receipt: receipt, signature: node.sign(hash), salt: salt), commit.digest(in: domain))
  }
}
