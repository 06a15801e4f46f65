import Workload

/// Plans when to compute and when to heat over the next two days, and learns from what happens.
///
/// Each step: estimate the store's state, forecast prices and demand, find the worth of heat λ by a dynamic program
/// over the store's energy and the price of a slot μ by decomposition, then choose the tasks that run now and the backup
/// heater's threshold. Pure: the same situations in the same order give the same decisions.
package struct HeatPlanner: Sendable {
  package let site: HeatSite
  package let tuning: PlanTuning
  /// Steps of the grid in a day.
  package let stepsPerDay: Int
  package private(set) var market: TaskMarket
  package private(set) var estimate: StoreEstimate
  package private(set) var identification: StoreIdentification
  package private(set) var forecast: DemandForecast
  private var legionella: LegionellaCycle?
  private var priceHistory = PriceHistory()
  /// Of the last plan, and the step in which it was made.
  private var prices: SlotPrices?
  private var pricedAt = 0
  private var curve: SupplyCurve?
  private var lastStep: Int?
  private var wasBackupOn = false
  private var lastPower = 0.0

  /// Steps without a measurement of energies for which the model of the store is believed.
  static let longestBlindness = 4

  /// - Parameters:
  ///   - calendar: what kinds of day there are; nothing where all are one.
  ///   - profile: what a household draws as long as nothing is known, and how many there are.
  package init(
    site: HeatSite, stepsPerDay: Int = 96, tuning: PlanTuning = PlanTuning(), calendar: DemandCalendar? = nil,
    profile: TappingProfile = .l, households: Double = 1
  ) {
    self.site = site
    self.tuning = tuning
    self.stepsPerDay = stepsPerDay
    market = TaskMarket(stepsPerDay: stepsPerDay)
    estimate = StoreEstimate(layers: site.store.layers)
    identification = StoreIdentification(site.store, capture: site.servers.capture)
    forecast = DemandForecast(
      stepsPerDay: stepsPerDay, calendar: calendar, profile: profile, households: households,
      loop: site.store.loopKilowatts * 24 / Double(stepsPerDay))
  }

  private var stepHours: Double { 24 / Double(stepsPerDay) }

  /// Takes in what is known, and decides about the present step.
  ///
  /// - Parameter isLate: asked between the parts of the work; when it says yes, the greedy rule decides.
  package mutating func decide(_ original: PlanSituation, isLate: () -> Bool = { false }) -> PlanDecision {
    let repair = SituationRepair(original, site: site)
    let situation = repair.situation
    observe(situation)
    var decision = plan(situation, isLate: isLate)
    decision.reasons += repair.notes
    lastPower = decision.power(situation)
    return guarded(decision, situation)
  }

  // MARK: What is learned

  private mutating func observe(_ situation: PlanSituation) {
    if let lastStep, situation.step <= lastStep { forgetClock() }
    let jumped = lastStep.map { situation.step != $0 + 1 } ?? true
    lastStep = situation.step
    market.observe(situation.queue + situation.running, at: situation.step)
    priceHistory.note(situation.prices, at: situation.step, stepsPerDay: stepsPerDay)
    estimate.update(situation.layers, predicted: predicted(situation, after: jumped ? nil : situation.last))
    wasBackupOn = situation.isBackupOn
    forecast.note(jumped ? nil : situation.last, situation: situation)
    if let layers = estimate.temperatures {
      legionella =
        legionella
        ?? site.legionellaDays.map {
          LegionellaCycle(everyDays: $0, stepsPerDay: stepsPerDay, now: situation.step)
        }
      legionella?.observe(outlet: layers.last ?? 0, at: situation.step)
      if let last = situation.last, !jumped, estimate.blindSteps == 0 {
        let idle = site.servers.allIdleKilowatts
        identification.observe(
          last, mean: layers.reduce(0, +) / Double(layers.count), capacity: site.store.kilowattHoursPerKelvin,
          electricity: (idle + lastPower) * stepHours, hours: stepHours)
      }
    }
  }

  /// Steps went back or stood still: a clock was set. What hangs on the times of the day is learned anew.
  private mutating func forgetClock() {
    forecast.forget()
    priceHistory = PriceHistory()
    market = TaskMarket(stepsPerDay: stepsPerDay)
    prices = nil
    curve = nil
    legionella = nil
  }

  /// The last estimate, carried on by what was measured since.
  private func predicted(_ situation: PlanSituation, after last: StepMeasurement?) -> [Double]? {
    guard let temperatures = estimate.temperatures else { return nil }
    guard let last else { return situation.last == nil ? temperatures : nil }
    var model = StoreModel(site.store, temperatures: temperatures, isBackupOn: wasBackupOn)
    let loop = site.store.loopKilowatts * stepHours
    model.replay(
      hours: stepHours, demand: forecast.split(max(0, last.demand - loop), taps: last.taps),
      absorbed: last.absorbed, backup: last.backup, mains: situation.mains)
    return model.tank.temperatures.map(\.value)
  }

  // MARK: What is decided

  private mutating func plan(_ situation: PlanSituation, isLate: () -> Bool) -> PlanDecision {
    let limit = situation.last == nil ? Self.longestBlindness : StoreEstimate.longestDoubt
    guard let layers = estimate.temperatures, estimate.blindSteps <= limit else {
      return greedy(situation, layers: nil, "the store's temperatures aren't known: nothing starts")
    }
    guard !situation.prices.isEmpty else {
      return greedy(situation, layers: nil, "the price of electricity isn't known: nothing starts")
    }
    if let stepsLeft = situation.stepsLeft, stepsLeft < 1 {
      return greedy(situation, layers: nil, "no step is left")
    }
    let horizon = max(1, min(tuning.horizon, situation.stepsLeft ?? .max))
    let outlook = PlanOutlook(
      situation, site: site,
      price: priceHistory.extended(
        situation.prices, at: situation.step, horizon: horizon, stepsPerDay: stepsPerDay),
      forecast: forecast, tuning: tuning, stepHours: stepHours)
    let problem = PlanProblem(
      site: plannedSite, outlook: outlook, layers: layers, situation: situation, stepHours: stepHours,
      reserve: tuning.reserve)
    let curve = supply(at: situation.step)
    let value = HeatValue(
      steps: problem.steps, limits: problem.limits, curve: curve, terminal: problem.terminal)
    if isLate() { return greedy(situation, layers: layers, "the plan was late: the greedy rule decides") }
    guard let (slots, course) = settle(problem, value, at: situation.step, isLate: isLate) else {
      return greedy(situation, layers: layers, "the plan was late: the greedy rule decides")
    }
    let selection = TaskSelection(
      problem: problem, slots: slots, limits: problem.slotLimits(worth: course.worth), tuning: tuning
    ).choose()
    let ask = outlook.price[0] + site.economics.wear - site.servers.capture * course.worth[0]
    return PlanDecision(
      start: selection.start, suspend: selection.suspend,
      backupBelow: BackupChoice(problem: problem, layers: layers, forecast: forecast, tuning: tuning)
        .threshold(powers: slots.usedPower),
      boosts: course.boostsNow,
      prices: PlanPrices(ask: ask, slotHour: slots.slot[0] / stepHours, heat: course.worth[0]),
      isFallback: false, reasons: [], course: steps(course, slots, problem))
  }

  private func steps(_ course: HeatValue.Course, _ slots: SlotPrices, _ problem: PlanProblem) -> [PlanStep] {
    (0..<min(course.worth.count, course.energy.count, slots.slot.count)).map { index in
      PlanStep(
        power: slots.usedPower[index] + problem.firmPower[index], worthOfHeat: course.worth[index],
        slotHour: slots.slot[index] / stepHours, energy: course.energy[index])
    }
  }

  /// The prices of slots and of heat depend on each other: one pass of each, then again.
  private mutating func settle(_ problem: PlanProblem, _ value: HeatValue, at step: Int, isLate: () -> Bool)
    -> (SlotPrices, HeatValue.Course)?
  {
    var course = value.course(from: problem.energy)
    var slots =
      prices?.shifted(by: max(0, step - pricedAt), horizon: problem.horizon)
      ?? SlotPrices(horizon: problem.horizon)
    let rounds = prices == nil ? tuning.firstRounds : tuning.rounds
    let work = problem.work(market: market, days: tuning.marketDays)
    for pass in 0..<2 {
      guard slots.settle(work, problem.slotLimits(worth: course.worth), rounds: rounds, isLate: isLate) else {
        return nil
      }
      if pass == 0 {
        course = value.course(
          from: problem.energy, powers: zip(slots.usedPower, problem.heldPower).map { max(0, $0 - $1) })
      }
    }
    prices = slots
    pricedAt = step
    return (slots, course)
  }

  private mutating func supply(at step: Int) -> SupplyCurve {
    if let curve, step % 4 != 0 { return curve }
    let fresh = SupplyCurve(market: market, now: step, slots: site.servers.slots)
    curve = fresh
    return fresh
  }

  /// The site with what was learned about its store.
  private var plannedSite: HeatSite {
    guard tuning.usesIdentification else { return site }
    var planned = site
    planned.store.lossWattsPerKelvin = identification.lossWattsPerKelvin.value
    return planned
  }

  private func greedy(_ situation: PlanSituation, layers: [Double]?, _ reason: String) -> PlanDecision {
    GreedyRule(site: site, situation: situation, layers: layers, stepHours: stepHours).decide(because: reason)
  }

  /// What holds whatever a plan says: the maximum, and the legionella cycle.
  private func guarded(_ decision: PlanDecision, _ situation: PlanSituation) -> PlanDecision {
    var decision = decision
    let hottest = estimate.temperatures?.max() ?? 0
    if hottest >= site.store.hardMaximum - Self.maximumMargin {
      decision.start = []
      decision.suspend = situation.running.filter(\.isPreemptible).map(\.id)
      decision.boosts = false
      decision.backupBelow = site.store.backup.thresholds.lowerBound
      decision.reasons.append("a layer is near the maximum: nothing starts, nothing heats")
      return decision
    }
    if let legionella, !situation.prices.isEmpty {
      let prices = situation.prices.map { site.store.backup.price(electricity: $0) }
      // Heating the upper half from cold to the temperature, and the hold.
      let rise = 0.5 * site.store.kilowattHoursPerKelvin * (LegionellaCycle.temperature - situation.mains)
      let heating = Int((rise / max(0.1, site.store.backup.kilowatts) / stepHours).rounded(.up))
      if legionella.isTime(
        at: situation.step, prices: prices, needed: legionella.holdSteps + min(heating, stepsPerDay))
      {
        decision.boosts = true
        decision.backupBelow = site.store.backup.thresholds.upperBound
        decision.reasons.append("the legionella cycle is on: 60 °C at the outlet for an hour")
      }
    }
    return decision
  }

  /// Kelvin below the maximum at which nothing heats any more.
  static let maximumMargin = 3.0
}
