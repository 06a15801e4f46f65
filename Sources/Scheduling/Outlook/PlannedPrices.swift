package import Telemetry
package import Workload

/// Puts the planner's prices in the place of the rule's: the rule decides about safety, comfort and whether slots are open; what
/// a slot-hour must bring comes from the plan of the next two days.
package struct PlannedPrices: Sendable {
  private var planner: HeatPlanner
  package private(set) var history: DemandHistory
  package private(set) var outlook: HeatOutlook?
  private let board: Board
  private let litres: Double
  private var last: Balance?

  /// The state of the store at the beginning of a step.
  private struct Balance: Sendable {
    var step: Int
    var mean: Double
    var heat: Joules
  }

  package static let stepSeconds = 900
  /// A plan that is older than two steps says nothing about now.
  private static let stepsValid = 2

  /// Nothing where the board heats no tank.
  package init?(rule: HeatRule, history: DemandHistory? = nil) {
    guard let tank = rule.board.tank, rule.capacity.slots > 0 else { return nil }
    board = rule.board
    litres = tank.volume.value
    planner = HeatPlanner(site: HeatSite(rule: rule, tank: tank))
    // A household of profile L for each 250 l of store.
    self.history = history ?? DemandHistory(profile: .l, homes: max(0.5, tank.volume.value / 250))
  }

  /// Makes a plan where a step has begun since the last one.
  ///
  /// - Parameters:
  ///   - delivered: heat that the servers gave to the water since the agent's start.
  ///   - running: tasks at work.
  /// - Returns: whether there is a new plan.
  @discardableResult
  package mutating func update(
    _ snapshot: HeatSnapshot, rule: HeatRule, delivered: Joules, running: [PlannableTask], now: Instant
  ) -> Bool {
    let step = Int(now.value.quotientRoundedDown(by: Int64(Self.stepSeconds) * 1000))
    guard step != last?.step else { return false }
    let measured = snapshot.tank.map { $0.temperature.usable?.value }
    guard measured.contains(where: { $0 != nil }), let mean = snapshot.meanTankTemperature?.value else {
      return false
    }
    let measurement = balance(step: step, mean: mean, delivered: delivered, rule: rule, now: now)
    let horizon = planner.tuning.horizon
    let start = Instant(Int64(step) * Int64(Self.stepSeconds) * 1000)
    let instants = (0..<horizon).map { start + .seconds($0 * Self.stepSeconds) }
    let tariff = rule.tariff.electricity
    let prices = instants.map { tariff.price(at: $0).value }
    let demand = history.expected(from: start, steps: horizon, policy: rule.policy)
    let caps = instants.map { rule.policy.caps.power(at: $0).map { $0.value / 1000 } }
    let mains = snapshot.inlet?.usable?.value ?? rule.policy.coldWater.value
    let situation = PlanSituation(
      step: step, layers: measured,
      prices: prices, demand: demand, mains: mains, caps: caps.contains { $0 != nil } ? caps : [],
      running: running, queue: [], last: measurement)
    let decision = planner.decide(situation)
    let capacity = litres * StoreDescription.kilowattHoursPerLitreKelvin
    let knownUntil = tariff.knownUntil(from: start)
    outlook = HeatOutlook(
      madeAt: now,
      steps: decision.course.enumerated().map { index, step in
        HeatOutlook.Step(
          start: instants[index], price: prices[index],
          isPriceKnown: knownUntil.map { instants[index] < $0 } ?? true, demand: demand[index],
          cap: caps[index],
          power: step.power, worthOfHeat: step.worthOfHeat, slotHour: step.slotHour,
          mean: mains + step.energy / capacity)
      }, capture: board.power.capture, wear: rule.tariff.wear.value)
    return true
  }

  /// What the step that ended drew, by the store's energy: what came in, less what is there now, less what the room took.
  private mutating func balance(
    step: Int, mean: Double, delivered: Joules, rule: HeatRule, now: Instant
  ) -> StepMeasurement? {
    defer { last = Balance(step: step, mean: mean, heat: delivered) }
    guard let last, last.step == step - 1, delivered >= last.heat, let tank = board.tank else { return nil }
    let hours = Double(Self.stepSeconds) / 3600
    let heat = (delivered.value - last.heat.value) / 3_600_000
    let stored = (mean - last.mean) * litres * StoreDescription.kilowattHoursPerLitreKelvin
    let lost = tank.lossWattsPerKelvin / 1000 * max(0, mean - Self.room) * hours
    // The backup heater's heat isn't measured: while it runs, less is seen than was drawn.
    let drawn = max(0, heat - stored - lost)
    let begun = Instant(Int64(last.step) * Int64(Self.stepSeconds) * 1000)
    history.note(drawn, at: begun, policy: rule.policy)
    return StepMeasurement(serverHeat: heat, absorbed: heat, backup: 0, demand: drawn)
  }

  /// Of a boiler room, in °C.
  private static let room = 18.0

  /// The rule's plan with the planner's ask. In an emergency, and where no plan is of now, it stays as it is.
  package func applied(to plan: HeatPlan) -> HeatPlan {
    let age = outlook.map { plan.madeAt - $0.madeAt }
    guard let step = outlook?.steps.first, let age, age < .seconds(Self.stepsValid * Self.stepSeconds),
      plan.demand == .wanted || plan.demand == .surplus || plan.demand == .full, step.worthOfHeat.isFinite,
      step.slotHour.isFinite
    else { return plan }
    var planned = plan
    planned.ask.worthOfHeat = EuroPerKilowattHour(step.worthOfHeat)
    let slotHour = MicroEuros(UInt64(max(0, min(1e12, (step.slotHour * 1e6).rounded(.up)))))
    planned.ask.slotHour = max(plan.ask.slotHour, slotHour)
    return planned
  }
}

extension HeatSite {
  /// What the board, the policy and the tariff say of a site, with what is usual where they say nothing.
  init(rule: HeatRule, tank: Tank) {
    let slots = rule.capacity.slots
    let power = rule.slotPower.value / 1000 * Double(slots)
    let heat = power * rule.board.power.capture
    let layers = tank.layers.count
    self.init(
      store: StoreDescription(
        litres: tank.volume.value, layers: layers, lossWattsPerKelvin: tank.lossWattsPerKelvin,
        charge: rule.policy.comfort.maximum.value, hottestCoolant: rule.board.limits.coolant.value,
        // Enough for all heat of the servers at 10 K.
        mostLitresPerMinute: max(
          1, heat / 10 / 60 / StoreDescription.kilowattHoursPerLitreKelvin),
        backup: BackupDescription(
          kilowatts: max(2, heat * 2), fuel: .fixed(rule.tariff.heat.value),
          heatedLayers: max(1, layers / 2), sensorLayer: max(0, layers - 2),
          onBelow: rule.policy.comfort.minimum.value),
        hardMaximum: rule.cutOff.value),
      servers: ServerDescription(
        slots: slots, idleKilowatts: rule.board.power.idle.value / 1000 / Double(slots),
        capture: rule.board.power.capture),
      economics: HeatEconomics(wear: rule.tariff.wear.value), comfort: rule.policy.comfort.minimum.value)
  }
}
