import Testing
import Workload

@testable import Scheduling

@Suite struct DayAheadTests {
  private func read(_ text: String) throws(Mistakes) -> PriceSeries {
    try PriceFile.read(Array(text.utf8), file: "prices")
  }

  private func instant(_ text: String) throws -> Instant { try #require(PriceFile.instant(text)) }

  private func mistakes(_ text: String) throws -> [String] {
    let error = #expect(throws: Mistakes.self) { try read(text) }
    return try #require(error).all.map(\.description)
  }

  @Test func timesAreReadWithTheirOffset() throws {
    #expect(try instant("2026-11-25T00:00+01:00") == instant("2026-11-24T23:00:00Z"))
    #expect(try instant("1970-01-01T00:00:01.500Z") == Instant(1500))
    for text in [
      "2026-11-25", "2026-11-25T00:00", "2026-11-25T25:00Z", "2026-11-31T00:00Z", "T", "",
      "2026-11-25T00:00:61Z",
    ] {
      #expect(PriceFile.instant(text) == nil, "\(text)")
    }
  }

  /// The same three hours, in each form that services give.
  @Test func everyFormSaysTheSame() throws {
    let forms = [
      "start,price_eur_per_mwh\n2026-11-25T00:00+01:00,87.31\n2026-11-25T01:00+01:00,-12\r\n2026-11-25T02:00+01:00,0\n",
      "start,price_eur_per_kwh,end\n2026-11-24T23:00Z,0.08731,2026-11-25T00:00Z\n2026-11-25T00:00Z,-0.012,2026-11-25T01:00Z\n2026-11-25T01:00Z,0,2026-11-25T02:00Z\n",
      #"{"unix_seconds":[1795561200,1795564800,1795568400],"price":[87.31,-12,0],"unit":"EUR / MWh","deprecated":false}"#,
      #"{"object":"list","data":[{"start_timestamp":1795561200000,"end_timestamp":1795564800000,"marketprice":87.31,"unit":"Eur/MWh"},"#
        + #"{"start_timestamp":1795564800000,"end_timestamp":1795568400000,"marketprice":-12,"unit":"Eur/MWh"},"#
        + #"{"start_timestamp":1795568400000,"end_timestamp":1795572000000,"marketprice":0,"unit":"Eur/MWh"}]}"#,
      #"{"rates":[{"start":"2026-11-25T00:00:00+01:00","end":"2026-11-25T01:00:00+01:00","value":0.08731},"#
        + #"{"start":"2026-11-25T01:00:00+01:00","price":-0.012},{"start":"2026-11-25T02:00:00+01:00","price":0}]}"#,
    ]
    for form in forms {
      let series = try read(form)
      #expect(series.stretches.count == 3)
      #expect(
        try series.knownUntil(from: instant("2026-11-25T00:00+01:00")) == instant("2026-11-25T03:00+01:00"),
        "\(form)")
      let prices = series.stretches.map(\.price.value)
      #expect(zip(prices, [0.08731, -0.012, 0]).allSatisfy { abs($0 - $1) < 1e-9 })
    }
  }

  @Test func aGapIsAGap() throws {
    let series = try read(
      "start,price_eur_per_kwh\n2026-11-25T00:00Z,0.1\n2026-11-25T01:00Z,0.2\n2026-11-25T05:00Z,0.3\n2026-11-25T06:00Z,0.4\n"
    )
    #expect(try series.price(at: instant("2026-11-25T01:59Z"))?.value == 0.2)
    #expect(try series.price(at: instant("2026-11-25T02:00Z")) == nil)
    #expect(try series.price(at: instant("2026-11-25T06:59Z"))?.value == 0.4)
    #expect(try series.price(at: instant("2026-11-25T07:00Z")) == nil)
    #expect(try series.knownUntil(from: instant("2026-11-25T00:30Z")) == instant("2026-11-25T02:00Z"))
  }

  /// 23 and 25 hours: nothing special, as stretches have instants.
  @Test func daysOfAChangeOfClocksAreWhole() throws {
    let clock = try #require(ZoneFile.clock("Europe/Paris"))
    for (date, hours) in [("2026-03-29", 23), ("2026-10-25", 25), ("2026-10-26", 24)] {
      let day = try #require(CivilDate(date)).daysSinceEpoch
      let start = clock.instant(day: day, minute: 0)
      let rows = (0..<hours).map {
        "{\"start\":\"\(Self.utc(start + .seconds($0 * 3600)))\",\"price\":0.0\($0 % 10)}"
      }
      let series = try read("[\(rows.joined(separator: ","))]")
      #expect(series.stretches.count == hours)
      #expect(series.knownUntil(from: start) == clock.instant(day: day + 1, minute: 0))
    }
  }

  private static func utc(_ instant: Instant) -> String {
    let (day, minute) = LocalClock.fixed(minutesEastOfUTC: 0).local(instant)
    return "\(CivilDate(daysSinceEpoch: day))T\(TimeOfDay(minute)):00Z"
  }

  @Test func allMistakesOfATableAreNamed() throws {
    #expect(
      try mistakes(
        "start,price_eur_per_kwh\nyesterday,0.1\n2026-11-25T00:00Z,cheap\n2026-11-25T01:00Z\n2026-11-25T02:00Z,nan\n"
      )
        == [
          "prices:2:1: start must be a time with its offset such as 2026-11-25T00:00+01:00, not 'yesterday'",
          "prices:3:19: the price must be a number, not 'cheap'",
          "prices:4:1: the line has 1 fields instead of 2",
          "prices:5:19: the price must be a number, not 'nan'",
        ])
    #expect(
      try mistakes(
        "start,price_eur_per_kwh\n2026-11-25T00:00Z,87.3\n2026-11-25T01:00Z,0.2\n2026-11-25T01:00Z,0.3\n")
        == [
          "prices:2:1: this stretch costs 87.3 EUR/kWh, beyond -1 to 10 EUR/kWh: is the unit right?",
          "prices:4:1: this stretch overlaps another with another price",
        ])
    #expect(try mistakes("time,price\n").count == 1)
    #expect(try mistakes("").count == 1)
  }

  @Test(arguments: [
    "{}", "[1]", "{\"data\":[{\"start_timestamp\":1}]}",
    "{\"unix_seconds\":[1],\"price\":[1,2],\"unit\":\"EUR/MWh\"}",
    "{\"unix_seconds\":[1],\"price\":[1],\"unit\":\"GBP/MWh\"}", "[{\"start\":\"now\",\"price\":1}]",
    "{\"price\":",
    "{\"unix_seconds\":[0],\"price\":[1e9],\"unit\":\"EUR/MWh\"}",
  ])
  func whatIsNoAnswerOfAServiceIsRefused(text: String) throws {
    #expect(try !mistakes(text).isEmpty)
  }

  @Test func anUnknownTomorrowIsLikeTheDaysBefore() throws {
    let clock = try #require(ZoneFile.clock("Europe/Paris"))
    // Saturday before the change of clocks: on Sunday the same hour by the wall clock counts, not 24 hours before.
    let day = try #require(CivilDate("2026-10-24")).daysSinceEpoch
    let stretches = (0..<24).map { hour in
      let start = clock.instant(day: day, minute: hour * 60)
      return PriceSeries.Stretch(
        start: start, end: start + .seconds(3600), price: EuroPerKilowattHour(Double(hour) / 100))
    }
    let prices = DayAheadPrices(
      source: .file("p"), clock: clock, factor: 2, added: EuroPerKilowattHour(0.01),
      otherwise: EuroPerKilowattHour(0.5), series: try PriceSeries(stretches))
    func close(_ price: EuroPerKilowattHour, _ value: Double) -> Bool { abs(price.value - value) < 1e-12 }
    #expect(close(prices.price(at: clock.instant(day: day, minute: 14 * 60)), 0.29))
    let tomorrow = clock.instant(day: day + 1, minute: 14 * 60)
    #expect(prices.published(at: tomorrow) == nil)
    #expect(close(prices.price(at: tomorrow), 0.29))
    #expect(close(prices.price(at: clock.instant(day: day + 20, minute: 0)), 0.5))
    let electricity = ElectricityPrice.dayAhead(prices)
    #expect(close(electricity.mean(from: tomorrow + .seconds(1800), over: .seconds(3600)), 0.30))
    #expect(electricity.knownUntil(from: tomorrow) == tomorrow)
  }

  @Test func aLaterPublicationCounts() throws {
    func series(_ from: Int64, _ values: [Double]) throws -> PriceSeries {
      try PriceSeries(
        values.enumerated().map { index, value in
          let start = Instant((from + Int64(index)) * 3_600_000)
          return PriceSeries.Stretch(
            start: start, end: start + .seconds(3600), price: EuroPerKilowattHour(value))
        })
    }
    let updated = try series(0, [1, 2, 3, 4]).updated(
      by: series(2, [7, 8, 9]), forgettingBefore: Instant(3_600_000))
    #expect(updated.stretches.map(\.price.value) == [2, 7, 8, 9])
  }
}
