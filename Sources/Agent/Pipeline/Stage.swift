/// The stages of a replica on a node, in the order in which it passes them. A crash after any of them must lose nothing:
/// the tests kill the agent at each.
package enum Stage: String, CaseIterable, Sendable, Codable {
  /// Drawn by the ledger, and the specification loaded.
  case assigned
  /// Admitted, and acknowledged to the ledger.
  case acknowledged
  /// Its image is on this machine, and held; passed also where it has none.
  case fetched
  /// Has its processors and inputs; the sandbox is about to start.
  case placed
  /// The sandbox has ended; nothing is written down yet.
  case ran
  /// The receipt is signed and in the outbox with its salt.
  case attested
  /// The ledger holds the commit.
  case committed
  /// The ledger holds the reveal.
  case revealed
}
