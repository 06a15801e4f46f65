package import Ledger

/// A network, its work and those who would spoil it. The same scenario gives the same outcome.
package struct SabotageScenario: Hashable, Sendable, Codable {
  package var nodes = 200
  package var tasks = 60_000
  /// Over how many days the tasks come in.
  package var days = 60
  package var seed: UInt64 = 1
  /// T of every bag.
  package var trust: UInt32 = 100
  /// Rc of every bag.
  package var replicaCap: UInt32 = 6
  /// Bags come from so many in turn: a node's credibility grows by at most four a day from each.
  package var requesters = 8
  /// Wrong results of an honest node, in millionths. Each is wrong in its own way.
  package var errorPPM: UInt64 = 100
  package var churn = HeatChurn()
  package var coalition = Coalition(.none, percent: 0)
  /// The rules' parameters, in full.
  package var parameters = Parameters()

  package init() {}

  /// Tasks of one bag.
  static let bagSize = 20
  /// p, in millionths of a euro.
  static let price: UInt64 = 20_000
  /// Of the slots on offer that would be busy, were each task run by as many nodes as must agree and one in ten more.
  static let load = 0.5

  /// A new network has no credibility before a hold is over: what comes in later is told apart.
  static let startDays: Height = 7

  package static let mostNodes = 2_000
  package static let mostTasks = 1_000_000
  package static let mostDays = 1_000

  /// What can't be simulated, in words; empty where all is well.
  package var mistakes: [String] {
    var found: [String] = []
    func require(_ holds: Bool, _ text: String) { if !holds { found.append(text) } }
    require((10...Self.mostNodes).contains(nodes), "nodes must be from 10 to \(Self.mostNodes), not \(nodes)")
    require((1...Self.mostTasks).contains(tasks), "tasks must be from 1 to \(Self.mostTasks), not \(tasks)")
    require((1...Self.mostDays).contains(days), "days must be from 1 to \(Self.mostDays), not \(days)")
    require(requesters >= 1, "there must be a requester")
    require(
      (0...60).contains(coalition.percent),
      "a coalition has from 0 to 60 % of the nodes, not \(coalition.percent) %")
    require(coalition.nodesPerOperator >= 1, "an operator has at least one node")
    return found + parameters.mistakes
  }

  /// Blocks in which tasks come in.
  var span: Height { Height(days) * parameters.dayBlocks }
  var bags: Int { (tasks + Self.bagSize - 1) / Self.bagSize }

  /// τ, so that the nodes on offer are as busy as `load` says.
  var tau: UInt32 {
    let slots = Double(nodes) * churn.mean * Self.load
    let runs = Double(tasks) * Double(parameters.requiredOperators(trust: trust)) * 1.1
    return UInt32(max(2, min(Double(parameters.maximumTau), slots * Double(span) / runs)))
  }

  /// Where a coin of this task falls for this node, from 0 to 1: the same under every scheme.
  func coin(task: Int, node: Int) -> Double {
    var random = SplitMix64.stream(seed &+ UInt64(task) &* 0x1_0003, UInt64(node) &+ 11)
    return random.unit()
  }

  /// The coin that all members of the coalition see.
  func coalitionCoin(task: Int) -> Double { coin(task: task, node: 1 << 40) }

  func errs(task: Int, node: Int) -> Bool { coin(task: task, node: node) < Double(errorPPM) / 1e6 }
}
