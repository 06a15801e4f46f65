import Ledger
import Workload

extension TaskPipeline {
  /// Brings a call of a replica to the ledger, once. What the ledger has already, from before a crash, counts as brought.
  ///
  /// - Throws: `LedgerError` where the ledger will never have it, or is not available now.
  func deliver(_ kind: OutboxEntry.Kind, _ call: Call, of replica: ReplicaKey) async throws {
    try await node.outbox.enqueue(replica, kind, call, at: node.now())
    do throws(LedgerError) {
      try await node.account.call(call)
    } catch {
      guard case .rejected(let rejection) = error else { throw error }
      if try await isOnLedger(kind, replica) {
        return try await node.outbox.markDelivered(replica, kind, note: "was there already", at: node.now())
      }
      if !rejection.isTransient {
        try await node.outbox.markRefused(replica, kind, note: rejection.description, at: node.now())
        try await node.outbox.advance(replica, to: .done, note: "refused: \(rejection)", at: node.now())
      }
      throw error
    }
    try await node.outbox.markDelivered(replica, kind, at: node.now())
  }

  private func isOnLedger(_ kind: OutboxEntry.Kind, _ replica: ReplicaKey) async throws(LedgerError) -> Bool {
    let task = try await node.ledger.task(replica.task)
    let mine = task?.state.panel?.replicas.first {
      $0.round == replica.round && $0.node == node.account.address
    }
    guard let status = mine?.status else { return false }
    switch (kind, status) {
    case (.acknowledge, .acknowledged), (.acknowledge, .committed): return true
    case (.decline, .declined): return true
    case (.extend, .acknowledged(_, wasExtended: true)): return true
    case (.commit, .committed), (.commit, .withheld): return true
    case (_, .revealed), (_, .won), (_, .lost), (_, .undecided): return kind != .decline
    default: return false
    }
  }
}
