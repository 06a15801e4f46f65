import Ledger
import Receipts
import TestSupport
import Workload

/// One of each call, with random members.
func callsOfEachKind(_ random: inout SplitMix64) -> [Call] {
  func word() -> Bytes32 { Bytes32(random.next(), random.next(), random.next(), random.next()) }
  func amount() -> Amount { Amount(random.next()) << 64 | Amount(random.next()) }
  let node = Address(lastBytesOf: word())
  let task = TaskID(word: word())
  let round = UInt32(truncatingIfNeeded: random.next())
  let receipt = receipt(ReplicaName(task: task, round: round, node: node), root: word(), price: amount())
  let signature = someKey.sign(word())
  return [
    .deposit(to: node, amount: amount()), .withdraw(amount: amount()),
    .register(Registration(operatorAddress: node, site: word(), hardwareClass: word())),
    .bond(node: node, slot: 513, amount: amount()), .exit(node: node), .releaseBonds(node: node),
    .offer(Offer(slots: 7, minimumPrice: amount(), fromEpoch: random.next(), toEpoch: random.next())),
    .withdrawOffer, .postBag(order(tasks: round, price: random.next(), determinism: .hardwareClass)),
    .cancelBag(task.bag), .assign(task), .acknowledge(task, round: round), .decline(task, round: round),
    .extend(task, round: round), .commit(task, round: round, digest: word()), .seal(task),
    .reveal(Reveal(receipt: receipt, signature: signature, salt: word())), .tally(task), .drawJury(task),
    .finalize(task), .expire(task), .payOwed, .reaudit(task),
    .reportEquivocation(
      Equivocation(first: receipt, firstSignature: signature, second: receipt, secondSignature: signature)),
  ]
}
