private import Synchronization

/// Processor time that tasks of this node have used, for whoever turns it into heat.
package final class ProcessorClock: Sendable {
  private let milliseconds = Atomic<UInt64>(0)

  package init() {}

  package func add(milliseconds more: UInt64) {
    milliseconds.wrappingAdd(more, ordering: .relaxed)
  }

  package var total: Duration { .milliseconds(Int64(clamping: milliseconds.load(ordering: .relaxed))) }
}
