import Scheduling
import Testing

@Suite struct HeatPlannerTests {
  /// A short horizon: what is tested doesn't hang on it, and debug builds are slow.
  private static var tuning: PlanTuning {
    var tuning = PlanTuning()
    tuning.horizon = 64
    return tuning
  }

  private func planner(_ site: HeatSite = PlannerSites.flats) -> HeatPlanner {
    HeatPlanner(site: site, tuning: Self.tuning)
  }

  @Test func aPlanForTwoHundredTasksFillsTheSlots() {
    var planner = planner()
    let queue = PlannerSites.tasks(200, seed: 7)
    let decision = planner.decide(PlannerSites.situation(queue: queue))
    #expect(!decision.isFallback)
    #expect(decision.start.count <= 16)
    #expect(decision.start.count >= 12, "cheap electricity, a hungry store and two hundred tasks")
    #expect(Set(decision.start).isSubset(of: queue.map(\.id)))
    #expect(decision.prices.heat > 0)
  }

  @Test func theSameSituationsGiveTheSameDecisions() {
    func run() -> [PlanDecision] {
      var planner = planner()
      return (0..<3).map { step in
        planner.decide(PlannerSites.situation(step: step, queue: PlannerSites.tasks(40 + step, seed: 2)))
      }
    }
    #expect(run() == run())
  }

  @Test func thePowerStaysUnderTheCapForAsLongAsTasksRun() {
    var planner = planner()
    let caps: [Double?] = (0..<96).map { $0 >= 6 && $0 < 20 ? 1.0 : 2.0 }
    let queue = PlannerSites.tasks(80, seed: 9)
    let decision = planner.decide(PlannerSites.situation(caps: caps, queue: queue))
    let started = queue.filter { decision.start.contains($0.id) }
    #expect(!started.isEmpty)
    for (step, cap) in caps.enumerated() {
      let busy = started.filter { step == 0 || !$0.isPreemptible && $0.remaining > step }
      let power = busy.reduce(0.24) { $0 + $1.kilowatts }
      #expect(power <= (cap ?? .infinity) + 1e-9, "step \(step)")
    }
  }

  @Test func nearTheMaximumNothingStartsAndNothingHeats() {
    var planner = planner()
    let held = PlannerSites.task("held", isPreemptible: true, isRunning: true, remaining: 4)
    let decision = planner.decide(
      PlannerSites.situation(
        layers: Array(repeating: 78, count: 12), running: [held], queue: PlannerSites.tasks(40, seed: 1)))
    #expect(decision.start.isEmpty)
    #expect(decision.suspend == ["held"])
    #expect(!decision.boosts)
    #expect(decision.backupBelow == 50)
  }

  @Test func aFullStoreMakesHeatWorthlessAndAsksMore() {
    var full = planner()
    var hungry = planner()
    let queue = PlannerSites.tasks(60, seed: 4)
    let high = full.decide(PlannerSites.situation(layers: Array(repeating: 64, count: 12), queue: queue))
    let low = hungry.decide(PlannerSites.situation(layers: Array(repeating: 45, count: 12), queue: queue))
    #expect(high.prices.heat < low.prices.heat)
    #expect(high.prices.perHour(kilowatts: 0.3) > low.prices.perHour(kilowatts: 0.3) - low.prices.slotHour)
    #expect(high.prices.ask > low.prices.ask)
  }

  @Test func aBegunTaskWithoutSlackRunsWhateverItCosts() {
    var planner = planner(PlannerSites.home)
    let begun = PlannerSites.task(
      "begun", steps: 8, deadline: 5, density: 0.01, isPreemptible: true, remaining: 4)
    let decision = planner.decide(
      PlannerSites.situation(queue: [begun] + PlannerSites.tasks(20, seed: 5)))
    #expect(decision.start.contains("begun"))
  }

  @Test func noTaskStartsThatWouldKeepABegunOneFromItsDeadline() {
    var planner = planner(PlannerSites.home)
    let running = PlannerSites.task("long", steps: 40, deadline: 60, isRunning: true, remaining: 30)
    let begun = PlannerSites.task("begun", steps: 20, deadline: 14, isPreemptible: true, remaining: 10)
    let tempting = PlannerSites.task("tempting", steps: 8, deadline: 9, density: 3)
    let decision = planner.decide(PlannerSites.situation(running: [running], queue: [begun, tempting]))
    #expect(!decision.start.contains("tempting"), "it would hold the only slot until step 8 of the 14")
    #expect(decision.start == ["begun"])
  }

  @Test func whatCannotEndInTimeIsNotBegun() {
    var planner = planner()
    let late = PlannerSites.task("late", steps: 8, deadline: 7, density: 5)
    #expect(planner.decide(PlannerSites.situation(queue: [late])).start.isEmpty)
  }

  @Test func whenThePlanIsLateTheGreedyRuleDecides() {
    var planner = planner()
    let decision = planner.decide(
      PlannerSites.situation(queue: PlannerSites.tasks(60, seed: 6)), isLate: { true })
    #expect(decision.isFallback)
    #expect(decision.start.count == 16)
    #expect(decision.backupBelow == PlannerSites.flats.store.backup.onBelow)
    #expect(decision.reasons.contains { $0.contains("late") })
  }

  @Test func withoutTemperaturesOrPricesNothingStarts() {
    var blind = planner()
    let dark = blind.decide(
      PlannerSites.situation(layers: Array(repeating: nil, count: 12), queue: PlannerSites.tasks(20, seed: 1))
    )
    #expect(dark.isFallback && dark.start.isEmpty && !dark.boosts)
    #expect(dark.backupBelow == 53)
    var priceless = planner()
    var situation = PlannerSites.situation(queue: PlannerSites.tasks(20, seed: 1))
    situation.prices = []
    #expect(priceless.decide(situation).start.isEmpty)
  }

  @Test func badValuesAreReplacedAndSaid() {
    var planner = planner()
    var situation = PlannerSites.situation(queue: PlannerSites.tasks(30, seed: 8))
    situation.prices[3] = .nan
    situation.prices[5] = 10_000
    situation.demand[2] = -.infinity
    situation.mains = .nan
    situation.caps = [.nan, 4.5]
    situation.queue[0].kilowatts = .nan
    situation.last = StepMeasurement(serverHeat: .nan, absorbed: 0, backup: 0, demand: 1)
    let decision = planner.decide(situation)
    #expect(decision.reasons.count == 6)
    #expect(
      decision.prices.ask.isFinite && decision.prices.heat.isFinite && decision.prices.slotHour.isFinite)
    #expect(decision.start.isEmpty, "a cap that is no number is the strictest")
  }

  @Test func aClockThatGoesBackMakesNoHarm() {
    var planner = planner()
    for step in [100, 101, 3, 4, 5000, 5001] {
      let decision = planner.decide(
        PlannerSites.situation(step: step, queue: PlannerSites.tasks(30, seed: 3)))
      #expect(decision.prices.ask.isFinite, "step \(step)")
      #expect(!decision.isFallback, "step \(step)")
    }
  }

  @Test func carbonRaisesTheAsk() {
    var site = PlannerSites.flats
    var plain = planner(site)
    site.economics.carbon = 0.1
    var weighed = planner(site)
    var situation = PlannerSites.situation(queue: PlannerSites.tasks(40, seed: 3))
    situation.carbon = [0.5]
    let without = plain.decide(situation).prices.ask
    #expect(weighed.decide(situation).prices.ask > without + 0.03)
  }

  @Test func theLegionellaCycleComesWhenItIsDue() {
    var site = PlannerSites.flats
    site.legionellaDays = 0.25
    var planner = planner(site)
    var boosted: [Int] = []
    for step in 0..<25 where step < 2 || step > 10 {
      if planner.decide(PlannerSites.situation(step: step, layers: Array(repeating: 55, count: 12))).boosts {
        boosted.append(step)
      }
    }
    #expect(boosted.first.map { $0 > 10 } == true)
    #expect(boosted.contains(24))
  }
}
