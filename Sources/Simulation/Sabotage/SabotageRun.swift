package import Ledger
internal import Receipts
internal import Workload

/// A network of honest nodes and saboteurs on the ledger's own rules: `ContributionState` is driven by calls, and what is
/// to be done next follows from the events that they return. Nothing of the rules is written again here.
///
/// Blocks in which nothing happens are left out, which the rules allow.
package struct SabotageRun {
  /// What happens at a height, if nothing came between.
  enum Due {
    case post
    case ready(bag: Int)
    case churn(node: Int)
    case withdraw(node: Int)
    case commit(task: Int, node: Int, round: UInt32)
    case crank(task: Int)
    case finalize(task: Int)
    case reenter
    case draw
  }

  let scenario: SabotageScenario
  let tau: UInt32
  var state: ContributionState
  var nodes: [SabotageNode] = []
  var numbers: [Address: Int] = [:]
  var tasks: [TaskRun] = []
  var bags: [BagID] = []
  var bagNumbers: [BagID: Int] = [:]
  var queue = DueQueue<Due>()
  /// Tasks that wait for a draw, in order of posting.
  var waiting: ArraySlice<Int> = []
  /// After a draw that found too few slots the next is not tried before.
  var nextDraw: Height = 0
  var random: SplitMix64
  var outcome: SabotageOutcome
  var ended = 0
  private var nonce: UInt64 = 0
  /// Nanoseconds of the processor, where somebody wants to know what the rules cost.
  private let clock: (() -> UInt64)?
  package private(set) var nanosecondsInRules: UInt64 = 0

  /// After a turn of the crank in vain the next comes so many blocks later: ten minutes.
  static let crankInterval: Height = 120
  static let drawInterval: Height = 12
  /// A banned saboteur needs a day for another name.
  static let reentryBlocks: Height = 17_280
  /// Days after the last task came in; what is open then never ends.
  static let mostDaysAfter = 40
  /// What each account starts with, in millionths of a euro: more than it can need.
  private static let purse: UInt64 = 1_000_000_000_000

  /// - Parameter clock: the processor's nanoseconds, to measure the rules by.
  package init(_ scenario: SabotageScenario, clock: (() -> UInt64)? = nil) throws(GenesisError) {
    let mistakes = scenario.mistakes
    guard mistakes.isEmpty else { throw .contradictory(mistakes) }
    self.scenario = scenario
    self.clock = clock
    tau = scenario.tau
    random = .stream(scenario.seed, 3)
    var genesis = Genesis(
      chainID: 1337, ledgerKey: SabotageNode.ledgerKey, parameters: scenario.parameters, deposits: [:],
      auditPool: .zero)
    let coalition = scenario.coalition
    let members = coalition.members(of: scenario.nodes)
    for number in 0..<scenario.nodes {
      let isMember = number < members
      let operatorNumber = isMember ? number - number % coalition.nodesPerOperator : number
      nodes.append(SabotageNode(number: number, operatorNumber: operatorNumber, isMember: isMember))
      genesis.deposits[nodes[number].operatorAddress] = MicroEuros(Self.purse)
      numbers[nodes[number].address] = number
    }
    for requester in 0..<scenario.requesters {
      genesis.deposits[SabotageNode.address(ofRequester: requester)] = MicroEuros(Self.purse)
    }
    state = try ContributionState(genesis: genesis, signatures: .assumeValid)
    outcome = SabotageOutcome(scheme: "rules", coalition: coalition)
    outcome.tasks = scenario.tasks
    outcome.members = members
  }

  /// Runs to the end of the last task. - Parameter progress: is told each day that begins.
  package mutating func run(progress: (Int) -> Void = { _ in }) -> SabotageOutcome {
    open(1)
    for number in nodes.indices { join(number) }
    queue.push(.post, at: 2)
    let limit = scenario.span + Height(Self.mostDaysAfter) * scenario.parameters.dayBlocks
    var day: Height = 0
    while ended < scenario.tasks, let height = queue.nextHeight, height < limit {
      if height > state.height { open(height) }
      while let due = queue.pop(by: state.height) { handle(due) }
      drawWaiting()
      guard state.height / scenario.parameters.dayBlocks > day else { continue }
      day = state.height / scenario.parameters.dayBlocks
      progress(Int(day))
    }
    finish()
    return outcome
  }

  private mutating func handle(_ due: Due) {
    switch due {
    case .post: post()
    case .ready(let bag):
      waiting += (bag * SabotageScenario.bagSize)..<min(tasks.count, (bag + 1) * SabotageScenario.bagSize)
    case .churn(let node): churn(node)
    case .withdraw(let node): attempt(.withdrawOffer, by: nodes[node].address)
    case .commit(let task, let node, let round): commit(task: task, node: node, round: round)
    case .crank(let task): crank(task)
    case .finalize(let task): finalize(task)
    case .reenter: reenter()
    case .draw: break
    }
  }

  /// The beacons follow from seed and height.
  private mutating func open(_ height: Height) {
    let block = BlockContext(
      height: height,
      beacon: Keccak256.hash(words: [Bytes32(UInt128(scenario.seed)), Bytes32(UInt128(height))]))
    let start = clock?() ?? 0
    let events = try? state.open(block)
    nanosecondsInRules += (clock?() ?? 0) &- start
    for event in events ?? [] { follow(event) }
  }

  /// Makes a call and follows what came of it. Nothing where the rules took it.
  @discardableResult
  mutating func attempt(_ call: Call, by address: Address) -> Rejection? {
    nonce += 1
    let start = clock?() ?? 0
    do throws(Rejection) {
      let events = try state.apply(call, from: address, nonce: nonce)
      nanosecondsInRules += (clock?() ?? 0) &- start
      outcome.calls += 1
      for event in events { follow(event) }
      return nil
    } catch {
      nanosecondsInRules += (clock?() ?? 0) &- start
      return error
    }
  }

  /// A call that a node makes in good faith; the rules should take it.
  mutating func expect(_ call: Call, by address: Address) {
    if attempt(call, by: address) != nil { outcome.refused += 1 }
  }

  private mutating func finish() {
    let hours = nodes.compactMap { node -> Double? in
      guard let lie = node.firstLie, let ban = node.bannedAt else { return nil }
      return Double(ban - lie) * 24 / Double(scenario.parameters.dayBlocks)
    }.sorted()
    if !hours.isEmpty { outcome.lagHours = hours[hours.count / 2] }
    let balance = zip(nodes, state.nodes).map { (isMember: $0.isMember, net: Self.net($1)) }
    outcome.profit = balance.filter(\.isMember).reduce(0) { $0 + $1.net }
    let honest = balance.filter { !$0.isMember }
    outcome.honestProfit = honest.reduce(0) { $0 + $1.net } / Int64(max(1, honest.count))
  }

  private static func net(_ node: NodeRecord) -> Int64 {
    Int64(clamping: node.earned) - Int64(clamping: node.slashed)
  }
}
