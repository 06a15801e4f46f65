package import Workload

/// The next two days as the planner sees them: what `samovar heat plan` and `explain` show.
package struct HeatOutlook: Hashable, Sendable, Codable {
  package struct Step: Hashable, Sendable, Codable {
    package var start: Instant
    /// Electricity, EUR/kWh; known, or guessed from the days before.
    package var price: Double
    package var isPriceKnown: Bool
    /// Expected draw, kWh.
    package var demand: Double
    /// Most power of the servers, kW; nothing where nothing caps it.
    package var cap: Double?
    /// Power of tasks in the plan, kW.
    package var power: Double
    /// λ: worth of one more kWh of heat, EUR.
    package var worthOfHeat: Double
    /// What a slot-hour must bring above its energy, EUR.
    package var slotHour: Double
    /// Expected mean of the store at the beginning, °C.
    package var mean: Double

    package init(
      start: Instant, price: Double, isPriceKnown: Bool, demand: Double, cap: Double?, power: Double,
      worthOfHeat: Double, slotHour: Double, mean: Double
    ) {
      self.start = start
      self.price = price
      self.isPriceKnown = isPriceKnown
      self.demand = demand
      self.cap = cap
      self.power = power
      self.worthOfHeat = worthOfHeat
      self.slotHour = slotHour
      self.mean = mean
    }
  }

  package var madeAt: Instant
  package var steps: [Step]
  /// η and wear, by which worth and price become an ask.
  package var capture: Double
  package var wear: Double

  package init(madeAt: Instant, steps: [Step], capture: Double, wear: Double) {
    self.madeAt = madeAt
    self.steps = steps
    self.capture = capture
    self.wear = wear
  }

  /// c + w − η·λ of a step, EUR/kWh.
  package func ask(_ step: Step) -> Double { step.price + wear - capture * step.worthOfHeat }
}
