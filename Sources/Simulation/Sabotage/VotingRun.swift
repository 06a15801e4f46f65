/// The same nodes, tasks and saboteurs under one of the voting schemes.
package struct VotingRun {
  private let scenario: SabotageScenario
  private let scheme: VotingScheme
  /// Consecutive valid results, or score, by node.
  private var standing: [UInt64]
  private let members: Int
  private var random: SplitMix64
  private var outcome: SabotageOutcome

  /// Results as the schemes see them: equal or not.
  private static let right = 0
  private static let lie = 1

  package init(_ scenario: SabotageScenario, scheme: VotingScheme) {
    self.scenario = scenario
    self.scheme = scheme
    standing = Array(repeating: 0, count: scenario.nodes)
    members = scenario.coalition.members(of: scenario.nodes)
    random = .stream(scenario.seed, 4)
    outcome = SabotageOutcome(scheme: scheme.rawValue, coalition: scenario.coalition)
    outcome.tasks = scenario.tasks
    outcome.members = members
  }

  package mutating func run() -> SabotageOutcome {
    for task in 0..<scenario.tasks { run(task) }
    return outcome
  }

  private mutating func run(_ task: Int) {
    let drawn = draw(task)
    let first = scheme.firstSet(drawn.map { standing[$0] }, coin: random.unit())
    guard first <= drawn.count else {
      outcome.inconclusive += 1
      return
    }
    let holdsAll = drawn.prefix(first).allSatisfy { $0 < members }
    var hasLied = false
    var votes: [(root: Int, standing: UInt64)] = []
    var accepted: Int?
    for node in order(drawn, first: first) {
      let root = answer(
        task, node, isFirst: votes.count < first, holdsAll: holdsAll, hasLied: &hasLied,
        seen: votes.first?.root)
      votes.append((root, standing[node]))
      outcome.executions += 1
      guard votes.count >= first else { continue }
      accepted = scheme.decision(votes, firstSet: first)
      if accepted != nil { break }
    }
    guard let accepted else {
      outcome.inconclusive += 1
      return
    }
    outcome.final += 1
    if accepted != Self.right { outcome.wrong += 1 }
    for (node, vote) in zip(order(drawn, first: first), votes) {
      standing[node] = scheme.standing(
        after: standing[node], won: vote.root == accepted, votes: votes.count)
    }
  }

  /// As many of the nodes that offer then as a task may ask, in random order.
  private mutating func draw(_ task: Int) -> [Int] {
    let days = Double(scenario.days) * Double(task) / Double(max(1, scenario.tasks))
    var nodes: [Int] = []
    var tried = Set<Int>()
    while nodes.count < VotingScheme.mostVotes, tried.count < scenario.nodes {
      let node = Int(random.next() % UInt64(scenario.nodes))
      guard tried.insert(node).inserted else { continue }
      if scenario.churn.offers(days: days, node: node, seed: scenario.seed) { nodes.append(node) }
    }
    return nodes
  }

  /// Copycats wait for the others of their set.
  private func order(_ drawn: [Int], first: Int) -> [Int] {
    guard scheme.showsVotes, scenario.coalition.behaviour == .lazy else { return drawn }
    let set = drawn.prefix(first)
    return set.filter { $0 >= members } + set.filter { $0 < members } + drawn.dropFirst(first)
  }

  private func answer(
    _ task: Int, _ node: Int, isFirst: Bool, holdsAll: Bool, hasLied: inout Bool, seen: Int?
  ) -> Int {
    guard node < members else {
      return scenario.errs(task: task, node: node) ? 2 + node : Self.right
    }
    if scheme.showsVotes, scenario.coalition.behaviour == .lazy, let seen { return seen }
    let known = Coalition.Knowledge(
      holdsAllSeats: isFirst && holdsAll, hasLied: hasLied, isVoter: true,
      credibility: UInt32(clamping: standing[node]), coin: scenario.coalitionCoin(task: task))
    guard scenario.coalition.lies(known) else { return Self.right }
    hasLied = true
    return Self.lie
  }
}
