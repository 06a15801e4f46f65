import Workload

/// A fan or a pump with a tachometer.
package struct Fan: Hashable, Sendable {
  package var name: String
  package var source: FanSource
  /// Slower than this it is stalled.
  package var least: TurnsPerMinute
  /// Whether no heat may come from tasks while it is stalled or its tachometer is lost: the pump of the loop.
  package var isRequired: Bool

  package init(name: String, source: FanSource, least: TurnsPerMinute, isRequired: Bool) {
    self.name = name
    self.source = source
    self.least = least
    self.isRequired = isRequired
  }
}

/// Turns a minute.
package struct TurnsPerMinute: Quantity {
  package var value: Double
  package init(_ value: Double) { self.value = value }
}
