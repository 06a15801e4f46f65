/// What to do in the present step.
package struct PlanDecision: Hashable, Sendable {
  package var start: [String]
  package var suspend: [String]
  /// The backup heater's threshold, °C.
  package var backupBelow: Double
  /// The backup heater runs now, whatever its threshold says.
  package var boosts: Bool
  package var prices: PlanPrices
  /// Made by the greedy rule, since there was no plan.
  package var isFallback: Bool
  /// Why, in sentences.
  package var reasons: [String]
  /// From the present step on.
  package var course: [PlanStep]

  package init(
    start: [String], suspend: [String], backupBelow: Double, boosts: Bool, prices: PlanPrices,
    isFallback: Bool, reasons: [String], course: [PlanStep] = []
  ) {
    self.start = start
    self.suspend = suspend
    self.backupBelow = backupBelow
    self.boosts = boosts
    self.prices = prices
    self.isFallback = isFallback
    self.reasons = reasons
    self.course = course
  }

  /// kW of the tasks that run when this is carried out.
  func power(_ situation: PlanSituation) -> Double {
    let begun = Set(start)
    let stopped = Set(suspend)
    return situation.running.reduce(0) { $0 + (stopped.contains($1.id) ? 0 : $1.kilowatts) }
      + situation.queue.reduce(0) { $0 + (begun.contains($1.id) ? $1.kilowatts : 0) }
  }
}

/// One step of a plan.
package struct PlanStep: Hashable, Sendable {
  /// Of tasks, kW.
  package var power: Double
  /// λ: EUR for one more kWh of heat.
  package var worthOfHeat: Double
  /// μ: EUR a slot-hour.
  package var slotHour: Double
  /// Of the store above cold water at the beginning, kWh.
  package var energy: Double

  package init(power: Double, worthOfHeat: Double, slotHour: Double, energy: Double) {
    self.power = power
    self.worthOfHeat = worthOfHeat
    self.slotHour = slotHour
    self.energy = energy
  }
}

/// The plan's prices of the present step.
package struct PlanPrices: Hashable, Sendable {
  /// One kWh of electricity in a task, net of the worth of its heat: c + w − η·λ, EUR/kWh.
  package var ask: Double
  /// μ: EUR a slot-hour.
  package var slotHour: Double
  /// λ: EUR for one more kWh of heat.
  package var heat: Double

  package init(ask: Double, slotHour: Double, heat: Double) {
    self.ask = ask
    self.slotHour = slotHour
    self.heat = heat
  }

  /// The ask price of one task-hour at that power, EUR: the marginal cost at the plan's optimum.
  package func perHour(kilowatts: Double) -> Double { kilowatts * ask + slotHour }
}
