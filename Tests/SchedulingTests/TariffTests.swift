import Scheduling
import Testing
import Workload

@Suite struct TariffTests {
  /// 2023-11-14T22:13:20Z, a Tuesday; at +01:00 23:13:20.
  private let tuesday = Instant(1_700_000_000_000)

  private let calendar = PeakCalendar(
    clock: .fixed(minutesEastOfUTC: 60), peak: EuroPerKilowattHour(0.21), offPeak: EuroPerKilowattHour(0.15),
    offPeakHours: [
      DailyHours(from: TimeOfDay(22 * 60), to: TimeOfDay(6 * 60)),
      DailyHours(from: TimeOfDay(750), to: TimeOfDay(840)),
    ], offPeakDays: [.sunday])

  private func at(_ hours: Double) -> Instant { tuesday + .milliseconds(Int64(hours * 3_600_000)) }

  @Test func hoursOverMidnightAreOffPeakOnBothSides() {
    #expect(calendar.isOffPeak(at: tuesday))
    #expect(calendar.isOffPeak(at: at(6.77)))  // 05:59
    #expect(!calendar.isOffPeak(at: at(6.78)))  // 06:00
    #expect(!calendar.isOffPeak(at: at(-1.25)))  // 21:58
  }

  @Test func aWholeSundayIsOffPeakByTheLocalClock() {
    // Sunday 2023-11-19 from 00:00 at +01:00 is Saturday 23:00 UTC.
    let midnight = Instant(1_700_348_400_000)
    #expect(calendar.isOffPeak(at: midnight + .seconds(10 * 3600)))
    #expect(!calendar.isOffPeak(at: midnight + .seconds(34 * 3600)))
  }

  @Test func instantsBefore1970HaveAWeekdayToo() {
    // 1969-12-28 was a Sunday; noon at +01:00.
    #expect(calendar.isOffPeak(at: Instant(-4 * 86_400_000 + 11 * 3_600_000)))
    #expect(!calendar.isOffPeak(at: Instant(-3 * 86_400_000 + 10 * 3_600_000)))
  }

  @Test func aMeanOverAChangeOfPriceIsByTime() {
    // From 05:30 an hour: half at 0.15, half at 0.21.
    let halfPastFive = Instant(1_700_022_600_000)
    let mean = ElectricityPrice.calendar(calendar).mean(from: halfPastFive, over: .seconds(3600))
    #expect(abs(mean.value - 0.18) < 1e-12)
  }

  @Test func aMeanIsThatOfItsMinutes() {
    let price = ElectricityPrice.calendar(calendar)
    let start = Instant(1_700_000_000_000 / 60_000 * 60_000)
    for hours in [1, 5, 30, 100] {
      let minutes = (0..<hours * 60).map { price.price(at: start + .seconds($0 * 60)).value }
      let mean = price.mean(from: start, over: .seconds(hours * 3600)).value
      #expect(abs(mean - minutes.reduce(0, +) / Double(minutes.count)) < 1e-12)
    }
  }

  private func read(_ text: String) throws(Mistakes) -> Tariff {
    try readYAML(text, file: "agent.yaml") { Tariff(yaml: $0, base: "/etc/samovar") }
  }

  @Test func aFixedPriceIsReadWithItsUnit() throws {
    let tariff = try read("electricity: 18 ct/kWh\nheat: 0.11 EUR/kWh\nslot_hour: 0.005 EUR\n")
    #expect(
      tariff
        == Tariff(
          electricity: .fixed(EuroPerKilowattHour(0.18)), heat: EuroPerKilowattHour(0.11),
          wear: EuroPerKilowattHour(0.02), slotHour: MicroEuros(5000)))
  }

  @Test func aCalendarIsRead() throws {
    let tariff = try read(
      """
      electricity:
        time_zone: +01:00
        peak: 0.21 EUR/kWh
        off_peak: 0.15 EUR/kWh
        off_peak_hours: [22:00-06:00, 12:30-14:00]
        off_peak_days: [sunday]
      heat: 0.11 EUR/kWh
      """)
    #expect(tariff.electricity == .calendar(calendar))
  }

  @Test func allMistakesAreReportedAtOnce() throws {
    let error = #expect(throws: Mistakes.self) {
      try read(
        """
        electricity:
          time_zone: Europe/Pari
          peak: 0.21
          off_peak: 0.15 EUR
          off_peak_hours: [22-6]
          off_peak_days: [sundey]
        heat: -1 EUR/kWh
        wera: 0.02 EUR/kWh
        """)
    }
    #expect(
      try #require(error).all.map(\.description) == [
        "agent.yaml:2:14: time_zone must be a zone of /usr/share/zoneinfo such as Europe/Paris, or an offset such as +01:00, not 'Europe/Pari'; a system without zones gets them with Debian's package tzdata",
        "agent.yaml:3:9: peak must be a price of energy, but '0.21' has no unit; use one of EUR/MWh, ct/kWh, EUR/kWh",
        "agent.yaml:4:13: off_peak must be a price of energy, but '0.15 EUR' has the unit 'EUR'; use one of EUR/MWh, ct/kWh, EUR/kWh",
        "agent.yaml:5:20: off_peak_hours[0] must be hours such as 22:00-06:00, not '22-6'",
        "agent.yaml:6:19: off_peak_days[0] must be one of friday, monday, saturday, sunday, thursday, tuesday, wednesday, not 'sundey'; did you mean 'sunday'?",
        "agent.yaml:7:7: heat must not be negative, but is '-1 EUR/kWh'",
        "agent.yaml:8:1: unknown key 'wera' in the file; did you mean 'wear'?",
      ])
  }

  @Test(arguments: ["24:01", "12:60", "1230", "-1:00", "12:5", ":", "", "12:00:00", "１２:00"])
  func whatIsNoTimeOfDayIsNone(text: String) {
    #expect(TimeOfDay(text) == nil)
  }
}
