package import Workload

/// What energy costs and brings at a site.
package struct Tariff: Hashable, Sendable, Codable {
  package var electricity: ElectricityPrice
  /// Worth of one kWh of heat in an empty tank: what the backup heater's costs, or what the heat is sold for.
  package var heat: EuroPerKilowattHour
  /// Wear of the servers for each kWh that they use above idling.
  package var wear: EuroPerKilowattHour
  /// Least gain for one slot at work for one hour, on top of all costs.
  package var slotHour: MicroEuros

  package init(
    electricity: ElectricityPrice, heat: EuroPerKilowattHour, wear: EuroPerKilowattHour,
    slotHour: MicroEuros = .zero
  ) {
    self.electricity = electricity
    self.heat = heat
    self.wear = wear
    self.slotHour = slotHour
  }
}

/// What electricity costs, all taxes and fees included.
package enum ElectricityPrice: Hashable, Sendable, Codable {
  case fixed(EuroPerKilowattHour)
  case calendar(PeakCalendar)

  package func price(at instant: Instant) -> EuroPerKilowattHour {
    switch self {
    case .fixed(let price): price
    case .calendar(let calendar): calendar.isOffPeak(at: instant) ? calendar.offPeak : calendar.peak
    }
  }

  /// The mean over a time that starts now: what a run of that length pays. Exact at the calendar's changes.
  package func mean(from start: Instant, over duration: Duration) -> EuroPerKilowattHour {
    guard case .calendar(let calendar) = self, duration > .zero else { return price(at: start) }
    let end = start + min(duration, PeakCalendar.longestMean)
    var at = start
    var sum = 0.0
    while at < end {
      let next = min(end, calendar.nextChange(after: at))
      sum += price(at: at).value * (next - at).seconds
      at = next
    }
    return EuroPerKilowattHour(sum / (end - start).seconds)
  }
}

/// Peak and off-peak hours by the wall clock of a fixed offset from UTC.
package struct PeakCalendar: Hashable, Sendable, Codable {
  package var minutesEastOfUTC: Int
  package var peak: EuroPerKilowattHour
  package var offPeak: EuroPerKilowattHour
  /// On every day.
  package var offPeakHours: [DailyHours]
  /// Whole days.
  package var offPeakDays: Set<Weekday>

  package init(
    minutesEastOfUTC: Int, peak: EuroPerKilowattHour, offPeak: EuroPerKilowattHour,
    offPeakHours: [DailyHours],
    offPeakDays: Set<Weekday> = []
  ) {
    self.minutesEastOfUTC = minutesEastOfUTC
    self.peak = peak
    self.offPeak = offPeak
    self.offPeakHours = offPeakHours
    self.offPeakDays = offPeakDays
  }

  /// Longer means than this are taken over this: the calendar repeats each week.
  static let longestMean = Duration.seconds(7 * 86_400)

  package func isOffPeak(at instant: Instant) -> Bool {
    let (day, minute) = local(instant)
    return offPeakDays.contains(Weekday(daysSinceEpoch: day)) || offPeakHours.contains { $0.contains(minute) }
  }

  /// The next instant at which the price may change: an end of the hours, or midnight.
  func nextChange(after instant: Instant) -> Instant {
    let (day, minute) = local(instant)
    let ends = offPeakHours.flatMap { [$0.from.value, $0.to.value] }.filter { $0 > minute }
    let next = min(ends.min() ?? TimeOfDay.minutesOfDay, TimeOfDay.minutesOfDay)
    return Instant((Int64(day) * 1440 + Int64(next) - Int64(minutesEastOfUTC)) * 60_000)
  }

  private func local(_ instant: Instant) -> (day: Int, minute: Int) {
    let milliseconds = instant.value + Int64(minutesEastOfUTC) * 60_000
    let minutes = Int(milliseconds.quotientRoundedDown(by: 60_000))
    let day = minutes.quotientRoundedDown(by: TimeOfDay.minutesOfDay)
    return (day, minutes - day * TimeOfDay.minutesOfDay)
  }
}

package enum Weekday: String, Hashable, Sendable, Codable, CaseIterable {
  case monday, tuesday, wednesday, thursday, friday, saturday, sunday

  /// 1970-01-01 was a Thursday.
  init(daysSinceEpoch day: Int) {
    let index = day + 3
    self = Self.allCases[index - index.quotientRoundedDown(by: 7) * 7]
  }
}

extension BinaryInteger {
  /// The greatest whole number that is not above the quotient: before 1970 too.
  func quotientRoundedDown(by divisor: Self) -> Self {
    let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
    return remainder < 0 ? quotient - 1 : quotient
  }
}
