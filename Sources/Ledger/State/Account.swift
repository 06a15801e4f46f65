package import Receipts
internal import Workload

/// An account's money and its place in its own sequence of calls.
package struct Account: Hashable, Sendable, Codable {
  /// The nonce of its last accepted call; 0 before the first.
  package var lastNonce: UInt64 = 0
  package var free: Amount = 0
  /// All that it ever withdrew: what it may claim outside, less what it claimed before.
  package var cumulativeClaim: Amount = 0

  package init() {}
}

/// Money that belongs to the protocol.
package struct Pools: Hashable, Sendable, Codable {
  package var auditPool: Amount = 0
  package var treasury: Amount = 0
  package var burned: Amount = 0

  package init() {}
}

/// What the AuditPool owes to an account.
package struct Debt: Hashable, Sendable, Codable {
  package var to: Address
  package var amount: Amount
}
