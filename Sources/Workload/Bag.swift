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
  package var determinism: Determinism

  package init(
    name: String, tasks: [TaskSpec], price: MicroEuros, trust: UInt32, replicaCap: UInt32,
    deadlineMilliseconds: UInt64, determinism: Determinism = .bitExact
  ) {
    self.name = name
    self.tasks = tasks
    self.price = price
    self.trust = trust
    self.replicaCap = replicaCap
    self.deadlineMilliseconds = deadlineMilliseconds
    self.determinism = determinism
  }
}

/// Between which nodes results are compared.
package enum Determinism: String, Hashable, Sendable, Codable {
  /// The same bytes on every node.
  case bitExact = "BITEXACT"
  /// The same bytes on nodes of one hardware class.
  case hardwareClass = "HWCLASS"
}
