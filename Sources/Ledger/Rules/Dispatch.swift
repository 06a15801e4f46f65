internal import Receipts

extension ContributionState {
  /// One call to its rule. Each rule checks all before it changes anything.
  mutating func dispatch(_ call: Call, from: Address, nonce: UInt64) throws(Rejection) {
    switch call {
    case .deposit(let to, let amount): try deposit(to: to, amount: amount, from: from)
    case .withdraw(let amount): try withdraw(amount, from: from)
    case .register(let registration): try register(registration, from: from)
    case .bond(let node, let slot, let amount): try bond(node: node, slot: slot, amount: amount, from: from)
    case .exit(let node): try exit(node: node, from: from)
    case .releaseBonds(let node): try releaseBonds(node: node, from: from)
    case .offer(let offer): try accept(offer, from: from)
    case .withdrawOffer: try withdrawOffer(from: from)
    case .postBag(let order): try post(order, from: from, nonce: nonce)
    case .cancelBag(let bag): try cancel(bag, from: from)
    case .assign(let task): try assign(task)
    case .acknowledge(let task, let round): try acknowledge(task, round: round, from: from)
    case .decline(let task, let round): try decline(task, round: round, from: from)
    case .extend(let task, let round): try extend(task, round: round, from: from)
    case .commit(let task, let round, let digest): try commit(task, round: round, digest: digest, from: from)
    case .seal(let task): try seal(task)
    case .reveal(let reveal): try apply(reveal)
    case .tally(let task): try tally(task)
    case .drawJury(let task): try drawJury(task)
    case .finalize(let task): try finalize(task)
    case .reaudit(let task): try reaudit(task)
    case .expire(let task): try expire(task)
    case .reportEquivocation(let proof): try report(proof)
    case .payOwed: try payOwed()
    }
  }
}
