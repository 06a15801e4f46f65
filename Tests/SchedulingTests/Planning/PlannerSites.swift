import Scheduling

/// Sites for the planner's tests.
enum PlannerSites {
  /// Sixteen flats: 1500 litres, 16 slots, a gas heater of 20 kW.
  static let flats = site(
    litres: 1500, slots: 16, backup: 20, loss: 4, loop: 0.5, flow: 12, fuel: .fixed(0.11))
  /// One flat: 300 litres, two slots, 3 kW of electric heater.
  static let home = site(litres: 300, slots: 2, backup: 3, loss: 1.7, loop: 0, flow: 3, fuel: .electricity)

  static func site(
    litres: Double, slots: Int, backup: Double, loss: Double, loop: Double, flow: Double,
    fuel: BackupDescription.Fuel
  ) -> HeatSite {
    HeatSite(
      store: StoreDescription(
        litres: litres, layers: 12, lossWattsPerKelvin: loss, loopKilowatts: loop, mostLitresPerMinute: flow,
        backup: BackupDescription(kilowatts: backup, fuel: fuel, heatedLayers: 4, sensorLayer: 9)),
      servers: ServerDescription(slots: slots, idleKilowatts: 0.015, capture: 0.95),
      economics: HeatEconomics(wear: 0.02), comfort: 50)
  }

  static let layers: [Double?] = [12, 15, 30, 45, 52, 56, 58, 59, 60, 60, 60, 60]

  /// Night and day: cheap from midnight to six and around noon.
  static func price(_ step: Int) -> Double {
    switch step % 96 {
    case 0..<24: 0.10
    case 48..<60: 0.08
    case 68..<80: 0.26
    default: 0.18
    }
  }

  static func task(
    _ id: String, steps: Int = 8, deadline: Int = 60, kilowatts: Double = 0.3, density: Double = 0.2,
    isPreemptible: Bool = false, isRunning: Bool = false, remaining: Int? = nil
  ) -> PlannableTask {
    PlannableTask(
      id: id, steps: steps, remaining: remaining ?? steps, deadline: deadline, kilowatts: kilowatts,
      revenue: density * kilowatts * Double(steps) / 4, isPreemptible: isPreemptible, isRunning: isRunning)
  }

  static func tasks(_ count: Int, seed: UInt64) -> [PlannableTask] {
    var random = SeededGenerator(state: seed)
    return (0..<count).map { index in
      let steps = Int.random(in: 1...48, using: &random)
      return task(
        "t\(index)", steps: steps, deadline: steps + .random(in: 2...140, using: &random),
        kilowatts: [0.12, 0.18, 0.24, 0.3, 0.36][index % 5], density: .random(in: 0.05...0.5, using: &random),
        isPreemptible: index % 3 == 0)
    }
  }

  static func situation(
    step: Int = 0, layers: [Double?] = layers, caps: [Double?] = [], running: [PlannableTask] = [],
    queue: [PlannableTask] = []
  ) -> PlanSituation {
    PlanSituation(
      step: step, layers: layers, prices: (step..<step + 96).map(price),
      demand: (0..<192).map { ($0 + step) % 96 < 24 ? 0.3 : 1.5 }, mains: 10, caps: caps, running: running,
      queue: queue)
  }
}
