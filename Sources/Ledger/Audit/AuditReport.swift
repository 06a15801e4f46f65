package import Workload

/// What an audit derived from a ledger's genesis and blocks, up to the first entry that is wrong.
package struct AuditReport: Hashable, Sendable, Codable {
  /// Money at the end; `isConserved` is invariant 1 of the rules.
  package struct Sums: Hashable, Sendable, Codable {
    package var deposited: Amount = 0
    package var withdrawn: Amount = 0
    package var free: Amount = 0
    package var bonds: Amount = 0
    package var escrows: Amount = 0
    package var auditPool: Amount = 0
    package var treasury: Amount = 0
    package var burned: Amount = 0

    /// Σ free + Σ bonds + Σ escrows + AuditPool + Treasury + Burned = Σ deposits − Σ withdrawals.
    package var isConserved: Bool {
      free + bonds + escrows + auditPool + treasury + burned + withdrawn == deposited
    }
  }

  package var file: String
  package var genesis: Bytes32?
  /// Blocks that are right.
  package var blocks: UInt64 = 0
  package var height: Height = 0
  package var calls: UInt64 = 0
  package var events: UInt64 = 0
  /// Hash of the last right block, and of the state after it.
  package var tip: Bytes32?
  package var stateHash: Bytes32?
  /// Tasks by name of their state.
  package var tasks: [String: Int] = [:]
  package var draws = 0
  package var epochs: EpochNumber = 0
  package var receipts = 0
  package var slashed: Amount = 0
  package var sums = Sums()
  /// The first thing that is wrong; nothing where all is right.
  package var fault: LedgerFault?
  /// What could not be checked, and why.
  package var notes: [String] = []

  package init(file: String) {
    self.file = file
  }

  package var isClean: Bool { fault == nil }
}
