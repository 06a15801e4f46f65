package import Workload

/// A measured quantity with its age and how far it is to be believed.
///
/// What is not `good` still holds the last value that was, as long as that is worth anything: `usable` is what a
/// controller may use, and is nothing where the safe fall-back must be taken instead.
package struct Reading<Value: Quantity>: Hashable, Sendable, Codable {
  /// The last value that was judged good. Nothing where there never was one, or it is lost.
  package var value: Value?
  /// When that value was measured; where there is none, when the quantity was last asked for.
  package var takenAt: Instant
  package var quality: ReadingQuality

  package init(value: Value?, takenAt: Instant, quality: ReadingQuality) {
    self.value = value
    self.takenAt = takenAt
    self.quality = quality
  }

  package static func good(_ value: Value, at instant: Instant) -> Reading {
    Reading(value: value, takenAt: instant, quality: .good)
  }

  package static func lost(at instant: Instant) -> Reading {
    Reading(value: nil, takenAt: instant, quality: .lost)
  }

  /// What may be controlled by: the value unless it is lost.
  package var usable: Value? { quality == .lost ? nil : value }

  /// Time since the value was measured; never negative.
  package func age(at instant: Instant) -> Duration { max(.zero, instant - takenAt) }
}

/// How far a reading is to be believed.
package enum ReadingQuality: Hashable, Sendable, Codable {
  /// Measured now, and plausible.
  case good
  /// The present measurement failed or was refused for this reason; the value is the one before.
  case suspect(reason: String)
  /// The value is older than `SensorLimits.staleAfter`.
  case stale
  /// There is no value that may be used: none ever, or it is older than `SensorLimits.lostAfter`.
  case lost
}

extension ReadingQuality: CustomStringConvertible {
  package var description: String {
    switch self {
    case .good: "good"
    case .suspect(let reason): "suspect: \(reason)"
    case .stale: "stale"
    case .lost: "lost"
    }
  }
}
