internal import Ledger
package import Receipts
internal import Workload

/// Who plays in a `CoalitionScene`: twelve nodes with real keys. Eight operators have one node each and are honest; two have
/// two nodes each, and all four lie together.
package struct CoalitionCast: Sendable {
  package struct Node: Sendable {
    package let name: String
    package let key: PrivateKey
    package let operatorKey: PrivateKey
    package let isLiar: Bool
    let registration: Registration

    package var address: Address { key.address }
  }

  package let nodes: [Node]
  package let requester: PrivateKey
  let ledgerKey: PrivateKey

  static let honestOperators = 8
  static let lyingOperators = 2
  static let nodesOfALiar = 2
  /// p of every task: 0.10 EUR.
  static let price = MicroEuros(100_000)
  /// Of each node's one slot: room for 80 verdicts that are still open.
  static let bond: Amount = 8_000_000

  /// The same seed gives the same keys.
  ///
  /// - Throws: `PrivateKeyError` for one seed in 2¹²⁸.
  package init(seed: UInt64) throws {
    func key(_ name: String) throws -> PrivateKey {
      try PrivateKey(bytes: Keccak256.hash("samovar coalition \(seed) \(name)").bytes)
    }
    func node(_ name: String, of owner: PrivateKey, isLiar: Bool) throws -> Node {
      let registration = Registration(
        operatorAddress: owner.address, site: Keccak256.hash("site of \(name)"), hardwareClass: .zero)
      return Node(
        name: name, key: try key(name), operatorKey: owner, isLiar: isLiar, registration: registration)
    }
    requester = try key("requester")
    ledgerKey = try key("ledger")
    var nodes: [Node] = []
    for number in 1...Self.honestOperators {
      let owner = try key("honest operator \(number)")
      nodes.append(try node("honest-\(number)", of: owner, isLiar: false))
    }
    for letter in ["a", "b"].prefix(Self.lyingOperators) {
      let owner = try key("lying operator \(letter)")
      for number in 1...Self.nodesOfALiar {
        nodes.append(try node("liar-\(letter)\(number)", of: owner, isLiar: true))
      }
    }
    self.nodes = nodes
  }

  /// The rules with their juries of three, and spans so short that a hold passes in seconds. One win makes a node a
  /// full member, so that pairs decide soon, and one sealed round in four is audited.
  var parameters: Parameters {
    var parameters = Parameters()
    parameters.blockMilliseconds = 50
    parameters.epochBlocks = 5
    parameters.minimumCredibility = 1
    parameters.jurorMinimumCredibility = 1
    parameters.auditRate = 2_500
    parameters.holdBlocks = 120
    // After a ban dozens of tasks look for a re-auditor at once.
    parameters.search.floor = 240
    parameters.hardStop.floor = 480
    parameters.maximumTau = 10
    parameters.unbondingBlocks = 120 + 480 + 5
    return parameters
  }

  var genesis: Genesis {
    var deposits = [requester.address: MicroEuros(1_000_000_000)]
    for node in nodes { deposits[node.operatorKey.address] = MicroEuros(100_000_000) }
    return Genesis(
      chainID: 1337, ledgerKey: ledgerKey.address, parameters: parameters, deposits: deposits,
      auditPool: MicroEuros(10_000_000))
  }

  package func node(_ address: Address) -> Node? { nodes.first { $0.address == address } }

  /// What a node says of a task. The liars dare a false result only where nobody else votes and their word is enough: a
  /// majority would never notice. Who votes, and with what credibility, is public.
  func root(of node: Node, task: TaskID, panel: Panel, in state: ContributionState) -> Bytes32 {
    let voters = panel.replicas.filter { $0.role == .vote && $0.status.isInTask }
    let isOurs =
      voters.count > 1
      && voters.allSatisfy { replica in
        self.node(replica.node)?.isLiar == true
          && state.node(replica.node).map { $0.credibility >= parameters.minimumCredibility } == true
      }
    return node.isLiar && isOurs ? Self.falseRoot(of: task) : Self.rightRoot(of: task)
  }

  /// The result of a right run of a task. Nothing is computed here: what counts is who says which.
  static func rightRoot(of task: TaskID) -> Bytes32 { Keccak256.hash(task.word, Keccak256.hash("right")) }

  /// What the liars have agreed on.
  static func falseRoot(of task: TaskID) -> Bytes32 { Keccak256.hash(task.word, Keccak256.hash("false")) }
}
