/// Plans when to compute and when to heat over the next two days, and learns from what happens.
package struct HeatPlanner: Sendable {
  package let site: HeatSite
  package let tuning: PlanTuning
  /// Steps of the grid in a day.
  package let stepsPerDay: Int
  package var market: TaskMarket
  var estimate: StoreEstimate
  var forecast: DemandForecast
  private var tapShare = 1.0
  private var prices: SlotPrices?
  private var pricedAt = 0
  private var curve: SupplyCurve?
  private var priceHistory = PriceHistory()

  package init(site: HeatSite, stepsPerDay: Int = 96, tuning: PlanTuning = PlanTuning()) {
    self.site = site
    self.tuning = tuning
    self.stepsPerDay = stepsPerDay
    market = TaskMarket(stepsPerDay: stepsPerDay)
    estimate = StoreEstimate(layers: site.store.layers)
    forecast = DemandForecast(stepsPerDay: stepsPerDay)
  }

  private var stepHours: Double { 24 / Double(stepsPerDay) }

  /// Takes in what is known, and decides about the present step.
  package mutating func decide(_ situation: PlanSituation) -> PlanDecision {
    market.observe(situation.queue + situation.running, at: situation.step)
    let layers = estimate.update(situation.layers, backupOn: situation.isBackupOn)
    priceHistory.note(situation.prices, at: situation.step)
    let horizon = max(1, min(tuning.horizon, situation.stepsLeft ?? .max))
    let outlook = outlook(situation, horizon: horizon)
    let problem = PlanProblem(
      site: site, outlook: outlook, layers: layers, situation: situation, stepHours: stepHours,
      reserve: tuning.reserve)
    if curve == nil || situation.step % 4 == 0 {
      curve = SupplyCurve(market: market, now: situation.step, slots: site.servers.slots)
    }
    guard let curve else { return fallback(situation) }
    let value = HeatValue(
      steps: problem.steps, limits: problem.limits, curve: curve, terminal: problem.terminal)
    var course = value.course(from: problem.energy)
    var slots =
      (prices?.shifted(by: max(0, situation.step - pricedAt), horizon: horizon))
      ?? SlotPrices(horizon: horizon)
    let isFirst = prices == nil
    let work = problem.work(market: market, tuning: tuning)
    var limits = problem.slotLimits(worth: course.worth)
    for round in 0..<2 {
      limits = problem.slotLimits(worth: course.worth)
      slots.settle(work, limits, rounds: isFirst ? 40 : tuning.rounds)
      if round == 0 {
        course = value.course(
          from: problem.energy,
          powers: slots.usedPower.enumerated().map { max(0, $0.element - problem.heldPower[$0.offset]) })
      }
    }
    prices = slots
    pricedAt = situation.step
    let selection = TaskSelection(
      problem: problem, slots: slots, limits: limits, worth: course.worth, tuning: tuning
    ).choose()
    let backup = backupThreshold(situation, layers, outlook, problem, slots)
    return PlanDecision(
      start: selection.start, suspend: selection.suspend, backupBelow: backup, boosts: course.boostsNow,
      prices: PlanPrices(
        ask: outlook.price[0] + site.economics.wear - site.servers.capture * course.worth[0],
        slotHour: slots.slot[0] / stepHours, heat: course.worth[0]),
      isFallback: false, reasons: [], course: steps(course, slots, problem))
  }

  private mutating func outlook(_ situation: PlanSituation, horizon: Int) -> PlanOutlook {
    let price = priceHistory.extended(
      situation.prices, at: situation.step, horizon: horizon, stepsPerDay: stepsPerDay)
    var base = situation.demand.prefix(horizon).map { $0.isFinite ? max(0, $0) : 0 }
    while base.count < horizon {
      base.append(base.count >= stepsPerDay ? base[base.count - stepsPerDay] : base.last ?? 0)
    }
    forecast.note(actual: situation.last?.demand, forecast: base[0], at: situation.step)
    let loop = site.store.loopKilowatts * stepHours
    if let last = situation.last, last.demand > loop, let taps = last.taps {
      tapShare += 0.02 * (min(1, max(0, taps / max(1e-6, last.demand - loop))) - tapShare)
    }
    let level = 1 + tuning.level * (forecast.level - 1)
    let demand = base.enumerated().map { index, expected in
      // What was drawn lately says more about today than about tomorrow.
      expected * (1 + (level - 1) * max(0.3, 1 - Double(index) / Double(2 * stepsPerDay)))
    }
    let deviation = forecast.deviations(from: situation.step, forecast: base).map { $0 * tuning.deviation }
    let net = demand.map { max(0, $0 - loop) }
    // What is missing leaves the outlet too cold by it over the store's capacity, for as long as the backup heater
    // takes to bring it: the cost grows with its square, whose mean over an exponential tail is twice the scale's.
    let shortage =
      site.economics.cold / max(0.1, site.store.backup.kilowatts) / site.store.kilowattHoursPerKelvin
    let risk = (0..<horizon).map { index in
      let tail = forecast.tail(from: index, forecast: net)
      return (
        tuning.risk * shortage * tail.chance * tail.scale * tail.scale * 12 / Double(stepsPerDay), tail.scale
      )
    }
    return PlanOutlook(price: price, demand: demand, deviation: deviation, risk: risk)
  }

  private func backupThreshold(
    _ situation: PlanSituation, _ layers: [Double], _ outlook: PlanOutlook, _ problem: PlanProblem,
    _ slots: SlotPrices
  ) -> Double {
    let steps = min(problem.horizon, tuning.backupSteps)
    let loop = site.store.loopKilowatts * stepHours
    let peaks = forecast.peaks(
      from: 0, steps: steps, forecast: outlook.demand.map { max(0, $0 - loop) }, deviations: tuning.peak)
    var before = 0.0
    let demand = peaks.map { peak in
      let asked = max(0, peak - before)
      before = max(before, peak)
      return StoreModel.Demand(taps: asked * tapShare, heating: asked * (1 - tapShare))
    }
    let idle = Double(site.servers.slots) * site.servers.idleKilowatts
    return BackupChoice(
      site: site, layers: layers, isOn: situation.isBackupOn, mains: situation.mains, stepHours: stepHours,
      demand: demand,
      serverHeat: (0..<steps).map {
        site.servers.capture * (idle + slots.usedPower[$0] * 0.7 + problem.firmPower[$0])
      }
    ).threshold()
  }

  private func steps(_ course: HeatValue.Course, _ slots: SlotPrices, _ problem: PlanProblem) -> [PlanStep] {
    (0..<min(course.worth.count, course.energy.count, slots.slot.count)).map { index in
      PlanStep(
        power: slots.usedPower[index] + problem.firmPower[index], worthOfHeat: course.worth[index],
        slotHour: slots.slot[index] / stepHours, energy: course.energy[index])
    }
  }

  private func fallback(_ situation: PlanSituation) -> PlanDecision {
    PlanDecision(
      start: [], suspend: [], backupBelow: site.store.backup.onBelow, boosts: false,
      prices: PlanPrices(ask: situation.prices[0], slotHour: 0, heat: 0), isFallback: true, reasons: [])
  }
}

/// Figures of the planner that a site may have otherwise.
package struct PlanTuning: Hashable, Sendable {
  /// Steps.
  package var horizon = 192
  /// Rounds of the price search for each plan, twice.
  package var rounds = 6
  /// Days of past arrivals that stand for the future.
  package var marketDays = 3
  /// Share of the slot price that counts against a start.
  package var slotShare = 1.0
  package var arrivals = 1.0
  package var waitTrust = 1.0
  package var suspendCost = 0.002
  package var level = 0.7
  package var deviation = 1.0
  package var reserve = 0.15
  package var peak = 3.0
  package var risk = 2.0
  package var backupSteps = 8

  package init() {}
}

/// What is expected, by step from now.
struct PlanOutlook: Sendable {
  /// Electricity and what is added to it, EUR/kWh.
  var price: [Double]
  /// kWh.
  var demand: [Double]
  /// kWh.
  var deviation: [Double]
  /// Expected cost of cold water at an empty store, EUR, and the energy with which it falls to 1/e, kWh.
  var risk: [(cost: Double, scale: Double)]
}
