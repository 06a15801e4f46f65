import Scheduling
import Testing

@Suite struct LegionellaCycleTests {
  private func cycle() -> LegionellaCycle { LegionellaCycle(everyDays: 7, stepsPerDay: 96, now: 0) }

  @Test func waitsForTheCheapestHoursBeforeItIsDue() {
    var prices = Array(repeating: 0.2, count: 96)
    for step in 20..<30 { prices[step] = 0.05 }
    let cycle = cycle()
    let start = cycle.due - 90
    let begun = (0..<90).first {
      cycle.isTime(at: start + $0, prices: Array(prices[$0...]), needed: 8)
    }
    #expect(begun.map { (20...22).contains($0) } == true, "begun at \(begun ?? -1)")
  }

  @Test func isNotPutOffBeyondItsDay() {
    let cycle = cycle()
    let falling = (0..<400).map { 1 - Double($0) / 1000 }
    #expect(!cycle.isTime(at: cycle.due - 20, prices: falling, needed: 8))
    #expect(cycle.isTime(at: cycle.due - 8, prices: falling, needed: 8))
    #expect(cycle.isTime(at: cycle.due + 50, prices: [], needed: 8))
  }

  @Test func anHourAtSixtyDegreesIsACycleHoweverItCame() {
    var cycle = cycle()
    for step in 100..<104 { cycle.observe(outlet: 61, at: step) }
    #expect(cycle.lastDone == 0, "four readings are three quarters of an hour")
    cycle.observe(outlet: 59, at: 104)
    for step in 105..<110 { cycle.observe(outlet: 60, at: step) }
    #expect(cycle.lastDone == 109)
    #expect(cycle.due == 109 + 7 * 96)
  }

  @Test func doesNotComeInTheFirstHalfOfItsInterval() {
    let cycle = cycle()
    #expect(!cycle.isTime(at: 10, prices: [-1] + Array(repeating: 0.3, count: 200), needed: 1))
  }
}
