internal import Sandbox
internal import Synchronization

/// Counts of one sandbox's proxy while it serves.
final class EgressTally: Sendable {
  private struct State {
    var counts = EgressCounts()
    var open = 0
  }

  private let bounds: EgressBounds
  private let state = Mutex(State())

  init(bounds: EgressBounds) { self.bounds = bounds }

  var counts: EgressCounts { state.withLock { $0.counts } }

  /// Whether one more connection may be served. `connectionEnded` must follow in either case.
  func connectionBegan() -> Bool {
    state.withLock {
      $0.counts.connections += 1
      $0.open += 1
      return $0.open <= bounds.connections
    }
  }

  func connectionEnded() { state.withLock { $0.open -= 1 } }

  func refused() { state.withLock { $0.counts.refused += 1 } }

  /// Whether the bytes may pass: the sum is at most the bound.
  func passOut(_ count: Int) -> Bool {
    state.withLock {
      guard UInt64(count) <= bounds.bytesOut - $0.counts.bytesOut else { return false }
      $0.counts.bytesOut += UInt64(count)
      return true
    }
  }

  func passIn(_ count: Int) -> Bool {
    state.withLock {
      guard UInt64(count) <= bounds.bytesIn - $0.counts.bytesIn else { return false }
      $0.counts.bytesIn += UInt64(count)
      return true
    }
  }
}
