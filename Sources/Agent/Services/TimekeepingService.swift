import Ledger
import Logging
import ServiceLifecycle

/// Raises the height of an embedded ledger with time, so that deadlines pass while nobody calls.
struct TimekeepingService: Service {
  let ledger: EmbeddedLedger
  let log: Logger

  func run() async throws {
    // The first question opens the ledger; what can't be answered is thrown by what follows.
    _ = try? await ledger.height()
    for note in await ledger.checkpointNotes() { log.warning("\(note)") }
    try await cancelWhenGracefulShutdown {
      try await ledger.keepTime()
    }
  }
}
