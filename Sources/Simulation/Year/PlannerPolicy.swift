import Scheduling
import Workload

/// The production planner, on a grid as coarse as the simulation's pace says.
///
/// Between two plans a slot that falls free goes to the task that gains most at the plan's prices, as an agent's offer
/// would do it.
struct PlannerPolicy: Deciding {
  private var planner: HeatPlanner
  private let stride: Int
  private let horizon: Int
  private var standing: SiteRun.Decision
  /// Of the last plan.
  private(set) var prices = PlanPrices(ask: 0, slotHour: 0, heat: 0)
  /// The meters at the last plan.
  private var metered: StepMeasurement?

  init(site: HeatSite, pace: PlanningPace) {
    stride = pace.stride
    let tuning = pace.tuning
    horizon = tuning.horizon
    planner = HeatPlanner(site: site, stepsPerDay: SiteScenario.stepsPerDay / pace.stride, tuning: tuning)
    standing = SiteRun.Decision(backupBelow: site.store.backup.onBelow)
  }

  mutating func decide(_ run: SiteRun) -> SiteRun.Decision {
    guard run.step % stride == 0 else { return between(run) }
    let plan = planner.decide(situation(run))
    metered = run.metered
    prices = plan.prices
    standing = SiteRun.Decision(backupBelow: plan.backupBelow, boosts: plan.boosts)
    return SiteRun.Decision(
      start: plan.start.compactMap(Self.number), suspend: plan.suspend.compactMap(Self.number),
      backupBelow: plan.backupBelow, boosts: plan.boosts)
  }

  private static func number(_ id: String) -> Int? { Int(id.dropFirst()) }

  private func between(_ run: SiteRun) -> SiteRun.Decision {
    var decision = standing
    guard run.freeSlots > 0 else { return decision }
    var gains: [(gain: Double, number: Int)] = []
    for begun in run.queue {
      let perHour = begun.task.revenue / (Double(begun.task.steps) * SiteScenario.stepHours)
      // What was begun and can't wait runs whatever it costs: it would be missed.
      let mustRun = begun.isStarted && begun.task.deadline - run.step - begun.left < stride
      let gain = mustRun ? .infinity : perHour - prices.perHour(kilowatts: begun.task.kilowatts)
      if gain > 0, !begun.isStarted || mustRun { gains.append((gain, begun.task.number)) }
    }
    gains.sort { ($0.gain, $1.number) > ($1.gain, $0.number) }
    decision.start = gains.prefix(run.freeSlots).map(\.number)
    return decision
  }

  private func situation(_ run: SiteRun) -> PlanSituation {
    let series = run.series
    let step = run.step
    func task(_ begun: SiteRun.Begun, isRunning: Bool) -> PlannableTask {
      let steps = (begun.task.steps + stride - 1) / stride
      return PlannableTask(
        id: begun.task.id, steps: steps,
        // What runs blocks the plan's steps that it runs in for most of their time.
        remaining: max(
          1, isRunning ? (begun.left + stride / 2) / stride : (begun.left + stride - 1) / stride),
        // A coarse step is rounded up once, in the length.
        deadline: max(1, (begun.task.deadline - step) / stride), kilowatts: begun.task.kilowatts,
        revenue: begun.task.revenue, isPreemptible: begun.task.isPreemptible, isRunning: isRunning)
    }
    let known = series.knownPrices(at: step, most: horizon * stride)
    let ahead = series.forecast[step..<min(series.forecast.count, step + horizon * stride)]
    return PlanSituation(
      step: step / stride,
      stepsLeft: max(1, (run.steps - step) / stride), layers: run.store.tank.temperatures.map(\.value),
      isBackupOn: run.store.isBackupOn, prices: grouped(known) { $0 / Double(stride) },
      demand: grouped(ahead) { $0 },
      mains: series.mains[step], running: run.running.map { task($0, isRunning: true) },
      queue: run.queue.map { task($0, isRunning: false) },
      last: metered.map { before in
        let now = run.metered
        return StepMeasurement(
          serverHeat: now.serverHeat - before.serverHeat, absorbed: now.absorbed - before.absorbed,
          backup: now.backup - before.backup, demand: now.demand - before.demand,
          taps: (now.taps ?? 0) - (before.taps ?? 0))
      })
  }

  /// Sums of as many values as the plan's step has, each made into what `of` says; an unfinished one is left out.
  private func grouped(_ values: ArraySlice<Double>, _ of: (Double) -> Double) -> [Double] {
    if stride == 1 { return Array(values) }
    return Swift.stride(from: values.startIndex, to: values.endIndex - stride + 1, by: stride).map { start in
      of(values[start..<(start + stride)].reduce(0, +))
    }
  }

}
