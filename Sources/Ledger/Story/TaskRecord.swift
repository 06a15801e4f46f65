package import Receipts
package import Workload

/// All that a chain says of one task: what an auditor needs to tell its story, and to check it.
package struct TaskRecord: Hashable, Sendable, Codable {
  package let task: TaskID
  package let terms: BagTerms
  package let parameters: Parameters
  /// What happened to it, in the order of the chain.
  package var entries: [Entry] = []
  /// Nodes that the entries name.
  package var nodes: [Address: Party] = [:]
  /// At the end of the chain.
  package var state: TaskState = .queued
  /// The height at which the chain ends.
  package var height: Height = 0
  /// What the AuditPool did not pay at once for this task.
  package var debts: [TaskDebt] = []

  /// Who stands behind a node.
  package struct Party: Hashable, Sendable, Codable {
    package var operatorAddress: Address
    package var site: Bytes32
  }

  /// One call, and what came of it for the task.
  package struct Entry: Hashable, Sendable, Codable {
    package var height: Height
    /// Number of the block; nothing outside an embedded ledger.
    package var block: UInt64?
    package var from: Address
    package var call: Call
    package var events: [Event]
    /// Where the call drew replicas: the places that the draw looked at.
    package var draws: [DrawTrace]
    /// Where it counted votes.
    package var tally: TallyTrace?
  }

  init(task: TaskID, terms: BagTerms, parameters: Parameters) {
    self.task = task
    self.terms = terms
    self.parameters = parameters
  }

  package var events: [Event] { entries.flatMap(\.events) }

  /// What nodes revealed, with their signatures.
  package var reveals: [Reveal] {
    entries.compactMap { if case .reveal(let reveal) = $0.call { reveal } else { nil } }
  }
}

/// Pay that the AuditPool owed when a task ended.
package struct TaskDebt: Hashable, Sendable, Codable {
  package var to: Address
  package var amount: Amount
  /// When it was paid; nothing while it is owed.
  package var paidAt: Height?
}
