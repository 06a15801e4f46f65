/// A bag of independent tasks (BOINC's batch, XtremWeb's bag of tasks) in its canonical form: what the requester
/// signs for and what nodes fetch.
package struct Bag: Hashable, Sendable, Codable {
  package var name: String
  package var tasks: [TaskSpec]
  /// For one correct replica of one task.
  package var price: MicroEuros
  /// The odds asked for that a result is right, T of Proof-of-Contribution; ≤ 1 asks for one replica.
  package var trust: UInt32
  /// The most replicas paid for per task, Rc of Proof-of-Contribution.
  package var replicaCap: UInt32
  /// From posting until tasks that are still queued are given back, in milliseconds.
  package var deadlineMilliseconds: UInt64
  /// How long one task is expected to run, in milliseconds: τ of Proof-of-Contribution, from which the ledger derives
  /// its windows in blocks.
  package var expectedMilliseconds: UInt64
  package var determinism: Determinism

  package init(
    name: String, tasks: [TaskSpec], price: MicroEuros, trust: UInt32, replicaCap: UInt32,
    deadlineMilliseconds: UInt64, expectedMilliseconds: UInt64 = 60_000, determinism: Determinism = .bitExact
  ) {
    self.name = name
    self.tasks = tasks
    self.price = price
    self.trust = trust
    self.replicaCap = replicaCap
    self.deadlineMilliseconds = deadlineMilliseconds
    self.expectedMilliseconds = expectedMilliseconds
    self.determinism = determinism
  }

  /// What posting the bag locks for one task: E = p·Rc + ⌈p·premium/10⁴⌉ of Proof-of-Contribution. A price within
  /// `BagBounds` can't overflow it.
  package func escrowPerTask(auditPremiumBasisPoints premium: UInt64 = 600) -> MicroEuros {
    MicroEuros(price.value * UInt64(replicaCap) + (price.value * premium + 9_999) / 10_000)
  }

  /// What posting the bag locks in all.
  package func escrow(auditPremiumBasisPoints premium: UInt64 = 600) -> MicroEuros {
    MicroEuros(escrowPerTask(auditPremiumBasisPoints: premium).value * UInt64(tasks.count))
  }
}

/// Between which nodes results are compared.
package enum Determinism: String, Hashable, Sendable, Codable {
  /// The same bytes on every node.
  case bitExact = "BITEXACT"
  /// The same bytes on nodes of one hardware class.
  case hardwareClass = "HWCLASS"
}
