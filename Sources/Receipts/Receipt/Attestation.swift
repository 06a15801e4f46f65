package import Workload

/// The stage of a task's path that turns a `CompletedRun` into a `SignedReceipt`. Holds what the run itself
/// doesn't know.
package struct Attestation: Hashable, Sendable {
  package var taskID: Bytes32
  package var round: UInt32
  package var specification: TaskSpec
  /// Zero where results don't depend on the hardware.
  package var hardwareClass: Bytes32
  package var price: MicroEuros
  /// Nothing where the node can't tell: the receipt says 0 and the statement nothing.
  package var heat: DeliveredHeat?
  package var sensors: [SensorReading]
  package var agentVersion: String

  package init(
    taskID: Bytes32, round: UInt32, specification: TaskSpec, hardwareClass: Bytes32 = .zero,
    price: MicroEuros,
    heat: DeliveredHeat? = nil, sensors: [SensorReading] = [], agentVersion: String
  ) {
    self.taskID = taskID
    self.round = round
    self.specification = specification
    self.hardwareClass = hardwareClass
    self.price = price
    self.heat = heat
    self.sensors = sensors
    self.agentVersion = agentVersion
  }

  /// Signs what happened. The same run, key and domain give the same bytes. Throws for a run that was
  /// cancelled.
  package func receipt(
    for run: CompletedRun, signedBy key: PrivateKey, in domain: EIP712Domain
  ) throws(AttestationError) -> SignedReceipt {
    guard let result = ResultTree(of: run) else { throw .noResult(run.outcome) }
    let predicate = predicate(for: run, result: result, node: key.address)
    let statement: [UInt8]
    do {
      statement = try Statement(of: run, predicate: predicate).encoded()
    } catch {
      throw .statement(error)
    }
    let receipt = ExecutionReceipt(
      taskID: taskID, round: round, node: key.address, appDigest: Self.appDigest(of: specification),
      inputRoot: Self.inputRoot(of: specification), resultRoot: result.root, hwClass: hardwareClass,
      exitCode: predicate.exitCode, startedAt: run.startedAt.seconds, finishedAt: run.finishedAt.seconds,
      cpuMillis: predicate.cpuMillis, energyMilliWh: predicate.energy?.milliWh ?? 0,
      heatMilliWh: predicate.heat?.milliWh ?? 0, price: UInt128(price.value),
      statementHash: Statement.hash(ofEncoded: statement))
    return SignedReceipt(
      domain: domain, receipt: receipt, signature: key.sign(receipt, in: domain), statement: statement)
  }

  private func predicate(for run: CompletedRun, result: ResultTree, node: Address) -> RunPredicate {
    RunPredicate(
      taskID: taskID, round: round, node: node, command: specification.command,
      environment: specification.environment, root: specification.root, inputs: specification.inputs,
      limits: specification.limits, profileDigest: run.profileDigest, exemptions: run.exemptions,
      outcome: run.outcome.description, exitCode: run.outcome.exitStatus, result: result.leaves,
      startedAt: run.startedAt, finishedAt: run.finishedAt, wallMillis: run.usage.wallMilliseconds,
      cpuMillis: run.usage.cpuMilliseconds, peakMemoryBytes: run.usage.peakMemory?.value,
      readBytes: run.usage.readBytes?.value, writtenBytes: run.usage.writtenBytes?.value,
      energy: run.usage.energy.map { StatedEnergy($0.electric, method: $0.method.rawValue) },
      heat: heat.map { StatedEnergy($0.heat, method: $0.method.rawValue) },
      sensors: sensors, agentVersion: agentVersion)
  }

  /// The program that ran: SHA-256 of the input that the command starts, else of the image's manifest. Where it is
  /// neither but a file of a host's directory, whose content no receipt can vouch for: Keccak-256 of `abi.encode("directory",
  /// directory, command[0])`.
  package static func appDigest(of specification: TaskSpec) -> Bytes32 {
    let program = specification.command.first ?? ""
    if let input = specification.inputs.first(where: { $0.path == program }) { return input.digest.sha256 }
    let directory: String
    switch specification.root {
    case .empty: directory = ""
    case .directory(let path): directory = path
    case .image(let image): return image.digest.sha256
    }
    return Keccak256.hash(ABI.encode([.string("directory"), .string(directory), .string(program)]))
  }

  /// OpenZeppelin tree over `(string path, bool executable, uint64 size, bytes32 sha256)` of each input; zero
  /// where there are none.
  package static func inputRoot(of specification: TaskSpec) -> Bytes32 {
    let leaves = specification.inputs.map {
      [
        ABI.Argument.string($0.path), .word($0.isExecutable), .word($0.size.value), .word($0.digest.sha256),
      ]
    }
    return StandardMerkleTree(values: leaves)?.root ?? .zero
  }
}

package enum AttestationError: Error, Hashable, Sendable, CustomStringConvertible {
  case noResult(RunOutcome)
  case statement(StatementError)

  package var description: String {
    switch self {
    case .noResult(let outcome): "a run that was \(outcome) has no result, so there is nothing to attest"
    case .statement(let error): error.description
    }
  }
}
