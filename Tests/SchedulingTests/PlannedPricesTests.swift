import Telemetry
import Testing
import Workload

@testable import Scheduling

/// The planner in the hands of a node: what it does with the sensors of one tank over days.
@Suite struct PlannedPricesTests {
  private static let start = Instant(1_795_561_200_000)  // 2026-11-25T00:00+01:00

  /// Two slots of 1 kW at a tank of 500 l; electricity is dear by day.
  private static var rule: HeatRule {
    var rule = Sites.rule
    rule.board.tank = Tank(
      layers: (0..<4).map {
        TankLayer(name: "layer\($0)", volume: Litres(125), sensor: .file(path: "/t\($0)"))
      }, lossWattsPerKelvin: 3)
    rule.board.power = PowerModel(idle: Watts(60), perBusyCore: Watts(1000), capture: 0.95)
    rule.policy.clock = .fixed(minutesEastOfUTC: 60)
    rule.tariff.electricity = .calendar(
      PeakCalendar(
        clock: .fixed(minutesEastOfUTC: 60), peak: EuroPerKilowattHour(0.30),
        offPeak: EuroPerKilowattHour(0.10),
        offPeakHours: [DailyHours(from: TimeOfDay(0), to: TimeOfDay(360))]))
    return rule
  }

  private static func snapshot(_ mean: Double, at instant: Instant) -> HeatSnapshot {
    Sites.snapshot([mean - 6, mean - 2, mean + 2, mean + 6], at: instant)
  }

  /// Two tasks of 1 kW for an hour that begin now: what the node learns its market from.
  private static func tasks(_ step: Int) -> [PlannableTask] {
    (0..<2).map {
      PlannableTask(
        id: "\(step)-\($0)", steps: 4, remaining: 4, deadline: 5, kilowatts: 1,
        revenue: 0.05 + 0.1 * Double($0),
        isPreemptible: false, isRunning: true)
    }
  }

  /// Some hours with the tank at one temperature, and what the plan says then.
  private static func plan(_ mean: Double, hours: Double = 1, rule: HeatRule = rule) throws -> (
    HeatPlan, PlannedPrices
  ) {
    var planned = try #require(PlannedPrices(rule: rule))
    var plan: HeatPlan?
    for step in 0...Int(hours * 4) {
      let now = start + .seconds(step * 900 + 7)
      let snapshot = snapshot(mean, at: now)
      let decided = rule.plan(snapshot, previous: plan, now: now)
      planned.update(snapshot, rule: rule, delivered: .zero, running: tasks(step), now: now)
      plan = planned.applied(to: decided)
    }
    return (try #require(plan), planned)
  }

  @Test func theOutlookIsOfTwoDays() throws {
    let (_, planned) = try Self.plan(53)
    let outlook = try #require(planned.outlook)
    #expect(outlook.steps.count == 192)
    #expect(
      outlook.steps.allSatisfy {
        $0.worthOfHeat.isFinite && $0.mean.isFinite && $0.power >= 0 && $0.slotHour >= 0
      })
    #expect(outlook.steps.prefix(16).allSatisfy { abs($0.price - 0.10) < 1e-9 }, "until six")
    #expect(abs(outlook.steps[30].price - 0.30) < 1e-9)
    #expect(outlook.steps.prefix(96).reduce(0) { $0 + $1.demand } > 10, "two households of profile L")
  }

  @Test func heatIsWorthLessTheFullerTheTankIs() throws {
    // Of the plan itself: at the cut-off the rule's ask stands.
    let worths = try [51.5, 64, 67].map { mean in
      try #require(Self.plan(mean, hours: 6).1.outlook?.steps.first).worthOfHeat
    }
    #expect(worths[0] > worths[1] + 0.02 && worths[1] > worths[2] + 0.02, "\(worths)")
  }

  @Test func thePlanIsMadeOnceAStep() throws {
    var (_, planned) = try Self.plan(53)
    let made = try #require(planned.outlook).madeAt
    let soon = made + .seconds(300)
    planned.update(Self.snapshot(40, at: soon), rule: Self.rule, delivered: .zero, running: [], now: soon)
    #expect(planned.outlook?.madeAt == made)
  }

  @Test func aColdOutletOrAnOldPlanLeavesTheRuleAlone() throws {
    let (_, planned) = try Self.plan(53)
    func applied(_ mean: Double, _ now: Instant) -> (rule: HeatPlan, planned: HeatPlan) {
      let plan = Self.rule.plan(Self.snapshot(mean, at: now), previous: nil, now: now)
      return (plan, planned.applied(to: plan))
    }
    let soon = Self.start + .seconds(3900)
    #expect(applied(53, soon).rule != applied(53, soon).planned)
    let cold = applied(38, soon)
    #expect(cold.rule.demand == .urgent && cold.rule == cold.planned)
    let hot = applied(72, soon)
    #expect(hot.rule.running == .mustStop && hot.rule == hot.planned)
    let old = applied(53, Self.start + .seconds(3600 * 5))
    #expect(old.rule == old.planned)
  }

  /// The tank cools by 2.5 K in each quarter of an hour of the evening: that is a draw, and is expected on other evenings.
  @Test func drawsAreLearnt() throws {
    var planned = try #require(PlannedPrices(rule: Self.rule))
    func expected() -> Double {
      planned.history.expected(from: Self.start + .seconds(20 * 3600), steps: 8, policy: Self.rule.policy)
        .reduce(0, +)
    }
    let before = expected()
    for day in 0..<3 {
      var mean = 60.0
      for step in 80...88 {
        let now = Self.start + .seconds(day * 86_400 + step * 900)
        planned.update(
          Self.snapshot(mean, at: now), rule: Self.rule, delivered: .zero, running: [], now: now)
        mean -= 2.5
      }
    }
    // 8 · 2.5 K of 500 l are 11.6 kWh, and three days weigh as much as the profile's 8.9.
    #expect(expected() > before + 0.8, "\(before) and \(expected())")
    let again = PlannedPrices(rule: Self.rule, history: planned.history)
    #expect(again?.history == planned.history)
  }

  @Test func failingSensorsAndClocksThatJumpAreSurvived() throws {
    var planned = try #require(PlannedPrices(rule: Self.rule))
    var lost = Self.snapshot(53, at: Self.start)
    for index in lost.tank.indices { lost.tank[index].temperature = .lost(at: Self.start) }
    planned.update(lost, rule: Self.rule, delivered: .zero, running: [], now: Self.start)
    #expect(planned.outlook == nil)
    for offset in [0, 900, 86_400 * 400, -86_400, 0, 900, 1800] {
      let now = Self.start + .seconds(offset)
      planned.update(
        Self.snapshot(53, at: now), rule: Self.rule, delivered: Joules(Double(offset)), running: [], now: now)
      #expect(planned.outlook?.steps.allSatisfy { $0.worthOfHeat.isFinite } == true)
    }
  }

  @Test func capsAreInThePlan() throws {
    var rule = Self.rule
    rule.policy.caps = PowerCaps(
      clock: rule.policy.clock,
      curtailments: [
        PowerCaps.Curtailment(
          from: Self.start + .seconds(7200), to: Self.start + .seconds(14_400), power: .zero)
      ])
    let (_, planned) = try Self.plan(53, rule: rule)
    let capped = try #require(planned.outlook).steps.filter { $0.cap != nil }
    #expect(!capped.isEmpty && capped.allSatisfy { $0.power < 0.01 }, "\(capped.map(\.power))")
  }

  @Test func theExplanationSaysWhatDecides() throws {
    let (plan, planned) = try Self.plan(53)
    let sentences = HeatExplanation(
      decision: "it is as it is", ask: plan.ask, outlook: planned.outlook, policy: Self.rule.policy,
      tariff: Self.rule.tariff, now: plan.madeAt
    ).sentences
    #expect(sentences.first == "Now it is as it is.")
    #expect(
      sentences.contains {
        $0.hasPrefix("Electricity costs 0.1 EUR/kWh, wear 0.02 EUR/kWh; one more kWh of heat is worth")
      })
    #expect(sentences.contains { $0.hasPrefix("In the next 24 hours the tank's mean is expected between") })
    #expect(!sentences.joined().contains("nan"))
    let table = OutlookTable(outlook: try #require(planned.outlook), policy: Self.rule.policy, hours: 24)
      .lines
    #expect(table.count == 24 + 1 + 2 + 3)
    #expect(table[1].hasPrefix("Wed 01:00"))
    let svg = OutlookPicture(outlook: try #require(planned.outlook), policy: Self.rule.policy, hours: 48).svg
    #expect(svg.contains("<path class=\"mean\"") && !svg.contains("nan"))
  }
}
