import Workload

/// Notices a thermometer that says the same to the last digit for hours while the water beside it changes. Pure.
///
/// Water that rests may keep its temperature to a sixteenth of a degree for long, so rest alone is no fault.
struct StuckWatch: Sendable {
  /// What stands beside it must have moved by so much meanwhile.
  static let movedKelvin = 5.0

  private var value: Celsius?
  private var since = Instant.zero
  private var beside: [Celsius] = []
  private var hasMoved = false

  /// Whether the value is stuck, seen with one more measurement.
  ///
  /// - Parameter neighbours: in the same order each time; where their number changes, the watch begins anew.
  mutating func isStuck(
    _ measured: Celsius, beside neighbours: [Celsius], at now: Instant, after limit: Duration
  ) -> Bool {
    guard measured == value, neighbours.count == beside.count, now >= since else {
      self = StuckWatch(value: measured, since: now, beside: neighbours)
      return false
    }
    hasMoved =
      hasMoved || zip(neighbours, beside).contains { abs($0.value - $1.value) >= Self.movedKelvin }
    return hasMoved && now - since >= limit
  }

  init() {}

  private init(value: Celsius, since: Instant, beside: [Celsius]) {
    self.value = value
    self.since = since
    self.beside = beside
  }
}
