package import Workload

/// When the servers may draw less than they could: for the neighbours' sleep, or for the grid.
package struct PowerCaps: Hashable, Sendable, Codable {
  /// Every week the same, by the wall clock.
  package struct Quiet: Hashable, Sendable, Codable {
    /// Days on which the hours begin.
    package var days: Set<Weekday>
    package var hours: DailyHours
    package var power: Watts

    package init(days: Set<Weekday> = Set(Weekday.allCases), hours: DailyHours, power: Watts) {
      self.days = days
      self.hours = hours
      self.power = power
    }
  }

  /// Once, as the grid's operator announces it.
  package struct Curtailment: Hashable, Sendable, Codable {
    package var from: Instant
    package var to: Instant
    package var power: Watts

    package init(from: Instant, to: Instant, power: Watts) {
      self.from = from
      self.to = to
      self.power = power
    }
  }

  package var clock: LocalClock
  package var quiet: [Quiet]
  package var curtailments: [Curtailment]

  package init(clock: LocalClock, quiet: [Quiet] = [], curtailments: [Curtailment] = []) {
    self.clock = clock
    self.quiet = quiet
    self.curtailments = curtailments
  }

  /// The least of those that hold; nothing where none does.
  package func power(at instant: Instant) -> Watts? {
    let (day, minute) = clock.local(instant)
    let hushed = quiet.filter { rule in
      guard rule.hours.contains(minute) else { return false }
      // After midnight it is the evening before that counts.
      let begins = minute >= rule.hours.from.value || rule.hours.from < rule.hours.to ? day : day - 1
      return rule.days.contains(Weekday(daysSinceEpoch: begins))
    }.map(\.power)
    let curtailed = curtailments.filter { $0.from <= instant && instant < $0.to }.map(\.power)
    return (hushed + curtailed).min()
  }
}

/// The keys `quiet_hours` and `curtailments` of the `heat:` section:
///
///     quiet_hours: [{hours: 22:00-07:00, days: [friday, saturday], power: 500 W}]
///     curtailments: [{from: 2026-12-01T18:00+01:00, to: 2026-12-01T20:00+01:00, power: 0 W}]
extension PowerCaps.Quiet {
  init?(yaml value: YAMLValue) {
    guard let yaml = value.mapping() else { return nil }
    let hours = yaml.required("hours") { $0.dailyHours() }
    let weekdays = Dictionary(uniqueKeysWithValues: Weekday.allCases.map { ($0.rawValue, $0) })
    let days = yaml.optional("days", default: Weekday.allCases) { $0.list { $0.choice(weekdays) } }
    let power = yaml.required("power") { $0.watts() }
    guard let hours, let days, let power else { return nil }
    self.init(days: Set(days), hours: hours, power: power)
  }
}

extension PowerCaps.Curtailment {
  init?(yaml value: YAMLValue) {
    guard let yaml = value.mapping() else { return nil }
    let from = yaml.required("from") { $0.instant() }
    let to = yaml.required("to") { $0.instant() }
    let power = yaml.required("power") { $0.watts() }
    guard let from, let to, let power else { return nil }
    guard from < to else {
      value.report("\(value.name) ends before it begins")
      return nil
    }
    self.init(from: from, to: to, power: power)
  }
}

extension YAMLValue {
  /// `2026-12-01T18:00+01:00`.
  fileprivate func instant() -> Instant? {
    guard let text = string() else { return nil }
    return PriceFile.instant(text)
      ?? mistake("\(name) must be a time with its offset such as 2026-12-01T18:00+01:00, not '\(text)'")
  }
}
