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
  case dayAhead(DayAheadPrices)

  /// Known, or the best guess: there is always one.
  package func price(at instant: Instant) -> EuroPerKilowattHour {
    switch self {
    case .fixed(let price): price
    case .calendar(let calendar): calendar.isOffPeak(at: instant) ? calendar.offPeak : calendar.peak
    case .dayAhead(let prices): prices.price(at: instant)
    }
  }

  /// Up to when prices are known; nothing where they always are.
  package func knownUntil(from instant: Instant) -> Instant? {
    guard case .dayAhead(let prices) = self else { return nil }
    return prices.series.knownUntil(from: instant)
  }

  private func nextChange(after instant: Instant) -> Instant? {
    switch self {
    case .fixed: nil
    case .calendar(let calendar): calendar.nextChange(after: instant)
    case .dayAhead(let prices): prices.nextChange(after: instant)
    }
  }

  /// The mean over a time that starts now: what a run of that length pays. Exact at the changes.
  package func mean(from start: Instant, over duration: Duration) -> EuroPerKilowattHour {
    guard duration > .zero, nextChange(after: start) != nil else { return price(at: start) }
    let end = start + min(duration, PeakCalendar.longestMean)
    var at = start
    var sum = 0.0
    while at < end {
      let next = min(end, nextChange(after: at) ?? end)
      sum += price(at: at).value * (next - at).seconds
      at = next
    }
    return EuroPerKilowattHour(sum / (end - start).seconds)
  }
}

/// Peak and off-peak hours by the wall clock of a place.
package struct PeakCalendar: Hashable, Sendable, Codable {
  package var clock: LocalClock
  package var peak: EuroPerKilowattHour
  package var offPeak: EuroPerKilowattHour
  /// On every day.
  package var offPeakHours: [DailyHours]
  /// Whole days.
  package var offPeakDays: Set<Weekday>

  package init(
    clock: LocalClock, peak: EuroPerKilowattHour, offPeak: EuroPerKilowattHour,
    offPeakHours: [DailyHours],
    offPeakDays: Set<Weekday> = []
  ) {
    self.clock = clock
    self.peak = peak
    self.offPeak = offPeak
    self.offPeakHours = offPeakHours
    self.offPeakDays = offPeakDays
  }

  /// Longer means than this are taken over this: the calendar repeats each week.
  static let longestMean = Duration.seconds(7 * 86_400)

  package func isOffPeak(at instant: Instant) -> Bool {
    let (day, minute) = clock.local(instant)
    return offPeakDays.contains(Weekday(daysSinceEpoch: day)) || offPeakHours.contains { $0.contains(minute) }
  }

  /// The next instant at which the price may change: an end of the hours, midnight, or a full hour, at which clocks change.
  func nextChange(after instant: Instant) -> Instant {
    let (day, minute) = clock.local(instant)
    let ends =
      offPeakHours.flatMap { [$0.from.value, $0.to.value] } + [
        TimeOfDay.minutesOfDay, (minute / 60 + 1) * 60,
      ]
    let next = ends.filter { $0 > minute }.min() ?? TimeOfDay.minutesOfDay
    let seconds = Int64(day) * 86_400 + Int64(next) * 60 - Int64(clock.secondsEastOfUTC(at: instant))
    return Instant(seconds * 1000)
  }
}

package enum Weekday: String, Hashable, Sendable, Codable, CaseIterable {
  case monday, tuesday, wednesday, thursday, friday, saturday, sunday

  /// 1970-01-01 was a Thursday.
  package init(daysSinceEpoch day: Int) {
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
