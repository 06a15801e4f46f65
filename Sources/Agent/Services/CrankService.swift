import Ledger
import Logging

/// Makes the calls that anyone may make and that are due: draws, seals, tallies, payments. Every agent turns the crank;
/// whoever comes second is refused, which costs nothing.
struct CrankService: RecurringService {
  let label = "crank"
  let account: LedgerAccount
  let log: Logger

  /// So many calls at once; more wait for the next round.
  private static let most = 32

  func round() async throws {
    let due = try await account.ledger.dueCalls(limit: Self.most)
    for call in due {
      do throws(LedgerError) {
        try await account.call(call)
      } catch {
        guard case .rejected = error else { throw error }
      }
    }
    if due.isEmpty { try await Task.sleep(for: .milliseconds(50)) }
  }
}
