package import Workload

/// Hot water drawn in a day, by the tapping profiles of Regulation (EU) No 812/2013, annex VII, table 3.
package enum TappingProfile: String, Hashable, Sendable, Codable, CaseIterable {
  /// 2.1 kWh a day, in small tappings only.
  case xxs = "XXS"
  /// 2.1 kWh, in three tappings.
  case xs = "XS"
  /// 2.1 kWh: one person.
  case s = "S"
  /// 5.845 kWh: a small household.
  case m = "M"
  /// 11.655 kWh.
  case l = "L"
  /// 19.07 kWh.
  case xl = "XL"
  /// 24.53 kWh.
  case xxl = "XXL"
  /// 46.76 kWh: several flats.
  case threeXL = "3XL"
  /// 93.52 kWh.
  case fourXL = "4XL"

  package var tappings: [Tapping] {
    switch self {
    case .xxs: Self.xxsTappings
    case .xs: Self.xsTappings
    case .s: Self.sTappings
    case .m: Self.mTappings
    case .l: Self.lTappings
    case .xl: Self.xlTappings
    case .xxl: Self.xxlTappings
    case .threeXL: Self.severalFlats(1)
    case .fourXL: Self.severalFlats(2)
    }
  }

  package var energyPerDay: Joules { tappings.reduce(.zero) { $0 + $1.energy } }

  /// Small tappings of 0.105 kWh at 3 l/min, by their times.
  private static func small(_ times: String) -> [Tapping] {
    times.split(separator: " ").compactMap { TimeOfDay($0) }.map {
      Tapping(at: $0, kilowattHours: 0.105, litresPerMinute: 3)
    }
  }

  private static func large(
    _ time: String, _ kilowattHours: Double, _ litresPerMinute: Double, peak: Double? = nil
  ) -> [Tapping] {
    guard let at = TimeOfDay(time) else { preconditionFailure("'\(time)' is no time of the day") }
    return [
      Tapping(
        at: at, kilowattHours: kilowattHours, litresPerMinute: litresPerMinute, peak: peak.map { Celsius($0) }
      )
    ]
  }

  private static let xxsTappings = ordered(
    small(
      "07:00 07:30 08:30 09:30 11:30 11:45 12:00 12:30 12:45 18:00 18:15 18:30 19:00 19:30 20:00 20:45 21:00 "
        + "21:15 21:30 21:45"))

  private static let xsTappings = ordered(
    large("07:30", 0.525, 3), large("12:45", 0.525, 3), large("21:30", 1.05, 3))

  private static let sTappings = ordered(
    small("07:00 07:30 08:30 09:30 11:30 11:45 18:00 18:15"),
    large("12:45", 0.315, 4, peak: 55), large("20:30", 0.42, 4, peak: 55), large("21:30", 0.525, 5))

  /// 4XL is 3XL twice over, with twice the flow.
  private static func severalFlats(_ factor: Double) -> [Tapping] {
    ordered(
      large("07:00", 11.2 * factor, 48 * factor), large("08:01", 5.04 * factor, 24 * factor),
      large("09:00", 1.68 * factor, 24 * factor), large("10:30", 0.84 * factor, 24 * factor, peak: 40),
      large("11:45", 1.68 * factor, 24 * factor), large("12:45", 2.52 * factor, 32 * factor, peak: 55),
      large("15:30", 2.52 * factor, 24 * factor), large("18:30", 3.36 * factor, 24 * factor),
      large("20:30", 5.88 * factor, 32 * factor, peak: 55), large("21:30", 12.04 * factor, 48 * factor))
  }

  private static let mTappings = ordered(
    small(
      "07:00 07:30 08:01 08:15 08:30 08:45 09:00 09:30 11:30 11:45 "
        + "14:30 15:30 16:30 18:00 18:15 18:30 19:00 21:15"),
    large("07:05", 1.4, 6), large("10:30", 0.105, 3, peak: 40), large("12:45", 0.315, 4, peak: 55),
    large("20:30", 0.735, 4, peak: 55), large("21:30", 1.4, 6))

  private static let lTappings = ordered(
    small(
      "07:00 07:30 07:45 08:25 08:30 08:45 09:00 09:30 11:30 11:45 "
        + "14:30 15:30 16:30 18:00 18:15 18:30 19:00 21:30"),
    large("07:05", 1.4, 6), large("08:05", 3.605, 10, peak: 40), large("10:30", 0.105, 3, peak: 40),
    large("12:45", 0.315, 4, peak: 55), large("20:30", 0.735, 4, peak: 55),
    large("21:00", 3.605, 10, peak: 40))

  private static let xlTappings = ordered(
    small(
      "07:00 07:26 08:01 08:15 08:30 08:45 09:00 09:30 10:00 11:00 11:30 11:45 14:30 15:00 15:30 16:00 16:30 "
        + "17:00 18:00 18:15 18:30 19:00 21:15"),
    large("07:15", 1.82, 6), large("07:45", 4.42, 10, peak: 40), large("10:30", 0.105, 3, peak: 40),
    large("12:45", 0.735, 4, peak: 55), large("20:30", 0.735, 4, peak: 55),
    large("20:46", 4.42, 10, peak: 40),
    large("21:30", 4.42, 10, peak: 40))

  private static let xxlTappings = ordered(
    small(
      "07:00 07:26 08:01 08:15 08:30 08:45 09:00 09:30 10:00 11:00 11:30 11:45 14:30 15:00 15:30 "
        + "16:00 16:30 17:00 18:00 18:15 18:30 19:00 21:15"),
    large("07:15", 1.82, 6), large("07:45", 6.24, 16, peak: 40), large("10:30", 0.105, 3, peak: 40),
    large("12:45", 0.735, 4, peak: 55), large("20:30", 0.735, 4, peak: 55),
    large("20:46", 6.24, 16, peak: 40), large("21:30", 6.24, 16, peak: 40))

  private static func ordered(_ parts: [Tapping]...) -> [Tapping] {
    parts.flatMap { $0 }.sorted { $0.at < $1.at }
  }
}

/// Water drawn once, with the energy that counts as useful.
package struct Tapping: Hashable, Sendable, Codable {
  package var at: TimeOfDay
  /// Useful energy above the cold water.
  package var energy: Joules
  /// Of mixed water at the tap.
  package var litresPerMinute: Double
  /// Temperature that the tap must reach. Nothing: that of a mixing valve.
  package var peak: Celsius?

  package init(at: TimeOfDay, kilowattHours: Double, litresPerMinute: Double, peak: Celsius? = nil) {
    self.at = at
    energy = Joules(kilowattHours: kilowattHours)
    self.litresPerMinute = litresPerMinute
    self.peak = peak
  }

  /// What a mixing valve gives where the profile names no temperature.
  package static let mixed = Celsius(45)

  package var temperature: Celsius { peak ?? Self.mixed }

  /// Heat per time while it flows.
  package func power(cold: Celsius) -> Watts {
    Watts(litresPerMinute / 60 * StratifiedTank.joulesPerLitreKelvin * max(1, temperature.value - cold.value))
  }

  package func seconds(cold: Celsius) -> Double { energy.value / power(cold: cold).value }
}
