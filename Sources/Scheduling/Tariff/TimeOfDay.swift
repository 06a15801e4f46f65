package import Workload

/// A time of the day in minutes since midnight, 0 to 1440; 1440 (`24:00`) only as an end.
package struct TimeOfDay: Quantity {
  package var value: Int
  package init(_ value: Int) { self.value = value }

  package static let minutesOfDay = 1440

  /// `22:30`; nothing where the text is no such time.
  package init?(_ text: some StringProtocol) {
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    guard parts.count == 2,
      parts.allSatisfy({ (1...2).contains($0.utf8.count) && $0.utf8.allSatisfy(Self.isDigit) }),
      parts[1].utf8.count == 2, let hours = Int(parts[0]), let minutes = Int(parts[1]), minutes < 60,
      hours * 60 + minutes <= Self.minutesOfDay
    else { return nil }
    value = hours * 60 + minutes
  }

  private static func isDigit(_ byte: UInt8) -> Bool { (48...57).contains(byte) }
}

extension TimeOfDay: CustomStringConvertible {
  package var description: String { "\(Self.padded(value / 60)):\(Self.padded(value % 60))" }

  static func padded(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
}

/// From a time of the day up to, not including, another; over midnight where the end comes first.
package struct DailyHours: Hashable, Sendable, Codable {
  package var from: TimeOfDay
  package var to: TimeOfDay

  package init(from: TimeOfDay, to: TimeOfDay) {
    self.from = from
    self.to = to
  }

  package func contains(_ minute: Int) -> Bool {
    from < to ? (from.value..<to.value).contains(minute) : minute >= from.value || minute < to.value
  }
}

extension YAMLValue {
  /// `22:30`.
  package func timeOfDay() -> TimeOfDay? {
    guard let text = string() else { return nil }
    return TimeOfDay(text) ?? mistake("\(name) must be a time of the day such as 22:30, not '\(text)'")
  }

  /// `22:00-06:00`.
  package func dailyHours() -> DailyHours? {
    guard let text = string() else { return nil }
    let ends = text.split(separator: "-", omittingEmptySubsequences: false).map { TimeOfDay($0) }
    guard ends.count == 2, let from = ends[0], let to = ends[1] else {
      return mistake("\(name) must be hours such as 22:00-06:00, not '\(text)'")
    }
    guard from != to, from.value < TimeOfDay.minutesOfDay else {
      return mistake("\(name) must have a length; '\(text)' has none")
    }
    return DailyHours(from: from, to: to)
  }

  /// `+01:00`, as minutes east of UTC. Written out, since a node must not depend on the host's time zone
  /// data.
  package func offsetFromUTC() -> Int? {
    guard let text = string() else { return nil }
    let sign = text.hasPrefix("-") ? -1 : 1
    guard text == "Z" || text.hasPrefix("+") || text.hasPrefix("-") else { return wrongOffset(text) }
    if text == "Z" { return 0 }
    guard let time = TimeOfDay(text.dropFirst()), time.value <= 14 * 60 else { return wrongOffset(text) }
    return sign * time.value
  }

  private func wrongOffset(_ text: String) -> Int? {
    mistake("\(name) must be an offset from UTC such as +01:00, not '\(text)'")
  }
}
