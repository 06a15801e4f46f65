package import Workload

/// What a statement tells of a run. Whole numbers and text only, so that its bytes are the same everywhere.
package struct RunPredicate: Hashable, Sendable, Codable {
  package var taskID: Bytes32
  package var round: UInt32
  package var node: Address
  package var command: [String]
  package var environment: [String: String]
  package var root: RootFilesystem
  package var inputs: [InputFile]
  package var limits: Limits
  package var profileDigest: ContentDigest
  /// What the sandbox did not enforce, by name, sorted.
  package var exemptions: [String]
  /// In words, for readers; the leaves hold it for machines.
  package var outcome: String
  /// As `RunOutcome.exitStatus` gives it.
  package var exitCode: Int32
  /// The leaves of the voted result.
  package var result: [ResultLeaf]
  /// Milliseconds since 1970.
  package var startedAt: Instant
  /// Milliseconds since 1970.
  package var finishedAt: Instant
  package var wallMillis: UInt64
  package var cpuMillis: UInt64
  package var peakMemoryBytes: UInt64?
  package var readBytes: UInt64?
  package var writtenBytes: UInt64?
  /// Absent where the node can't tell.
  package var energy: StatedEnergy?
  /// Absent where the node can't tell.
  package var heat: StatedEnergy?
  package var sensors: [SensorReading]
  package var agentVersion: String

  private enum CodingKeys: String, CodingKey {
    case taskID = "taskId"
    case round, node, command, environment, root, inputs, limits, profileDigest, exemptions, outcome, exitCode
    case result, startedAt, finishedAt, wallMillis, cpuMillis, peakMemoryBytes, readBytes, writtenBytes,
      energy
    case heat, sensors, agentVersion
  }
}

/// An amount of energy, how it was found, and whose word it is.
package struct StatedEnergy: Hashable, Sendable, Codable {
  package enum Witness: String, Hashable, Sendable, Codable {
    /// The node's own word: no signed meter reading is attached.
    case node
  }

  package var milliWh: UInt64
  /// Such as `rapl-by-cpu-time`.
  package var method: String
  package var attestedBy: Witness

  package init(_ energy: Joules, method: String, attestedBy: Witness = .node) {
    milliWh = energy.milliwattHours
    self.method = method
    self.attestedBy = attestedBy
  }
}

/// One sensor of the board when the run ended.
package struct SensorReading: Hashable, Sendable, Codable {
  package enum Unit: String, Hashable, Sendable, Codable {
    case millicelsius
    case milliwatts
    case millijoules
  }

  /// As the board file names it.
  package var name: String
  package var value: Int64
  package var unit: Unit

  package init(name: String, value: Int64, unit: Unit) {
    self.name = name
    self.value = value
    self.unit = unit
  }
}
