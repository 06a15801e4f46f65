package import Workload

/// A value and when it was measured.
package struct Measurement<Value: Quantity>: Hashable, Sendable {
  package var value: Value
  package var takenAt: Instant

  package init(_ value: Value, takenAt: Instant) {
    self.value = value
    self.takenAt = takenAt
  }
}

/// Memory of one quantity: turns each attempt to measure it into a `Reading`. Pure; time comes in.
package struct SensorFilter<Value: Quantity>: Sendable where Value.Scalar == Double {
  private var held: Measurement<Value>?
  /// A value that jumped. It is believed once the next one agrees with it.
  private var candidate: Measurement<Value>?
  /// What spoke against the last attempt.
  private var refusal: String?

  package init() {}

  /// The reading at a time when there was no new attempt.
  package mutating func hold(at now: Instant, limits: SensorLimits) -> Reading<Value> {
    if let time = held?.takenAt, time > now { held?.takenAt = now }
    return reading(at: now, limits: limits)
  }

  /// - Parameter perMinute: the most change; nothing for any.
  /// - Returns: the reading, and whether a measurement was set aside for a jump.
  package mutating func take(
    _ attempt: Result<Measurement<Value>, Refusal>, at now: Instant, limits: SensorLimits,
    perMinute: Double? = nil
  ) -> (reading: Reading<Value>, jumped: Bool) {
    // A clock that was set back must not keep an old value young for ever.
    if let time = held?.takenAt, time > now { held?.takenAt = now }
    refusal = nil
    var jumped = false
    switch attempt {
    case .failure(let refused): refusal = refused.reason
    case .success(let measured):
      let measured = Measurement(measured.value, takenAt: min(measured.takenAt, now))
      if isBelievable(measured, perMinute: perMinute) {
        held = measured
        candidate = nil
      } else {
        refusal = "it changed faster than it can"
        candidate = measured
        jumped = true
      }
    }
    return (reading(at: now, limits: limits), jumped)
  }

  private func isBelievable(_ measured: Measurement<Value>, perMinute: Double?) -> Bool {
    guard let perMinute, let held else { return true }
    return [held, candidate].compactMap { $0 }.contains { before in
      let minutes = max(0, (measured.takenAt - before.takenAt).seconds) / 60
      // A probe's own noise is never a jump, however soon after.
      return abs(measured.value.value - before.value.value) <= max(0.5, perMinute * minutes)
    }
  }

  private mutating func reading(at now: Instant, limits: SensorLimits) -> Reading<Value> {
    guard let last = held else { return .lost(at: now) }
    let age = now - last.takenAt
    if age > limits.lostAfter {
      held = nil
      return .lost(at: now)
    }
    let quality: ReadingQuality =
      age > limits.staleAfter ? .stale : refusal.map { .suspect(reason: $0) } ?? .good
    return Reading(value: last.value, takenAt: last.takenAt, quality: quality)
  }
}

/// Why there is no measurement.
package struct Refusal: Error, Hashable, Sendable {
  package var reason: String
  package init(_ reason: String) { self.reason = reason }
}
