/// What is known when a plan is made: all of it arguments, so that the same situation gives the same plan.
package struct PlanSituation: Hashable, Sendable {
  /// Number of the present step on the absolute grid; rises with time.
  package var step: Int
  /// Steps until the end of all, where there is one.
  package var stepsLeft: Int?
  /// Readings from the bottom to the top in °C; nothing where a sensor fails.
  package var layers: [Double?]
  package var isBackupOn: Bool
  /// Electricity from now on as far as it is published, EUR/kWh; at least one.
  package var prices: [Double]
  /// Carbon intensity of it, kg/kWh, as far as known; may be empty.
  package var carbon: [Double]
  /// Expected heat demand of taps, space heating and circulation loop, kWh a step; may be empty.
  package var demand: [Double]
  /// Cold water, °C.
  package var mains: Double
  /// Most electrical power of all servers by step, kW; nothing where nothing caps. May be empty.
  package var caps: [Double?]
  package var running: [PlannableTask]
  package var queue: [PlannableTask]
  /// What was measured in the step before.
  package var last: StepMeasurement?

  package init(
    step: Int, stepsLeft: Int? = nil, layers: [Double?], isBackupOn: Bool = false,
    prices: [Double], carbon: [Double] = [], demand: [Double], mains: Double, caps: [Double?] = [],
    running: [PlannableTask] = [], queue: [PlannableTask] = [], last: StepMeasurement? = nil
  ) {
    self.step = step
    self.stepsLeft = stepsLeft
    self.layers = layers
    self.isBackupOn = isBackupOn
    self.prices = prices
    self.carbon = carbon
    self.demand = demand
    self.mains = mains
    self.caps = caps
    self.running = running
    self.queue = queue
    self.last = last
  }
}

/// Energies of one step in kWh, as the meters of a site give them.
package struct StepMeasurement: Hashable, Sendable {
  package var serverHeat: Double
  package var absorbed: Double
  package var backup: Double
  /// Of taps, space heating and circulation loop.
  package var demand: Double
  /// Of the taps alone, where it is measured.
  package var taps: Double?

  package init(serverHeat: Double, absorbed: Double, backup: Double, demand: Double, taps: Double? = nil) {
    self.serverHeat = serverHeat
    self.absorbed = absorbed
    self.backup = backup
    self.demand = demand
    self.taps = taps
  }
}
