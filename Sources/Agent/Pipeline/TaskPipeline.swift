import Images
import Ledger
import Logging
import Receipts
import Sandbox
import Scheduling
import Telemetry
import Workload

/// The path of one replica through a node. Each stage takes what the stage before it made, so that a wrong order doesn't
/// compile; `docs/ARCHITECTURE.md` walks the same path.
///
/// It may be entered again at any time: what the ledger and the outbox already have is not done twice.
struct TaskPipeline: Sendable {
  let node: Node

  /// From the draw to the commit.
  func contribute(_ duty: Duty) async throws {
    let replica = ReplicaKey(duty.replica)
    if try await node.outbox.replica(replica)?.vote == nil {
      let assigned = try await load(duty)
      let admitted = try await admit(assigned)
      let accepted = try await acknowledge(admitted)
      let equipped = try await fetch(accepted)
      let placed = try await place(equipped)
      let completed = try await run(placed)
      try await attest(completed)
    }
    try await commit(replica)
  }

  /// Shows what was committed to, once every commit of the round is in: first the outputs, so that whoever reads the
  /// reveal finds them.
  func reveal(_ duty: Duty) async throws {
    let replica = ReplicaKey(duty.replica)
    guard let vote = try await node.outbox.replica(replica)?.vote else {
      throw PipelineFault.voteLost(replica)
    }
    let result = node.sealedResult(replica)
    try result.publish(in: node.shared)
    try await deliver(.reveal, .reveal(vote), of: replica)
    passed(.revealed, replica)
    try result.remove()
    try await node.outbox.advance(replica, to: .done, note: "revealed", at: node.now())
  }

  /// Gives the replica back: the next node in the same permutation takes over.
  func decline(_ duty: Duty, because reason: String) async throws {
    let replica = ReplicaKey(duty.replica)
    node.log.warning("declines \(duty.replica.task): \(reason)")
    try await deliver(.decline, .decline(replica.task, round: replica.round), of: replica)
    try await node.outbox.advance(replica, to: .done, note: "declined: \(reason)", at: node.now())
  }

  // MARK: - The stages

  private func load(_ duty: Duty) async throws -> AssignedTask {
    let bag = try Bag(manifest: node.shared.content.read(duty.manifest), digest: duty.manifest)
    let index = Int(duty.replica.task.index)
    guard bag.tasks.indices.contains(index) else {
      throw PipelineFault.notInBag(duty.replica.task, tasks: bag.tasks.count)
    }
    let replica = ReplicaKey(duty.replica)
    try await node.outbox.advance(replica, to: .assigned, at: node.now())
    passed(.assigned, replica)
    return AssignedTask(duty: duty, bag: bag, specification: bag.tasks[index])
  }

  private func admit(_ assigned: AssignedTask) async throws -> AdmittedReplica {
    guard let plan = await node.heat.plan else { throw PipelineFault.noPlan }
    let terms = TaskTerms(
      price: MicroEuros(UInt64(clamping: assigned.duty.price)),
      expectedRun: .milliseconds(Int64(clamping: assigned.bag.expectedMilliseconds)),
      profile: node.configuration.work.profile, isAccepted: assigned.duty.action != .acknowledge,
      image: try await find(assigned.specification.root))
    let task = try Admission(capacity: node.heat.capacity).admit(
      assigned.specification, on: terms, plan: plan, now: node.now())
    return AdmittedReplica(duty: assigned.duty, task: task)
  }

  private func acknowledge(_ admitted: AdmittedReplica) async throws -> AcceptedReplica {
    let replica = ReplicaKey(admitted.duty.replica)
    if admitted.duty.action == .acknowledge {
      try await deliver(.acknowledge, .acknowledge(replica.task, round: replica.round), of: replica)
    }
    passed(.acknowledged, replica)
    return AcceptedReplica(duty: admitted.duty, task: admitted.task)
  }

  /// Waits for processors and for heat that is wanted, as long as the commit can still be in time.
  private func place(_ equipped: EquippedReplica) async throws -> PlacedReplica {
    let replica = ReplicaKey(equipped.duty.replica)
    var said: QueueReason?
    while true {
      guard let plan = await node.heat.plan else { throw PipelineFault.noPlan }
      let price = MicroEuros(UInt64(clamping: equipped.duty.price))
      switch await node.workbench.place(
        equipped.task, for: replica, price: price, plan: plan, now: node.now())
      {
      case .place(let placement):
        passed(.placed, replica)
        return PlacedReplica(duty: equipped.duty, image: equipped.image, placement: placement)
      case .queue(let reason):
        if reason != said { node.log.info("\(replica.task) waits: \(reason)") }
        said = reason
        try await waitForPlace(equipped.duty)
      }
    }
  }

  private func waitForPlace(_ duty: Duty) async throws {
    let height = try await node.ledger.height()
    let task = try await node.ledger.task(duty.replica.task)
    let isOpen = task?.state.panel?.replicas.contains {
      $0.node == node.account.address && $0.round == duty.replica.round && $0.status.isPending
    }
    guard isOpen == true else { throw PipelineFault.overtaken(duty.replica.task, at: height) }
    try await Task.sleep(for: .milliseconds(100))
  }

  private func run(_ placed: PlacedReplica) async throws -> RanReplica {
    let replica = ReplicaKey(placed.duty.replica)
    do {
      let run = try await carryOut(placed.placement, in: placed.image, replica)
      await node.workbench.release(replica, didRun: true)
      node.processorClock.add(milliseconds: run.usage.cpuMilliseconds)
      passed(.ran, replica)
      return RanReplica(duty: placed.duty, specification: placed.placement.task.specification, run: run)
    } catch {
      await node.workbench.release(replica, didRun: false)
      throw error
    }
  }

  private func carryOut(
    _ placement: Placement, in image: PulledImage?, _ replica: ReplicaKey
  ) async throws -> CompletedRun {
    let directory = node.runDirectory(replica)
    try RunDirectory.makeEmpty(directory)
    try await node.outbox.advance(replica, to: .running, at: node.now())
    var inputs: [ContentDigest: String] = [:]
    for input in placement.task.specification.inputs {
      do throws(ContentError) {
        inputs[input.digest] = try node.shared.content.verified(input.digest)
      } catch {
        node.log.warning("\(replica.task): \(error)")
        return try CompletedRun.notStarted(
          .inputNotFetchable(input.digest), in: directory, at: node.now())
      }
    }
    var request = placement.request(inputPaths: inputs, outputDirectory: directory)
    if let image, let outcome = try request.enter(image) {
      return try CompletedRun.notStarted(outcome, in: directory, at: node.now())
    }
    let run = try await untilCutOff { [request] in try await node.launcher.run(request) }
    // Its layers may be pruned from here on.
    withExtendedLifetime(image) {}
    // An agent that shuts down keeps the replica and runs it again after its next start; only heat gives it back.
    try Task.checkCancellation()
    guard run.outcome != .cancelled else { throw await stopped() }
    return run
  }

  private func stopped() async -> PipelineFault {
    .stoppedForHeat(
      reason: await node.heat.plan?.reasons.map(\.sentence).joined(separator: "; ") ?? "there is no heat plan"
    )
  }

  /// Runs `body`, and cancels it when the water has become too hot.
  private func untilCutOff(
    _ body: @escaping @Sendable () async throws -> CompletedRun
  ) async throws -> CompletedRun {
    try await withThrowingTaskGroup(of: CompletedRun?.self) { group in
      group.addTask { try await body() }
      group.addTask {
        await node.heat.waitForCutOff()
        return nil
      }
      defer { group.cancelAll() }
      // Whatever ends first: the run, or the wait, which ends only for a cut-off; then the cancelled run is next.
      if let run = try await group.next() ?? nil { return run }
      group.cancelAll()
      guard let run = try await group.next() ?? nil else { throw await stopped() }
      return run
    }
  }

  /// Signs the receipt, keeps what it speaks of, and writes the vote down before any of it is sent or shown. A crash
  /// before the vote is written down leads to another run and another receipt; were the first one already where others
  /// read it, the two together would be evidence of equivocation against an honest node.
  private func attest(_ ran: RanReplica) async throws {
    let replica = ReplicaKey(ran.duty.replica)
    let directory = node.runDirectory(replica)
    let run =
      node.configuration.faults.lies(about: replica.task.word)
      ? try Lie.alter(ran.run, in: directory, log: node.log) : ran.run
    let snapshot = await node.heat.snapshot
    let attestation = Attestation(
      taskID: replica.task.word, round: replica.round, specification: ran.specification,
      hardwareClass: node.hardwareClass, price: MicroEuros(UInt64(clamping: ran.duty.price)),
      heat: run.usage.energy.map { energy in
        DeliveredHeat(
          heat: Joules(energy.electric.value * node.heat.board.power.capture), method: .captureRatio)
      },
      sensors: snapshot.map(SensorReading.readings) ?? [], agentVersion: AgentVersion.current)
    let receipt = try attestation.receipt(for: run, signedBy: node.account.key, in: node.ledger.domain)
    guard let salt = Bytes32(SystemRandomness.bytes(32)) else { preconditionFailure("32 bytes are 32 bytes") }
    let commit = Commit(to: receipt.receipt, receiptHash: receipt.hash, salt: salt)
    try node.sealedResult(replica).keep(run, in: directory, receipt)
    try RunDirectory.remove(directory)
    _ = try await node.outbox.recordVote(
      replica, vote: Reveal(receipt: receipt.receipt, signature: receipt.signature, salt: salt),
      commit: .commit(replica.task, round: replica.round, digest: commit.digest(in: node.ledger.domain)),
      at: node.now())
    passed(.attested, replica)
  }

  private func commit(_ replica: ReplicaKey) async throws {
    guard let entry = try await node.outbox.entry(replica, .commit) else {
      throw PipelineFault.voteLost(replica)
    }
    if entry.status == .pending { try await deliver(.commit, entry.call, of: replica) }
    passed(.committed, replica)
  }

  func passed(_ stage: Stage, _ replica: ReplicaKey) {
    node.log.debug("\(replica.task) round \(replica.round): \(stage.rawValue)")
    node.configuration.faults.killIfAsked(after: stage, log: node.log)
  }
}
