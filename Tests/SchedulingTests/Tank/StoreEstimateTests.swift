import Scheduling
import Testing

@Suite struct StoreEstimateTests {
  private static let truth = [12.0, 15, 30, 45, 52, 56, 58, 59, 60, 60, 60, 60]

  /// An estimate that has seen good readings once.
  private func settled() -> StoreEstimate {
    var estimate = StoreEstimate(layers: 12)
    estimate.update(Self.truth, predicted: nil)
    return estimate
  }

  private func worst(_ estimate: StoreEstimate) -> Double {
    guard let temperatures = estimate.temperatures else { return .infinity }
    return zip(temperatures, Self.truth).map { abs($0 - $1) }.max() ?? .infinity
  }

  @Test func faultyReadingsDontCount() {
    let faults: [(name: String, readings: [Double?])] = [
      ("missing", Self.truth.enumerated().map { $0.offset == 8 || $0.offset == 3 ? nil : $0.element }),
      ("power-on", Self.truth.enumerated().map { [2, 5, 8, 10].contains($0.offset) ? 85 : $0.element }),
      ("stuck", Self.truth.enumerated().map { $0.offset == 9 ? 31.2 : $0.element }),
      ("offset", Self.truth.enumerated().map { $0.offset >= 7 ? $0.element - 7.5 : $0.element }),
      ("swapped", Self.truth.enumerated().map { $0.offset == 0 ? 60 : $0.offset == 11 ? 12 : $0.element }),
      ("beyond all", Self.truth.enumerated().map { $0.offset == 6 ? -127 : $0.element }),
      ("no number", Self.truth.enumerated().map { $0.offset == 6 ? .nan : $0.element }),
    ]
    for (name, readings) in faults {
      var estimate = settled()
      for _ in 0..<8 { estimate.update(readings, predicted: Self.truth) }
      #expect(worst(estimate) < 1, "\(name)")
      #expect(!estimate.distrusted.isEmpty, "\(name)")
    }
  }

  @Test func withoutAModelTheNeighboursFillTheGaps() throws {
    var estimate = StoreEstimate(layers: 12)
    var readings: [Double?] = Self.truth
    readings[4] = nil
    readings[8] = 20
    readings[11] = 85
    estimate.update(readings, predicted: nil)
    #expect(worst(estimate) < 5.5)
    let temperatures = try #require(estimate.temperatures)
    #expect(zip(temperatures, temperatures.dropFirst()).allSatisfy { $0 <= $1 + 3 })
  }

  @Test func whenAllSensorsAreLostTheModelGoesOnAndTheTimeIsCounted() {
    var estimate = settled()
    for step in 1...5 {
      estimate.update(Array(repeating: nil, count: 12), predicted: Self.truth)
      #expect(estimate.blindSteps == step)
    }
    #expect(worst(estimate) < 0.1)
    estimate.update(Self.truth, predicted: Self.truth)
    #expect(estimate.blindSteps == 0)
  }

  @Test func aModelThatIsWrongForLongGivesWay() {
    var estimate = settled()
    let wrong = Array(repeating: 80.0, count: 12)
    for _ in 0...StoreEstimate.longestDoubt { estimate.update(Self.truth, predicted: wrong) }
    #expect(worst(estimate) < 0.1)
  }

  @Test func beforeAnyReadingNothingIsKnown() {
    var estimate = StoreEstimate(layers: 12)
    estimate.update(Array(repeating: nil, count: 12), predicted: nil)
    #expect(estimate.temperatures == nil)
    estimate.update([], predicted: nil)
    #expect(estimate.temperatures == nil)
  }

  @Test func trueReadingsOf85Count() {
    var estimate = StoreEstimate(layers: 2)
    estimate.update([84, 84.5], predicted: nil)
    estimate.update([84.2, 85.0], predicted: [84, 84.5])
    #expect(estimate.distrusted.isEmpty)
  }
}
