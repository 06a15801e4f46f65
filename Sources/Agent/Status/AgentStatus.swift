internal import FoundationEssentials
package import Scheduling
package import Workload

/// What a node shows of itself: its water, its price, its work. Written as JSON to `status.json` in the state directory
/// after every heat sample; `samovar status` and the demo read it there.
package struct AgentStatus: Codable, Sendable, Hashable {
  package static let fileName = "status.json"

  package var node: String
  package var address: String
  package var at: Instant
  package var tank: Tank?
  /// What the heat rule decided and why, in words.
  package var decision: String
  package var needsHeat: Bool
  /// What a slot-hour must bring, and why.
  package var ask: AskPrice
  /// `ask.perSlotHour`, for those who read the file and shouldn't have to know the formula: the MQTT bridge shows it.
  package var askEURPerSlotHour: Double
  package var offeredSlots: Int
  package var runningReplicas: Int
  package var finishedRuns: Int
  /// Since the agent's first start, by the board's counters.
  package var electric: Joules
  /// Taken up by the water since the agent's first start; where nothing measures it, electric energy times the board's
  /// capture ratio.
  package var heat: Joules
  package var faults: [String]

  /// What the node with this state directory last showed; nothing where it showed nothing yet.
  package static func read(_ stateDirectory: String) -> AgentStatus? {
    guard let bytes = try? LocalFile.read("\(stateDirectory)/\(fileName)", limit: .mebibytes(1)) else {
      return nil
    }
    return try? JSONDecoder().decode(AgentStatus.self, from: Data(bytes))
  }

  package struct Tank: Codable, Sendable, Hashable {
    package var outlet: Celsius
    package var mean: Celsius
    package var comfortMinimum: Celsius
    package var safetyMaximum: Celsius

    package init(outlet: Celsius, mean: Celsius, comfortMinimum: Celsius, safetyMaximum: Celsius) {
      self.outlet = outlet
      self.mean = mean
      self.comfortMinimum = comfortMinimum
      self.safetyMaximum = safetyMaximum
    }
  }
}
