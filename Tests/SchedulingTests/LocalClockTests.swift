import Foundation
import Testing
import Workload

@testable import Scheduling

/// Against the system's own reading of its zones, hour by hour.
@Suite struct LocalClockTests {
  private static let zones = [
    "Europe/Paris", "America/New_York", "Australia/Lord_Howe", "America/Sao_Paulo", "Asia/Kathmandu",
    "Etc/UTC",
    "Africa/Casablanca", "Europe/Dublin", "Pacific/Chatham",
  ]

  @Test(arguments: zones)
  func everyHourIsThatOfTheSystem(zone: String) throws {
    let clock = try #require(ZoneFile.clock(zone))
    let system = try #require(TimeZone(identifier: zone))
    // From 1980 to 2080, each four days or so at another hour: beyond the table too, where the rule holds.
    for second in stride(from: Int64(315_532_800), to: 3_471_292_800, by: 333_337) {
      let expected = system.secondsFromGMT(for: Date(timeIntervalSince1970: Double(second)))
      let got = clock.secondsEastOfUTC(at: Instant(second * 1000))
      if got != expected {
        Issue.record("\(zone) at \(second): \(got) instead of \(expected)")
        return
      }
    }
  }

  /// Of each rule the hour before and after the change.
  @Test(arguments: zones)
  func changesAreAtTheSystemsSecond(zone: String) throws {
    let clock = try #require(ZoneFile.clock(zone))
    let system = try #require(TimeZone(identifier: zone))
    var date = Date(timeIntervalSince1970: 1_600_000_000)
    for _ in 0..<40 {
      guard let change = system.nextDaylightSavingTimeTransition(after: date) else { return }
      let second = Int64(change.timeIntervalSince1970)
      for near in [second - 1, second] {
        let expected = system.secondsFromGMT(for: Date(timeIntervalSince1970: Double(near)))
        #expect(clock.secondsEastOfUTC(at: Instant(near * 1000)) == expected, "\(zone), \(near)")
      }
      date = change
    }
  }

  @Test func aMinuteOfADayIsFoundAgain() throws {
    let clock = try #require(ZoneFile.clock("Europe/Paris"))
    let start = CivilDate(year: 2026, month: 1, day: 1).daysSinceEpoch
    let jump = CivilDate(year: 2026, month: 3, day: 29).daysSinceEpoch
    for day in start..<(start + 365) {
      for minute in stride(from: 0, to: 1440, by: 15) where day != jump || minute / 60 != 2 {
        let shown = clock.local(clock.instant(day: day, minute: minute))
        #expect(shown.day == day && shown.minute == minute)
      }
    }
    // 02:30 on 2026-03-29 is left out: the clock jumps from 02:00 to 03:00 at 01:00 UTC.
    let left = clock.local(clock.instant(day: jump, minute: 150))
    #expect(left.day == jump && (60...210).contains(left.minute))
  }

  @Test func daysAreThoseOfTheCalendar() {
    for days in stride(from: -200_000, to: 200_000, by: 37) {
      #expect(CivilDate(daysSinceEpoch: days).daysSinceEpoch == days)
    }
    #expect(CivilDate("2026-11-25")?.daysSinceEpoch == 20_782)
    #expect(
      CivilDate("2024-02-29") != nil && CivilDate("2026-02-29") == nil && CivilDate("2026-13-01") == nil)
  }

  @Test(arguments: ["../../etc/passwd", "", "Europe", "Europe//Paris", "posixrules.txt", "tzdata.zi"])
  func whatIsNoZoneIsNone(name: String) {
    #expect(ZoneFile.clock(name) == nil)
  }

  /// Whatever bytes: a clock or nothing.
  @Test func brokenFilesAreRefused() throws {
    let bytes = try LocalFile.read(ZoneFile.directory + "/Europe/Paris")
    for count in stride(from: 0, to: bytes.count, by: 7) {
      #expect(ZoneFile.parse(Array(bytes[..<count]), name: "cut")?.name == nil)
    }
    for place in stride(from: 0, to: bytes.count, by: 3) {
      var wrong = bytes
      wrong[place] ^= 0x81
      _ = ZoneFile.parse(wrong, name: "flipped")?.secondsEastOfUTC(at: Instant(1_700_000_000_000))
    }
  }
}
