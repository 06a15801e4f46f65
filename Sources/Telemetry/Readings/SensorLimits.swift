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
  /// A temperature that hasn't changed by a digit for so long, while its neighbours did, is refused.
  package var stuckAfter: Duration

  package init(
    plausible: ClosedRange<Celsius> = Celsius(-10)...Celsius(110), kelvinPerMinute: Double? = nil,
    staleAfter: Duration = .seconds(60), lostAfter: Duration = .seconds(300),
    stuckAfter: Duration = .seconds(7200)
  ) {
    self.plausible = plausible
    self.kelvinPerMinute = kelvinPerMinute
    self.staleAfter = staleAfter
    self.lostAfter = lostAfter
    self.stuckAfter = stuckAfter
  }
}
