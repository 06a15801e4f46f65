internal import Dispatch
internal import Synchronization

/// Writes checkpoints on a thread of its own, one at a time: a state is a value, so the ledger goes on with its own copy
/// meanwhile.
final class CheckpointWriter: Sendable {
  /// Blocks and calls after which the next checkpoint is due, at least.
  static let stride: UInt64 = 16_384
  /// Where the ledger is long, this part of it: so the time for all checkpoints together grows with the ledger and not with
  /// its square.
  static let share: UInt64 = 32

  private let files: CheckpointFiles
  private let queue = DispatchQueue(label: "samovar.ledger.checkpoint")
  private let isBusy = Mutex(false)
  private let failure = Mutex<String?>(nil)

  init(_ files: CheckpointFiles) {
    self.files = files
  }

  static func isDue(entries: UInt64, since last: UInt64, stride: UInt64) -> Bool {
    entries >= last + max(stride, entries / share)
  }

  /// Why the last one could not be written.
  var note: String? { failure.withLock { $0 } }

  /// Returns at once. Takes nothing while the one before is being written.
  func write(_ checkpoint: Checkpoint) {
    let wasBusy = isBusy.withLock { busy in
      defer { busy = true }
      return busy
    }
    guard !wasBusy else { return }
    queue.async { [self] in
      do {
        try files.write(checkpoint)
        failure.withLock { $0 = nil }
      } catch {
        failure.withLock { $0 = "no checkpoint was written: \(error)" }
      }
      isBusy.withLock { $0 = false }
    }
  }

  /// Waits for what is being written.
  func finish() { queue.sync {} }
}
