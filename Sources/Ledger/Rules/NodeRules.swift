internal import Receipts

/// Joining and leaving.
extension ContributionState {
  mutating func register(_ registration: Registration, from: Address) throws(Rejection) {
    guard nodeNumbers[from] == nil else { throw .wrongPhase(now: "registered", needs: "unknown") }
    guard nodes.count < Int(parameters.maximumNodes) else {
      throw .outOfBounds(reason: "the chain has its \(parameters.maximumNodes) nodes")
    }
    nodeNumbers[from] = nodes.count
    nodes.append(
      NodeRecord(
        address: from, registration: registration,
        standing: .probation(winsLeft: parameters.minimumCredibility), credibility: 0, strikes: 0, slots: [],
        offers: [], declines: NodeRecord.DeclineCount(epoch: 0, count: 0), gainDay: 0, gains: [:],
        convictedAt: 0, reopened: 0,
        earned: 0, slashed: 0))
    emit(.nodeRegistered(node: from, registration))
  }

  mutating func bond(node: Address, slot: UInt16, amount: Amount, from: Address) throws(Rejection) {
    let number = try nodeNumber(node)
    let operatorAddress = nodes[number].operatorAddress
    guard from == operatorAddress else {
      throw .notAllowed(allowed: "the node's operator \(operatorAddress)")
    }
    switch nodes[number].standing {
    case .probation, .active, .jailed: break
    case .exiting, .banned: throw .wrongPhase(now: nodes[number].standing.name, needs: "in good standing")
    }
    let slots = nodes[number].slots.count
    guard slot <= slots, slot < parameters.maximumSlotsPerNode else {
      throw .outOfBounds(
        reason:
          "slots are bonded in order: the next is \(slots), the last \(parameters.maximumSlotsPerNode - 1)")
    }
    guard amount > 0 else { throw .outOfBounds(reason: "a bond is more than nothing") }
    try requireBalance(amount, of: from)

    accounts[from, default: Account()].free -= amount
    if slots == 0 {
      operators[operatorAddress, default: OperatorRecord(nodes: 0, bannedNodes: 0)].nodes +=
        1
    }
    if slot == slots { nodes[number].slots.append(Slot(bond: 0, locked: 0, running: nil)) }
    nodes[number].slots[Int(slot)].bond += amount
    emit(.bonded(node: node, slot: slot, amount: amount, total: nodes[number].slots[Int(slot)].bond))
  }

  mutating func exit(node: Address, from: Address) throws(Rejection) {
    let number = try nodeNumber(node)
    guard from == node || from == nodes[number].operatorAddress else {
      throw .notAllowed(allowed: "the node or its operator")
    }
    switch nodes[number].standing {
    case .probation, .active, .jailed: break
    case .exiting, .banned: throw .wrongPhase(now: nodes[number].standing.name, needs: "not leaving")
    }
    nodes[number].standing = .exiting(since: height)
    emit(.exitBegun(node: node, releasedFrom: height + parameters.unbondingBlocks))
  }

  mutating func releaseBonds(node: Address, from: Address) throws(Rejection) {
    let number = try nodeNumber(node)
    let operatorAddress = nodes[number].operatorAddress
    guard from == operatorAddress else {
      throw .notAllowed(allowed: "the node's operator \(operatorAddress)")
    }
    let releasedFrom: Height
    switch nodes[number].standing {
    case .exiting(let since), .banned(let since): releasedFrom = since + parameters.unbondingBlocks
    case let standing: throw .wrongPhase(now: standing.name, needs: "EXITING or BANNED")
    }
    guard height >= releasedFrom else { throw .tooEarly(from: releasedFrom) }
    guard nodes[number].isIdle else {
      throw .wrongPhase(now: "at work or awaiting a verdict", needs: "free of open replicas")
    }
    let total = nodes[number].slots.reduce(0 as Amount) { $0 + $1.bond }
    guard total > 0 else { throw .unknown(what: "bond left to release") }
    for slot in nodes[number].slots.indices { nodes[number].slots[slot].bond = 0 }
    accounts[operatorAddress, default: Account()].free += total
    emit(.bondsReleased(node: node, to: operatorAddress, amount: total))
  }

  func nodeNumber(_ node: Address) throws(Rejection) -> Int {
    guard let number = nodeNumbers[node] else { throw .unknown(what: "node \(node)") }
    return number
  }
}
