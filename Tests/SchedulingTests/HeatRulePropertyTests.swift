import Scheduling
import Telemetry
import Testing
import Workload

/// What holds for every temperature and every history, tried on thousands of seeded ones.
@Suite struct HeatRulePropertyTests {
  /// Every combination of what a plan may remember.
  private static let histories: [HeatPlan?] =
    [nil]
    + (0..<16).map { bits in
      var plan = Sites.plan([40, 40])
      plan.latches = HeatLatches(
        isCold: bits & 1 != 0, isBelowTarget: bits & 2 != 0, isBelowMaximum: bits & 4 != 0,
        isTankTooHot: bits & 8 != 0)
      return plan
    }

  @Test func demandFallsWithTheTemperature() {
    for history in Self.histories {
      var last = HeatDemand.urgent
      for step in 0...1000 {
        let temperature = Double(step) / 10
        let demand = Sites.plan([temperature, temperature, temperature], previous: history).demand
        #expect(demand <= last, "at \(temperature) °C")
        last = demand
      }
      #expect(last == .cutOff)
    }
  }

  @Test func outsideTheHysteresisHistoryDoesNotMatter() {
    let bands = [50.0...52, 53.0...55, 60.0...62, 68.0...70]
    for step in 0...1000 {
      let temperature = Double(step) / 10
      guard !bands.contains(where: { $0.contains(temperature) }) else { continue }
      let demands = Set(Self.histories.map { Sites.plan([temperature, temperature], previous: $0).demand })
      #expect(demands.count == 1, "at \(temperature) °C: \(demands)")
    }
  }

  @Test func theAskNeverRisesWithTheNeed() {
    for history in Self.histories {
      var last = SignedMicroEuros(.min)
      for step in 0...1000 {
        let temperature = Double(step) / 10
        let ask = Sites.plan([temperature, temperature], previous: history).ask.perSlotHour
        #expect(ask >= last, "at \(temperature) °C")
        last = ask
      }
    }
  }

  @Test func atOrAboveTheCutOffThereIsNeverASlot() {
    var random = SeededGenerator(state: 1)
    var previous: HeatPlan?
    for _ in 0..<5000 {
      var layers = (0..<5).map { _ in Double.random(in: 0...100, using: &random) }
      let plan = Sites.plan(layers, previous: previous)
      if (layers.max() ?? 0) >= 70 {
        #expect(plan.slots == 0)
        #expect(plan.running == .mustStop)
      }
      layers[Int.random(in: 0..<5, using: &random)] = Double.random(in: 70...120, using: &random)
      let hot = Sites.plan(layers, previous: plan)
      #expect(hot.slots == 0)
      #expect(hot.running == .mustStop)
      previous = plan
    }
  }

  /// Noise of less than the hysteresis about any temperature changes the state at most twice: once to settle
  /// from where it started, once where the noise passes a threshold. Without hysteresis it would change
  /// hundreds of times.
  @Test func noiseWithinTheHysteresisDoesNotFlap() {
    for centre in stride(from: 20.0, through: 80, by: 0.25) {
      var random = SeededGenerator(state: UInt64(centre * 4))
      var plan = Sites.plan([centre, centre])
      var changes = 0
      for _ in 0..<300 {
        let temperature = centre + Double.random(in: -0.99...0.99, using: &random)
        let next = Sites.plan([temperature, temperature], previous: plan)
        if next.demand != plan.demand { changes += 1 }
        plan = next
      }
      #expect(changes <= 2, "about \(centre) °C: \(changes) changes")
    }
  }

  @Test func theSameInputsGiveTheSamePlan() {
    #expect(Sites.plan([30, 41, 53]) == Sites.plan([30, 41, 53]))
  }

  @Test func everyPlanSaysWhy() {
    for history in Self.histories {
      for step in 0...100 {
        let plan = Sites.plan([Double(step), Double(step)], previous: history)
        #expect(plan.reasons.allSatisfy { !$0.sentence.isEmpty } && !plan.reasons.isEmpty)
      }
    }
  }
}
