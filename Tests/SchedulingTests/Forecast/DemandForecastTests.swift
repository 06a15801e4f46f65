import Scheduling
import Testing

@Suite struct DemandForecastTests {
  /// 2024-01-08, a Monday, is day 19730.
  private static let calendar = DemandCalendar(firstDay: 19_730, stepsPerDay: 96, holidays: [19_732])

  /// Four weeks of draw-offs of 2 kWh by chance: at 7 on workdays, at 10 on weekends.
  private func learned(days: Int, seed: UInt64 = 3) -> DemandForecast {
    var forecast = DemandForecast(stepsPerDay: 96, calendar: Self.calendar)
    var random = SeededGenerator(state: seed)
    for step in 0..<(days * 96) {
      let peak = Self.calendar.kind(of: step - 1) == .workday ? 28 : 40
      let isPeak = (step - 1) % 96 >= peak && (step - 1) % 96 < peak + 8
      let drawn = Double.random(in: 0...1, using: &random) < (isPeak ? 0.5 : 0.02) ? 2.0 : 0
      forecast.note(
        StepMeasurement(serverHeat: 0, absorbed: 0, backup: 0, demand: drawn, taps: drawn * 0.75),
        situation: Self.situation(step))
    }
    return forecast
  }

  private static func situation(_ step: Int) -> PlanSituation {
    PlanSituation(step: step, layers: [], prices: [0.1], demand: [], mains: 10)
  }

  @Test func beforeAnythingIsSeenAProfileStandsIn() {
    let forecast = DemandForecast(stepsPerDay: 96, profile: .l, households: 16)
    let day = forecast.expected(Self.situation(0), horizon: 96)
    #expect(abs(day.reduce(0, +) - 16 * 11.655) < 1e-6)
    let morning = day[28...34].reduce(0, +)
    let night = day[0...20].reduce(0, +)
    #expect(night == 0)
    #expect(morning > 20)
  }

  @Test func workdaysWeekendsAndHolidaysAreLearnedApart() {
    let forecast = learned(days: 28)
    // Day 28 is a Monday again, day 33 a Saturday.
    let monday = forecast.expected(Self.situation(28 * 96), horizon: 96)
    let saturday = forecast.expected(Self.situation(33 * 96), horizon: 96)
    func sum(_ day: [Double], _ steps: Range<Int>) -> Double { day[steps].reduce(0, +) }
    #expect(sum(monday, 28..<36) > 2 * sum(monday, 40..<48))
    #expect(sum(saturday, 40..<48) > 1.5 * sum(saturday, 28..<36))
    #expect(Self.calendar.kind(of: 2 * 96) == .sunday, "Wednesday the 10th is a holiday here")
    #expect(Self.calendar.kind(of: 96) == .workday)
    #expect(Self.calendar.kind(of: 6 * 96) == .sunday)
  }

  @Test func aForecastThatIsGivenCounts() {
    var situation = Self.situation(0)
    situation.demand = [1, 2, 3]
    #expect(Array(learned(days: 5).expected(situation, horizon: 3)) == [1, 2, 3])
  }

  @Test func quantilesHoldWhatTheySay() {
    let forecast = learned(days: 28)
    var random = SeededGenerator(state: 99)
    // Sums of 24 steps with 2 kWh at a chance of 0.3.
    let sums = (0..<4000).map { _ in
      (0..<24).reduce(0.0) { sum, _ in sum + (Double.random(in: 0...1, using: &random) < 0.3 ? 2 : 0) }
    }
    for (probability, least, most) in [(0.1, 0.04, 0.2), (0.5, 0.4, 0.65), (0.9, 0.85, 0.98)] {
      let value = forecast.quantile(probability, ofSum: 14.4)
      let share = Double(sums.count { $0 <= value }) / 4000
      #expect((least...most).contains(share), "\(probability): \(share) below \(value)")
    }
  }

  @Test func theLumpIsTheSizeOfTheDrawOffs() {
    #expect((1.2...2.6).contains(learned(days: 28).lump))
    #expect(DemandForecast(stepsPerDay: 96).lump == 3.6)
  }

  @Test func peaksGrowWithTimeAndAreMoreThanTheExpectation() {
    let forecast = learned(days: 10)
    let expected = Array(repeating: 0.5, count: 96)
    let peaks = forecast.peaks(steps: 8, forecast: expected, deviations: 3)
    #expect(zip(peaks, peaks.dropFirst()).allSatisfy { $0 < $1 })
    #expect(peaks[0] > 2)
  }

  @Test func theLevelFollowsWhatIsDrawn() {
    var forecast = DemandForecast(stepsPerDay: 96)
    for step in 0..<192 {
      var situation = Self.situation(step)
      situation.demand = [1]
      forecast.note(
        StepMeasurement(serverHeat: 0, absorbed: 0, backup: 0, demand: 0.5), situation: situation)
    }
    #expect((0.6...0.72).contains(forecast.level), "half is drawn for two days, with a day of doubt")
  }
}
