import Glibc
package import Workload

/// The wall clock of a place: how far it stands from UTC, and when that changes.
///
/// A zone is read once, from the files of the time zone database (RFC 8536); afterwards all is arithmetic.
package struct LocalClock: Hashable, Sendable, Codable {
  /// A change of the offset.
  struct Transition: Hashable, Sendable, Codable {
    /// Since the epoch.
    var second: Int64
    /// That holds from then on.
    var secondsEast: Int
  }

  /// `Europe/Paris`, or `+01:00`.
  package let name: String
  /// Before the first transition.
  private let first: Int
  /// In order of time.
  private let transitions: [Transition]
  /// After the last transition, where the zone has a rule.
  private let rule: DaylightRule?

  init(name: String, first: Int, transitions: [Transition], rule: DaylightRule?) {
    self.name = name
    self.first = first
    self.transitions = transitions
    self.rule = rule
  }

  /// A clock that never changes.
  package static func fixed(minutesEastOfUTC minutes: Int) -> LocalClock {
    let size = abs(minutes)
    let text = "\(minutes < 0 ? "-" : "+")\(TimeOfDay.padded(size / 60)):\(TimeOfDay.padded(size % 60))"
    return LocalClock(name: text, first: minutes * 60, transitions: [], rule: nil)
  }

  package func secondsEastOfUTC(at instant: Instant) -> Int {
    let second = instant.value.quotientRoundedDown(by: 1000)
    var (low, high) = (0, transitions.count)
    while low < high {
      let middle = (low + high) / 2
      if transitions[middle].second <= second { low = middle + 1 } else { high = middle }
    }
    if low == transitions.count, let rule { return rule.secondsEastOfUTC(at: second) }
    return low == 0 ? first : transitions[low - 1].secondsEast
  }

  /// Days since the epoch and minutes since midnight, as the wall clock shows them.
  package func local(_ instant: Instant) -> (day: Int, minute: Int) {
    let seconds = instant.value.quotientRoundedDown(by: 1000) + Int64(secondsEastOfUTC(at: instant))
    let minutes = Int(seconds.quotientRoundedDown(by: 60))
    let day = minutes.quotientRoundedDown(by: TimeOfDay.minutesOfDay)
    return (day, minutes - day * TimeOfDay.minutesOfDay)
  }

  package func weekday(_ instant: Instant) -> Weekday { Weekday(daysSinceEpoch: local(instant).day) }

  /// The first instant at which the clock shows this minute of this day, or, where a change leaves it out, of the change.
  package func instant(day: Int, minute: Int) -> Instant {
    let wanted = Int64(day) * 86_400 + Int64(minute) * 60
    // Offsets differ by some hours from one day to the next at most: the right one is among these.
    let offsets = Set([-86_400, 0, 86_400].map { secondsEastOfUTC(at: Instant((wanted + $0) * 1000)) })
    let candidates = offsets.map { Instant((wanted - Int64($0)) * 1000) }.sorted()
    let exact = candidates.first { instant in
      let shown = local(instant)
      return shown.day == day && shown.minute == minute
    }
    // In the gap of spring the later offset is not yet, the earlier no longer right: the hands jump over it.
    return exact ?? candidates.last ?? Instant(wanted * 1000)
  }
}

extension Weekday {
  package var isWeekend: Bool { self == .saturday || self == .sunday }
}
