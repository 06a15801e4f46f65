package import Workload

/// Several sensors of one quantity: the median of those that can be believed. Pure.
package enum MedianVote {
  /// Farther than this from the median, or from the only other one, a sensor is at fault: twice what two DS18B20 at their
  /// tolerance of 0.5 K and a hand's breadth apart in a layer differ by.
  package static let agreementKelvin = 5.0

  package struct Outcome: Hashable, Sendable {
    package var reading: Reading<Celsius>
    /// Indices of those that were outvoted.
    package var outvoted: [Int]
  }

  /// - Parameter readings: one a sensor; never empty.
  package static func count(_ readings: [Reading<Celsius>], at now: Instant) -> Outcome {
    if readings.count == 1 { return Outcome(reading: readings[0], outvoted: []) }
    let good = readings.indices.filter { readings[$0].quality == .good && readings[$0].value != nil }
    guard !good.isEmpty else { return Outcome(reading: held(readings, at: now), outvoted: []) }
    let values = good.compactMap { readings[$0].value }.sorted()
    // The age of a median is that of the oldest value that could have moved it.
    let takenAt = good.map { readings[$0].takenAt }.min() ?? now
    if values.count == 2, values[1].value - values[0].value > agreementKelvin {
      let apart = Decimals.text(values[1].value - values[0].value, 1)
      // Nobody knows which is right. The warmer one keeps tasks from overheating the water; if it is cold, the backup
      // heater's own thermostat sees it.
      return Outcome(
        reading: Reading(
          value: values[1], takenAt: takenAt,
          quality: .suspect(reason: "its two sensors are \(apart) K apart; the warmer counts")),
        outvoted: [])
    }
    let median = median(values)
    let outvoted = good.filter { index in
      readings[index].value.map { abs($0.value - median.value) > agreementKelvin } ?? false
    }
    return Outcome(reading: .good(median, at: takenAt), outvoted: outvoted)
  }

  /// None was good: the median of what was held of before, no better than the best of them.
  private static func held(_ readings: [Reading<Celsius>], at now: Instant) -> Reading<Celsius> {
    let usable = readings.filter { $0.usable != nil }
    guard let best = usable.max(by: { $0.takenAt < $1.takenAt }) else { return .lost(at: now) }
    let value = median(usable.compactMap(\.value).sorted())
    return Reading(value: value, takenAt: best.takenAt, quality: best.quality)
  }

  private static func median(_ sorted: [Celsius]) -> Celsius {
    let middle = sorted.count / 2
    return sorted.count.isMultiple(of: 2)
      ? Celsius((sorted[middle - 1].value + sorted[middle].value) / 2) : sorted[middle]
  }
}
