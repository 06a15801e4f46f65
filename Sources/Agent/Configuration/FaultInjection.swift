package import Workload

/// Faults that an agent is told to show, for demonstrations and tests. The agent says at its start, and in every log line
/// about a fault, that it was told to.
package struct FaultInjection: Sendable, Hashable {
  /// Alters one result in so many, chosen by the task's identifier; nothing for an honest node.
  package var lieOneIn: UInt64?
  /// Kills its own process with SIGKILL when a replica has passed this stage.
  package var killAfter: Stage?

  package static let none = FaultInjection()

  package init(lieOneIn: UInt64? = nil, killAfter: Stage? = nil) {
    self.lieOneIn = lieOneIn
    self.killAfter = killAfter
  }

  package init?(yaml: YAMLMapping) {
    let lie = yaml.optional("lie_one_in", default: nil) { value -> UInt64?? in
      value.integer(1...UInt64(1_000_000)).map { .some($0) }
    }
    let kill = yaml.optional("kill_after", default: nil) { value -> Stage?? in
      value.choice(Dictionary(uniqueKeysWithValues: Stage.allCases.map { ($0.rawValue, $0) })).map {
        .some($0)
      }
    }
    guard let lie, let kill else { return nil }
    self.init(lieOneIn: lie, killAfter: kill)
  }

  /// Whether this node lies about this task. The same answer at every try, so that a restart tells the same lie.
  package func lies(about task: Bytes32) -> Bool {
    guard let lieOneIn else { return false }
    return task.words[3] % lieOneIn == 0
  }
}
