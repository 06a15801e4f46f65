package import Workload

/// Bounds that a measured temperature is judged by.
package struct SensorLimits: Hashable, Sendable {
  /// Beyond this range a thermometer in water is broken, shorted or open.
  package var plausible: ClosedRange<Celsius>
  /// Most change of a tank or coolant temperature. Nothing: any. A real tank changes by less than 3 K a minute; a
  /// simulated one runs as fast as it likes.
  package var kelvinPerMinute: Double?
  /// A value older than this still counts, but is called stale.
  package var staleAfter: Duration
  /// A value older than this is lost, and what needs it falls back to what is safe.
  package var lostAfter: Duration

  package init(
    plausible: ClosedRange<Celsius> = Celsius(-10)...Celsius(110), kelvinPerMinute: Double? = nil,
    staleAfter: Duration = .seconds(60), lostAfter: Duration = .seconds(300)
  ) {
    self.plausible = plausible
    self.kelvinPerMinute = kelvinPerMinute
    self.staleAfter = staleAfter
    self.lostAfter = lostAfter
  }
}
