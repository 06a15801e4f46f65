import Scheduling
import Testing

@Suite struct TaskMarketTests {
  /// Ten days of a task every hour from 8 to 18.
  private func learned() -> TaskMarket {
    var market = TaskMarket(stepsPerDay: 96)
    market.observe([PlannerSites.task("opening")], at: 0)
    for step in 1...(10 * 96) where (32..<72).contains(step % 96) && step % 4 == 0 {
      market.observe([PlannerSites.task("t\(step)", steps: 6, deadline: 26)], at: step)
    }
    return market
  }

  @Test func tomorrowBringsWhatTheLastDaysBroughtAtItsTimes() {
    let expected = learned().expected(now: 10 * 96, horizon: 192, days: 3)
    let total = expected.reduce(0) { $0 + $1.weight }
    #expect(abs(total - 20) < 1.5, "ten a day for two days, not \(total)")
    #expect(expected.allSatisfy { (32..<72).contains($0.arrival.step % 96) })
    #expect(expected.allSatisfy { $0.arrival.steps == 6 && $0.arrival.slack == 20 })
  }

  @Test func theOpeningQueueIsAllThatIsKnownAtFirst() {
    var market = TaskMarket(stepsPerDay: 96)
    #expect(market.expected(now: 0, horizon: 192, days: 3).isEmpty)
    market.observe(PlannerSites.tasks(32, seed: 1), at: 0)
    let total = market.expected(now: 0, horizon: 96, days: 3).reduce(0) { $0 + $1.weight }
    // 32 tasks that had gathered over eight hours are 96 a day.
    #expect(abs(total - 96) < 2)
  }

  @Test func aTaskCountsOnce() {
    var market = TaskMarket(stepsPerDay: 96)
    market.observe([], at: 0)
    for step in 1...96 { market.observe([PlannerSites.task("same", deadline: 200 - step)], at: step) }
    let expected = market.expected(now: 96, horizon: 96, days: 3)
    #expect(expected.count == 1)
  }

  @Test func aClockThatGoesBackForgets() {
    var market = learned()
    market.observe([PlannerSites.task("new")], at: 5)
    #expect(market.expected(now: 5, horizon: 96, days: 3).allSatisfy { $0.arrival.steps == 8 })
  }
}
