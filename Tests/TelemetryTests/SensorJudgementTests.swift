import Telemetry
import Testing
import Workload

@Suite struct SensorJudgementTests {
  private let limits = SensorLimits()

  private func fault(_ celsius: Double, beside neighbours: [Double], oneWire: Bool = true) -> SensorFault
    .Kind?
  {
    Plausibility.fault(
      of: Celsius(celsius), isOneWire: oneWire, neighbours: neighbours.map { Celsius($0) }, limits: limits)
  }

  @Test func exactly85IsBelievedOnlyWithNeighboursThatAgree() {
    #expect(fault(85, beside: []) == .powerOnValue)
    #expect(fault(85, beside: [55, 52]) == .powerOnValue)
    #expect(fault(85, beside: [84, 52]) == .powerOnValue)
    #expect(fault(85, beside: [84, 81.5]) == nil)
    #expect(fault(85.062, beside: [20, 20]) == nil)
    // A bus that lost its power: all of them say 85, and none vouches for another.
    #expect(fault(85, beside: [85, 85]) == .powerOnValue)
    // A neighbour that is itself broken doesn't count against it.
    #expect(fault(85, beside: [84, 300]) == nil)
  }

  @Test func onlyOneWireThermometersLie() {
    #expect(fault(85, beside: [20], oneWire: false) == nil)
    #expect(fault(127.937, beside: [127.9]) == .weakPower)
    #expect(fault(127.937, beside: [], oneWire: false) == .outOfRange)
  }

  @Test(arguments: [
    (-10.0, false), (-10.001, true), (110, false), (110.001, true), (-127, true), (.nan, true),
  ])
  func theRangeIsClosed(celsius: Double, isFault: Bool) {
    #expect((fault(celsius, beside: []) == .outOfRange) == isFault)
  }

  @Test func layersThatAreUpsideDownAreFoundAcrossALostOne() {
    let layers = [40.0, nil, 36.5, 39.4, 60].map { $0.map { Celsius($0) } }
    let found = Plausibility.inversions(layers)
    #expect(found.map(\.lower) == [0])
    #expect(found.map(\.upper) == [2])
    #expect(Plausibility.inversions([]).isEmpty)
  }

  private func good(_ value: Double, _ second: Int64) -> Result<Measurement<Celsius>, Refusal> {
    .success(Measurement(Celsius(value), takenAt: Instant(second * 1000)))
  }

  @Test func aValueGrowsSuspectThenStaleThenLostAndComesBack() {
    var filter = SensorFilter<Celsius>()
    let broken = Result<Measurement<Celsius>, Refusal>.failure(Refusal("EIO"))
    var qualities: [ReadingQuality] = []
    var values: [Celsius?] = []
    for second: Int64 in [0, 10, 70, 71, 310, 311, 312] {
      let attempt = second == 10 ? good(50, 10) : second == 312 ? good(51, 312) : broken
      let reading = filter.take(attempt, at: Instant(second * 1000), limits: limits).reading
      qualities.append(reading.quality)
      values.append(reading.usable)
    }
    #expect(qualities == [.lost, .good, .suspect(reason: "EIO"), .stale, .stale, .lost, .good])
    #expect(values == [nil, Celsius(50), Celsius(50), Celsius(50), Celsius(50), nil, Celsius(51)])
  }

  @Test func aFileThatNobodyWritesAnyMoreGrowsOldThoughItCanBeRead() {
    var filter = SensorFilter<Celsius>()
    let at = { (second: Int64) in
      filter.take(good(50, 0), at: Instant(second * 1000), limits: limits).reading.quality
    }
    #expect(at(60) == .good)
    #expect(at(61) == .stale)
    #expect(at(301) == .lost)
    #expect(at(302) == .lost)
  }

  @Test func aClockThatWasSetBackKeepsNoValueYoungForEver() {
    var filter = SensorFilter<Celsius>()
    let broken = Result<Measurement<Celsius>, Refusal>.failure(Refusal("EIO"))
    #expect(filter.take(good(50, 100_000), at: Instant(100_000_000), limits: limits).reading.quality == .good)
    #expect(filter.take(broken, at: Instant(10_000), limits: limits).reading.usable == Celsius(50))
    #expect(filter.take(broken, at: Instant(311_000), limits: limits).reading.usable == nil)
  }

  @Test func aJumpIsHeldBackUntilTheNextValueAgrees() {
    var filter = SensorFilter<Celsius>()
    let take = { (value: Double, second: Int64) in
      filter.take(good(value, second), at: Instant(second * 1000), limits: limits, perMinute: 3)
    }
    #expect(take(50, 0).reading.value == Celsius(50))
    #expect(take(50.4, 1).reading.value == Celsius(50.4))
    let spike = take(20, 10)
    #expect(spike.jumped)
    #expect(spike.reading.value == Celsius(50.4))
    #expect(take(50.5, 20).reading.quality == .good)
    #expect(take(20, 30).jumped)
    #expect(take(20.3, 40).reading == .good(Celsius(20.3), at: Instant(40_000)))
  }
}
