import Ledger
import Receipts
import Synchronization
import Workload

/// A ledger on which tasks are worked, every call signed by its account: bags are posted, nodes acknowledge, commit and
/// reveal, whoever cares turns the crank. The clock is ours, so that heights cost no waiting.
struct FilledLedger {
  private static let nodes = 256
  private static let slots: UInt16 = 4
  private static let tasksPerBag: UInt32 = 4_096
  private static let price: UInt64 = 1_000_000

  private let directory: LedgerDirectory
  private let ledgerKey = keyed("ledger")
  private let requester = keyed("requester")
  private let nodes = (0..<Self.nodes).map { keyed("node \($0)") }
  private let owners = (0..<Self.nodes).map { keyed("operator \($0)") }
  /// Accounts that turn the crank.
  private let cranks = (0..<Self.nodes).map { keyed("crank \($0)") }
  private let shared = SharedFigures()

  init(_ path: String) {
    directory = LedgerDirectory(path)
  }

  func fill(calls: Int) async throws {
    var parameters = Parameters.demonstration
    parameters.dailyCredibilityGain = 0
    var genesis = Genesis(chainID: 31_337, ledgerKey: ledgerKey.address, parameters: parameters)
    genesis.deposits[requester.address] = MicroEuros(1_000_000_000_000_000)
    for owner in owners { genesis.deposits[owner.address] = MicroEuros(10_000_000_000) }
    try directory.create(genesis: genesis, key: ledgerKey)
    let ledger = try EmbeddedLedger(directory, key: ledgerKey, now: { shared.now })
    let watch = Stopwatch()
    try await tick(ledger)
    try await join(ledger)
    var bags = 0
    while shared.calls < calls {
      try await tick(ledger)
      if try await ledger.bags(of: requester.address).allSatisfy({ ($0.tasks["QUEUED"] ?? 0) < 512 }) {
        bags += 1
        try await post(bag: bags, to: ledger)
      }
      try await work(ledger)
      try await crank(ledger)
    }
    LedgerLoad.report("seconds", watch.seconds)
    LedgerLoad.report("calls", Double(shared.calls))
    LedgerLoad.report("blocks", Double(try await ledger.tip().block))
    LedgerLoad.report("tasks", Double(bags) * Double(Self.tasksPerBag))
    for note in await ledger.checkpointNotes() { print("note\t\(note)") }
    try await ledger.close()
  }

  private func tick(_ ledger: EmbeddedLedger) async throws {
    shared.advance(milliseconds: 250)
    _ = try await ledger.tick()
  }

  private func send(_ call: Call, by key: PrivateKey, to ledger: EmbeddedLedger) async throws {
    let signed = SignedCall(call, nonce: shared.nextNonce(of: key.address), key: key, domain: ledger.domain)
    do {
      _ = try await ledger.submit(signed)
      shared.count()
    } catch LedgerError.rejected(.notEnoughSlots) {
      // Another draw of the same height took them.
    }
  }

  private func join(_ ledger: EmbeddedLedger) async throws {
    for (number, (node, owner)) in zip(nodes, owners).enumerated() {
      let registration = Registration(
        operatorAddress: owner.address, site: Bytes32(UInt128(number + 1)), hardwareClass: .zero)
      try await send(.register(registration), by: node, to: ledger)
      for slot in 0..<Self.slots {
        try await send(.bond(node: node.address, slot: slot, amount: 40_000_000), by: owner, to: ledger)
      }
      let offer = Offer(slots: Self.slots, minimumPrice: 1, fromEpoch: 0, toEpoch: .max)
      try await send(.offer(offer), by: node, to: ledger)
    }
  }

  private func post(bag: Int, to ledger: EmbeddedLedger) async throws {
    let order = BagOrder(
      manifest: ContentDigest(sha256: Keccak256.hash("bag \(bag)")), taskCount: Self.tasksPerBag,
      price: MicroEuros(Self.price), trust: 2, replicaCap: 3, tau: 5, queueBlocks: 1_000_000)
    try await send(.postBag(order), by: requester, to: ledger)
  }

  /// Every node does its duties, all nodes at once.
  private func work(_ ledger: EmbeddedLedger) async throws {
    try await withThrowingTaskGroup(of: Void.self) { group in
      for node in nodes {
        group.addTask {
          for duty in try await ledger.duties(of: node.address) {
            try await perform(duty, by: node, on: ledger)
          }
        }
      }
      try await group.waitForAll()
    }
  }

  private func perform(_ duty: Duty, by node: PrivateKey, on ledger: EmbeddedLedger) async throws {
    let name = duty.replica
    switch duty.action {
    case .awaitSeal: break
    case .acknowledge: try await send(.acknowledge(name.task, round: name.round), by: node, to: ledger)
    case .commit:
      let (reveal, digest) = vote(name, by: node, domain: ledger.domain)
      shared.keep(reveal, for: digest)
      try await send(.commit(name.task, round: name.round, digest: digest), by: node, to: ledger)
    case .reveal:
      guard let reveal = duty.commitDigest.flatMap(shared.take) else { return }
      try await send(.reveal(reveal), by: node, to: ledger)
    }
  }

  private func vote(_ name: ReplicaName, by node: PrivateKey, domain: EIP712Domain) -> (Reveal, Bytes32) {
    let root = Keccak256.hash(name.task.word, .zero)
    let receipt = ExecutionReceipt(
      taskID: name.task.word, round: name.round, node: name.node, appDigest: .zero, inputRoot: .zero,
      resultRoot: root, hwClass: .zero, exitCode: 0, startedAt: 1, finishedAt: 2, cpuMillis: 1_000,
      energyMilliWh: 10, heatMilliWh: 9, price: Amount(Self.price), statementHash: .zero)
    let hash = receipt.digest(in: domain)
    let salt = Keccak256.hash(name.task.word, name.node.word)
    let commit = Commit(
      taskID: name.task.word, round: name.round, node: name.node, resultRoot: root, receiptHash: hash,
      salt: salt)
    return (Reveal(receipt: receipt, signature: node.sign(hash), salt: salt), commit.digest(in: domain))
  }

  /// Until nothing is due, or what is due waits for slots.
  private func crank(_ ledger: EmbeddedLedger) async throws {
    for _ in 0..<16 {
      let due = try await ledger.dueCalls(limit: 1_024)
      if due.isEmpty { return }
      try await withThrowingTaskGroup(of: Void.self) { group in
        for (number, key) in cranks.enumerated() {
          group.addTask {
            for index in stride(from: number, to: due.count, by: cranks.count) {
              try await send(due[index], by: key, to: ledger)
            }
          }
        }
        try await group.waitForAll()
      }
    }
  }
}

/// Time, nonces, votes to be opened and a count, which many tasks share.
private final class SharedFigures: Sendable {
  private let milliseconds = Mutex<Int64>(1_700_000_000_000)
  private let nonces = Mutex<[Address: UInt64]>([:])
  private let reveals = Mutex<[Bytes32: Reveal]>([:])
  private let included = Atomic<Int>(0)

  var now: Instant { Instant(milliseconds.withLock { $0 }) }
  var calls: Int { included.load(ordering: .relaxed) }

  func advance(milliseconds count: Int64) { milliseconds.withLock { $0 += count } }

  func keep(_ reveal: Reveal, for digest: Bytes32) { reveals.withLock { $0[digest] = reveal } }

  func take(_ digest: Bytes32) -> Reveal? { reveals.withLock { $0.removeValue(forKey: digest) } }

  func count() { included.add(1, ordering: .relaxed) }

  func nextNonce(of address: Address) -> UInt64 {
    nonces.withLock {
      $0[address, default: 0] += 1
      return $0[address, default: 0]
    }
  }
}
