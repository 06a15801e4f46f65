import Ledger
import ServiceLifecycle

/// Raises the height of an embedded ledger with time, so that deadlines pass while nobody calls.
struct TimekeepingService: Service {
  let ledger: EmbeddedLedger

  func run() async throws {
    try await cancelWhenGracefulShutdown {
      try await ledger.keepTime()
    }
  }
}
