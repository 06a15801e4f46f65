/// Nodes that act together against the ledger's results. All that they ever say wrong is the same for all of them.
package struct Coalition: Hashable, Sendable, Codable {
  package enum Behaviour: String, Hashable, Sendable, Codable, CaseIterable {
    /// Nobody: all are honest.
    case none
    /// Lies always.
    case naive
    /// Lies only where the coalition holds every seat of the task's first set.
    case smart
    /// As `smart`, and then only on one task in ten.
    case occasional
    /// As `smart`, once every member of the set has a credibility of 30.
    case sleeper
    /// Honest, commits at the deadline, and misses one in ten.
    case slow
    /// Does no work. Commits last, and would copy what it sees; where it sees nothing, it guesses what its like guess.
    case lazy
    /// As `smart`; a member that was banned comes back with another name and another bond.
    case sybil
  }

  /// What members do as auditors and jurors.
  package enum Loyalty: String, Hashable, Sendable, Codable, CaseIterable {
    /// They back a lie of the coalition.
    case loyal
    /// They tell the truth, so as not to be seen with the liars.
    case honest
  }

  package var behaviour: Behaviour
  /// Of all nodes, in percent.
  package var percent: Int
  package var loyalty: Loyalty
  /// How many of its nodes share an operator.
  package var nodesPerOperator: Int

  package init(
    _ behaviour: Behaviour, percent: Int, loyalty: Loyalty = .loyal, nodesPerOperator: Int = 1
  ) {
    self.behaviour = behaviour
    self.percent = behaviour == .none ? 0 : percent
    self.loyalty = loyalty
    self.nodesPerOperator = nodesPerOperator
  }

  /// Of `nodes`, rounded down: the first ones.
  package func members(of nodes: Int) -> Int { nodes * percent / 100 }

  package var name: String {
    let who = behaviour == .none ? "none" : "\(percent) % \(behaviour.rawValue)"
    return who + (loyalty == .honest ? ", honest jurors" : "")
      + (nodesPerOperator > 1 ? ", \(nodesPerOperator) an operator" : "")
  }

  /// With this credibility a sleeper wakes.
  static let wakingCredibility: UInt32 = 30
  static let occasion = 0.1
  /// How often a slow node misses the deadline.
  static let missedShare = 0.1

  /// What a member knows when it votes.
  struct Knowledge {
    /// Members hold every seat of voters that the task has now.
    var holdsAllSeats: Bool
    /// A member lied on this task before.
    var hasLied: Bool
    /// The member votes; else it is an auditor or a juror.
    var isVoter: Bool
    /// Least of the members with a seat.
    var credibility: UInt32
    /// From 0 to 1, the same for all members with a seat on the task.
    var coin: Double
  }

  /// Whether a member says what the coalition says.
  func lies(_ known: Knowledge) -> Bool {
    switch behaviour {
    case .none, .slow: return false
    case .naive, .lazy: return true
    case .smart, .sybil, .occasional, .sleeper: break
    }
    if known.hasLied { return known.isVoter || loyalty == .loyal }
    guard known.isVoter, known.holdsAllSeats else { return false }
    switch behaviour {
    case .occasional: return known.coin < Self.occasion
    case .sleeper: return known.credibility >= Self.wakingCredibility
    default: return true
    }
  }
}
