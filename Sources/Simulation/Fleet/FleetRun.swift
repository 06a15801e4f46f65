import Ledger
import Scheduling
import Workload

/// What a site asks of a task before it lets itself be drawn.
package enum FleetPricing: String, Hashable, Sendable, Codable, CaseIterable {
  /// Nothing: a free slot takes what comes.
  case blind
  /// Electricity and wear; heat is worth nothing.
  case cost
  /// The price of the site's heat plan.
  case planned
}

/// A fleet in motion: in each epoch the sites plan and offer their slots, in each step the tasks that came are drawn for them
/// in the ledger's order.
package struct FleetRun: Sendable {
  private struct Site: Sendable {
    var run: SiteRun
    var policy: PlannerPolicy?
    var decision: SiteRun.Decision
    /// Empty share of the store at the epoch's beginning: 0 to 1.
    var need = 0.0
    /// kWh of the tasks that began in the epoch.
    var begun = 0.0
  }

  private let scenario: FleetScenario
  private let pricing: FleetPricing
  private var sites: [Site] = []
  private var list: [Slot] = []
  private var waiting: [MarketTask] = []
  private var seeds: SplitMix64
  private var flow = HeatFlow()
  private var expired = 0

  private struct Slot: Sendable {
    var site: Int
    var slot: Int
  }

  /// Steps of an epoch: two hours, the fleet's planning step.
  static let epochSteps = 8
  /// Slots of the list that a draw looks at in vain before the task waits for the next epoch.
  static let mostDrawSteps = 96
  /// A plan of a day in steps of two hours: a thousand sites plan 360,000 times in a month.
  private static let pace = PlanningPace(stride: epochSteps, horizonHours: 24, rounds: 1, marketDays: 1)

  package init(_ scenario: FleetScenario, pricing: FleetPricing) {
    self.scenario = scenario
    self.pricing = pricing
    seeds = SplitMix64.stream(scenario.seed, 5)
    for kind in scenario.kinds {
      for _ in 0..<kind.count {
        var own = kind.site
        own.days = scenario.days
        own.seed = scenario.seed &* 1_000_003 &+ UInt64(sites.count)
        let run = SiteRun(site: own.site, series: SiteSeries(own), arrivals: [], partSeconds: 300)
        sites.append(
          Site(
            run: run, policy: pricing == .planned ? PlannerPolicy(site: own.site, pace: Self.pace) : nil,
            decision: SiteRun.Decision(backupBelow: own.site.store.backup.onBelow)))
        for slot in 0..<own.site.servers.slots { list.append(Slot(site: sites.count - 1, slot: slot)) }
      }
    }
  }

  /// - Parameter progress: called at the end of each day, with the number of days.
  package mutating func run(progress: (Int) -> Void = { _ in }) -> FleetOutcome {
    var random = SplitMix64.stream(scenario.seed, 6)
    let steps = scenario.days * SiteScenario.stepsPerDay
    let tasks = scenario.tasks.arrivals(steps: steps, random: &random)
    var next = 0
    var seed = Bytes32.zero
    for step in 0..<steps {
      let isEpoch = step % Self.epochSteps == 0
      if isEpoch {
        closeEpoch()
        seed = Bytes32(seeds.next(), seeds.next(), seeds.next(), seeds.next())
        plan()
      }
      let old = isEpoch ? waiting : []
      if isEpoch { waiting = [] }
      for task in old { draw(task, step: step, seed: seed) }
      while next < tasks.count, tasks[next].release <= step {
        draw(tasks[next], step: step, seed: seed)
        next += 1
      }
      for index in sites.indices {
        let decision = sites[index].decision
        sites[index].run.advance(decision)
        sites[index].decision.start = []
        sites[index].decision.suspend = []
      }
      if (step + 1) % SiteScenario.stepsPerDay == 0 { progress((step + 1) / SiteScenario.stepsPerDay) }
    }
    closeEpoch()
    var totals = SiteTotals()
    for index in sites.indices {
      sites[index].run.settle()
      totals = totals + sites[index].run.totals
    }
    totals.tasksExpired += expired + waiting.count
    return FleetOutcome(pricing: pricing, tasks: tasks.count, totals: totals, flow: flow)
  }

  private mutating func plan() {
    for index in sites.indices {
      let store = sites[index].run.site.store
      let cold = sites[index].run.series.mains[sites[index].run.step]
      let charge = (sites[index].run.store.tank.mean.value - cold) / (store.charge - cold)
      sites[index].need = min(1, max(0, 1 - charge))
      let run = sites[index].run
      if let decision = sites[index].policy?.decide(run) { sites[index].decision = decision }
    }
  }

  /// Looks for a slot in the order that the ledger's draw has for this seed and task.
  private mutating func draw(_ task: MarketTask, step: Int, seed: Bytes32) {
    guard step + task.steps <= task.deadline else {
      expired += 1
      return
    }
    var order = Permutation(
      seed: seed, task: TaskID(word: Bytes32(0, 0, 0, UInt64(task.number))), round: 0, count: list.count)
    let perHour = task.revenue / (Double(task.steps) * SiteScenario.stepHours)
    while order.steps < Self.mostDrawSteps, let place = order.next() {
      let slot = list[place]
      // Slots fill from the first.
      guard slot.slot >= sites[slot.site].run.running.count, perHour >= ask(slot.site, task.kilowatts),
        sites[slot.site].run.accept(task)
      else { continue }
      sites[slot.site].begun += task.kilowatts * Double(task.steps) * SiteScenario.stepHours
      return
    }
    waiting.append(task)
  }

  /// EUR for an hour of a slot at that power.
  private func ask(_ index: Int, _ kilowatts: Double) -> Double {
    switch pricing {
    case .blind: return -.infinity
    case .cost:
      let run = sites[index].run
      return kilowatts * (run.series.price[run.step] + run.site.economics.wear)
    case .planned: return sites[index].policy?.prices.perHour(kilowatts: kilowatts) ?? .infinity
    }
  }

  private mutating func closeEpoch() {
    guard sites[0].run.step > 0 else { return }
    flow.note(
      sites.map { ($0.need, $0.begun / Double($0.run.site.servers.slots)) },
      work: sites.map(\.begun))
    for index in sites.indices { sites[index].begun = 0 }
  }
}
