import Ledger
import Logging
import ServiceLifecycle
import Workload

/// A service that does the same again and again until the agent is shut down. What fails in one round is said, and tried
/// again in the next; only a ledger that can't be used ends the agent.
protocol RecurringService: Service {
  var label: String { get }
  var log: Logger { get }
  /// One round; it decides itself how long it waits.
  func round() async throws
}

extension RecurringService {
  func run() async throws {
    await cancelWhenGracefulShutdown {
      var said = ""
      while !Task.isCancelled {
        do {
          try await round()
          said = ""
        } catch is CancellationError {
          return
        } catch LedgerError.cancelled {
          return
        } catch {
          // The same trouble every second is said once.
          if "\(error)" != said { log.error("\(label): \(error)") }
          said = "\(error)"
          try? await Task.sleep(for: .seconds(1))
        }
      }
    }
  }
}
