import Workload

/// A store in motion, for forecasts: taps, space heating, circulation loop, server loop, backup heater, standing loss.
///
/// The physics of the store itself is `StratifiedTank`'s. What is measured at a site is the sum of the demands, so that
/// the taps' part of it is an estimate.
package struct StoreModel: Hashable, Sendable {
  package let description: StoreDescription
  package private(set) var tank: StratifiedTank
  package private(set) var isBackupOn: Bool

  /// Energies of a time in kWh, and what was too cold.
  package struct Flows: Hashable, Sendable {
    package var absorbed = 0.0
    package var dumped = 0.0
    package var backup = 0.0
    /// Given to taps, space heating and circulation.
    package var delivered = 0.0
    package var unmet = 0.0
    package var loss = 0.0
    /// Kelvin below comfort at the outlet, times hours.
    package var coldKelvinHours = 0.0

    package init() {}

    package static func += (sum: inout Flows, part: Flows) {
      sum.absorbed += part.absorbed
      sum.dumped += part.dumped
      sum.backup += part.backup
      sum.delivered += part.delivered
      sum.unmet += part.unmet
      sum.loss += part.loss
      sum.coldKelvinHours += part.coldKelvinHours
    }
  }

  /// What is asked of the store in a time: kWh.
  package struct Demand: Hashable, Sendable {
    package var taps: Double
    package var heating: Double

    package init(taps: Double, heating: Double = 0) {
      self.taps = taps
      self.heating = heating
    }
  }

  /// - Parameter temperatures: °C from the bottom to the top, as many as the description has layers.
  package init(_ description: StoreDescription, temperatures: [Double], isBackupOn: Bool = false) {
    self.description = description
    let volume = description.litres / Double(description.layers)
    tank = StratifiedTank(
      volumes: Array(repeating: volume, count: description.layers),
      temperatures: temperatures.map { Celsius($0) })
    self.isBackupOn = isBackupOn
  }

  /// The longest part of a step that is computed at once, in hours.
  static let longestPart = 1.0 / 12

  /// Lets time pass.
  ///
  /// - Parameters:
  ///   - serverHeat: heat in the server loop, kW.
  ///   - mains: cold water, °C.
  ///   - backupBelow: the backup heater's threshold, °C.
  ///   - boosts: the backup heater runs until the coolant's limit nears.
  ///   - comfort: lowest temperature of the outlet that isn't cold, °C.
  package mutating func advance(
    hours: Double, demand: Demand, serverHeat: Double, mains: Double, backupBelow: Double,
    boosts: Bool = false,
    comfort: Double
  ) -> Flows {
    var flows = Flows()
    let (parts, part) = Self.parts(of: hours)
    for _ in 0..<parts {
      serve(demand, shares: parts, hours: part, mains: mains, &flows)
      absorb(serverHeat, hours: part, &flows)
      runBackup(hours: part, below: backupBelow, boosts: boosts, &flows)
      rest(hours: part, &flows)
      flows.coldKelvinHours += max(0, comfort - tank.top.value) * part
    }
    return flows
  }

  /// How many parts a time is computed in, and the hours of each.
  private static func parts(of hours: Double) -> (count: Int, hours: Double) {
    let count = max(1, Int((hours / longestPart).rounded(.up)))
    return (count, hours / Double(count))
  }

  /// Taps, space heating and circulation loop take one of `shares` equal shares of what is asked.
  private mutating func serve(
    _ demand: Demand, shares: Int, hours: Double, mains: Double, _ flows: inout Flows
  ) {
    draw(demand.taps / Double(shares), mains: mains, &flows)
    circulate(
      demand.heating / Double(shares), supply: description.heatingSupply, back: description.heatingReturn,
      &flows)
    circulate(description.loopKilowatts * hours, supply: -99, back: tank.top.value - 5, &flows)
  }

  /// What a store does by itself: it cools, and warm water rises.
  private mutating func rest(hours: Double, _ flows: inout Flows) {
    flows.loss +=
      tank.lose(
        to: Celsius(description.ambient), wattsPerKelvin: description.lossWattsPerKelvin,
        seconds: hours * 3600
      ).kilowattHours
    tank.mix()
  }

  /// Lets a time pass whose energies were measured: the model's shape, the meters' sums.
  package mutating func replay(
    hours: Double, demand: Demand, absorbed: Double, backup: Double, mains: Double
  ) {
    var flows = Flows()
    let (parts, part) = Self.parts(of: hours)
    for _ in 0..<parts {
      serve(demand, shares: parts, hours: part, mains: mains, &flows)
      absorb(max(0, absorbed) / hours, hours: part, &flows)
      tank.heat(layer: lowestHeated, by: Joules(kilowattHours: max(0, backup) / Double(parts)))
      rest(hours: part, &flows)
    }
  }

  /// Taps through a mixing valve: the hotter the top, the less of it they take.
  private mutating func draw(_ energy: Double, mains: Double, _ flows: inout Flows) {
    guard energy > 0 else { return }
    let tapLift = max(1, description.tap - mains)
    let capacity = StoreDescription.kilowattHoursPerLitreKelvin
    var left = energy
    while left > energy * 1e-9 {
      let lift = max(0.5, tank.top.value - mains)
      // Litres from the store for one kWh: all of the tap's flow where the store is too cold to mix.
      let litresPerEnergy = 1 / (capacity * max(lift, tapLift))
      let litres = min(tank.smallestLayer, left * litresPerEnergy)
      let asked = min(left, litres / litresPerEnergy)
      let taken = tank.draw(litres: litres, entering: Celsius(mains)).kilowattHours
      flows.delivered += taken
      flows.unmet += max(0, asked - taken)
      left -= asked
    }
  }

  /// A loop that takes water at the top and returns it, colder, where the store is as cold.
  private mutating func circulate(_ energy: Double, supply: Double, back: Double, _ flows: inout Flows) {
    guard energy > 0 else { return }
    let top = tank.top.value
    let share = top >= supply ? 1 : max(0, (top - back) / max(0.1, supply - back))
    let given = energy * share
    flows.unmet += energy - given
    guard given > 0 else { return }
    let capacity = StoreDescription.kilowattHoursPerLitreKelvin
    let litres = min(tank.smallestLayer, given / (capacity * max(3, top - back)))
    let entry = tank.temperatures.firstIndex { $0.value >= back } ?? tank.temperatures.count - 1
    flows.delivered += tank.draw(litres: litres, entering: Celsius(back), at: entry).kilowattHours
  }

  /// The server loop takes water from the bottom and returns it at the charge temperature, or as hot as the pump's
  /// limit makes it; what is beyond the coolant's limit is blown outside.
  private mutating func absorb(_ heat: Double, hours: Double, _ flows: inout Flows) {
    guard heat > 0 else { return }
    let bottom = tank.bottom.value
    let taken = min(heat, max(0, description.loopKilowattsPerKelvin * (description.hottestCoolant - bottom)))
    guard taken > 0 else {
      flows.dumped += heat * hours
      return
    }
    let capacity = StoreDescription.kilowattHoursPerLitreKelvin
    let flow = min(
      description.mostLitresPerMinute * 60, taken / (capacity * max(0.5, description.charge - bottom)))
    let before = tank.content
    let pieces = max(1, Int((flow * hours / tank.smallestLayer).rounded(.up)))
    for _ in 0..<pieces {
      let hot = Celsius(tank.bottom.value + taken / (capacity * flow))
      tank.circulate(
        litres: flow * hours / Double(pieces), returningAt: min(hot, Celsius(description.hottestCoolant)))
    }
    let absorbed = (tank.content - before).kilowattHours
    flows.absorbed += absorbed
    // The pump's limit, and the coolant's while the bottom warms up under it.
    flows.dumped += heat * hours - absorbed
  }

  private mutating func runBackup(hours: Double, below: Double, boosts: Bool, _ flows: inout Flows) {
    let heater = description.backup
    let layers = tank.temperatures.count
    let sensor = tank.temperatures[min(max(0, heater.sensorLayer), layers - 1)].value
    isBackupOn =
      sensor < below || (isBackupOn && sensor < below + heater.bandKelvin)
      || (boosts && sensor < description.hottestCoolant - 2)
    guard isBackupOn else { return }
    let energy = heater.kilowatts * hours
    tank.heat(layer: lowestHeated, by: Joules(kilowattHours: energy))
    flows.backup += energy
  }

  /// Where the backup heater is.
  private var lowestHeated: Int {
    let layers = tank.temperatures.count
    return min(max(0, layers - description.backup.heatedLayers), layers - 1)
  }
}
