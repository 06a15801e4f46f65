internal import Ledger
internal import Receipts
internal import Workload

/// Who is there, and what work comes in.
extension SabotageRun {
  private var bond: Amount { Amount(SabotageScenario.price * scenario.parameters.bondFactor) }
  private var decisionBlocks: Height {
    scenario.parameters.dayBlocks / Height(HeatChurn.decisionsPerDay)
  }

  mutating func join(_ number: Int) {
    let node = nodes[number]
    expect(
      .register(
        Registration(operatorAddress: node.operatorAddress, site: node.site, hardwareClass: .zero)),
      by: node.address)
    expect(.bond(node: node.address, slot: 0, amount: bond), by: node.operatorAddress)
    // Not all nodes look at their stores at the same time.
    let first = state.height + Height(number) * decisionBlocks / Height(max(1, scenario.nodes))
    queue.push(.churn(node: number), at: number < scenario.nodes ? first : state.height)
  }

  /// Whoever lost part of its bond fills it up, else it would never be drawn again.
  mutating func fillBond(_ slash: Slash) {
    guard let number = numbers[slash.node], slash.reason != .collusion, slash.reason != .equivocation,
      state.nodes[number].slots[0].bond < bond
    else { return }
    expect(.bond(node: slash.node, slot: slash.slot, amount: slash.amount), by: nodes[number].operatorAddress)
  }

  /// A node decides whether its water needs heat in the next hours.
  mutating func churn(_ number: Int) {
    guard nodes[number].bannedAt == nil else { return }
    queue.push(.churn(node: number), at: state.height + decisionBlocks)
    let days = Double(state.height) / Double(scenario.parameters.dayBlocks)
    guard scenario.churn.offers(days: days, node: number, seed: scenario.seed) else { return }
    let epochs = decisionBlocks / scenario.parameters.epochBlocks
    let from = state.epoch + 2
    // Who is in jail is refused, and asks again six hours later.
    let offer = Offer(slots: 1, minimumPrice: 1, fromEpoch: from, toEpoch: from + max(1, epochs) - 1)
    guard attempt(.offer(offer), by: nodes[number].address) == nil,
      random.unit() < scenario.churn.withdrawn
    else { return }
    queue.push(
      .withdraw(node: number), at: state.height + 1 + Height(random.unit() * Double(decisionBlocks - 1)))
  }

  mutating func banned(_ address: Address) {
    guard let number = numbers[address], nodes[number].bannedAt == nil else { return }
    nodes[number].bannedAt = state.height
    if nodes[number].isMember { outcome.membersBanned += 1 } else { outcome.honestBanned += 1 }
    if nodes[number].isMember, scenario.coalition.behaviour == .sybil {
      queue.push(.reenter, at: state.height + Self.reentryBlocks)
    }
  }

  /// Another name, another operator, another bond.
  mutating func reenter() {
    let number = nodes.count
    nodes.append(SabotageNode(number: number, operatorNumber: number, isMember: true))
    numbers[nodes[number].address] = number
    outcome.members += 1
    outcome.reentries += 1
    expect(.deposit(to: nodes[number].operatorAddress, amount: 100 * bond), by: SabotageNode.ledgerKey)
    join(number)
  }

  mutating func post() {
    let left = scenario.tasks - tasks.count
    guard left > 0 else { return }
    let count = min(SabotageScenario.bagSize, left)
    let order = BagOrder(
      manifest: ContentDigest(sha256: .zero), taskCount: UInt32(count),
      price: MicroEuros(SabotageScenario.price), trust: scenario.trust, replicaCap: scenario.replicaCap,
      tau: tau, queueBlocks: 1 << 39)
    expect(.postBag(order), by: SabotageNode.address(ofRequester: bags.count % scenario.requesters))
    guard let bag = state.bags.last?.terms.id, bagNumbers[bag] == nil else { return }
    bagNumbers[bag] = bags.count
    let epochBlocks = scenario.parameters.epochBlocks
    queue.push(.ready(bag: bags.count), at: (state.epoch + 1) * epochBlocks)
    bags.append(bag)
    for index in 0..<count { tasks.append(TaskRun(id: bag.task(UInt32(index)), number: tasks.count)) }
    queue.push(.post, at: max(state.height, 2 + scenario.span * Height(bags.count) / Height(scenario.bags)))
  }

  func number(of task: TaskID) -> Int? {
    bagNumbers[task.bag].map { $0 * SabotageScenario.bagSize + Int(task.index) }
  }
}
