package import Scheduling
package import Telemetry
package import Workload

/// How one site is simulated: the `simulation:` section of an agent's configuration.
///
///     initial_temperature: 48 °C
///     profile: L                 # XXS to 4XL of EU 812/2013
///     volume: 300 L              # else as the board says
///     time_factor: 600           # simulated seconds for each real one
///     starts_at: 06:30
///     seed: 7                    # varies the tappings; 0 keeps them as the profile has them
///     cold_water: 10 °C
///     ambient: 18 °C
///     backup: {power: 2 kW, below: 50 °C}
package struct SimulationSettings: Hashable, Sendable, Codable {
  package var initialTemperature: Celsius
  package var profile: TappingProfile
  package var volume: Litres?
  package var timeFactor: Double
  package var startsAt: TimeOfDay
  package var seed: UInt64
  package var coldWater: Celsius
  package var ambient: Celsius
  package var backup: BackupHeater

  package init(
    initialTemperature: Celsius, profile: TappingProfile = .m, volume: Litres? = nil, timeFactor: Double = 1,
    startsAt: TimeOfDay = TimeOfDay(0), seed: UInt64 = 0, coldWater: Celsius = Celsius(10),
    ambient: Celsius = Celsius(18), backup: BackupHeater = BackupHeater()
  ) {
    self.initialTemperature = initialTemperature
    self.profile = profile
    self.volume = volume
    self.timeFactor = timeFactor
    self.startsAt = startsAt
    self.seed = seed
    self.coldWater = coldWater
    self.ambient = ambient
    self.backup = backup
  }

  /// Nothing where a value was mistaken; the mistakes are reported.
  package init?(yaml: YAMLMapping) {
    let initial = yaml.required("initial_temperature") { Self.water($0) }
    let profiles = Dictionary(uniqueKeysWithValues: TappingProfile.allCases.map { ($0.rawValue, $0) })
    let profile = yaml.optional("profile", default: .m) { $0.choice(profiles) }
    let volume = yaml["volume"].map { Self.litres($0) }
    let factor = yaml.optional("time_factor", default: 1) { $0.double(0...100_000) }
    let start = yaml.optional("starts_at", default: TimeOfDay(0)) { $0.timeOfDay() }
    let seed = yaml.optional("seed", default: 0) { $0.integer(UInt64(0)...UInt64.max) }
    let cold = yaml.optional("cold_water", default: Celsius(10)) {
      Self.water($0, most: DrawOffs.warmestCold)
    }
    let ambient = yaml.optional("ambient", default: Celsius(18)) { $0.celsius() }
    let backup = yaml.optional("backup", default: BackupHeater(), Self.backup)
    // A volume that is there but mistaken is nothing inside something.
    if case .some(.none) = volume { return nil }
    guard let initial, let profile, let factor, let start, let seed, let cold, let ambient, let backup
    else { return nil }
    self.init(
      initialTemperature: initial, profile: profile, volume: volume ?? nil, timeFactor: factor,
      startsAt: start,
      seed: seed, coldWater: cold, ambient: ambient, backup: backup)
  }

  /// The site with this board's tank. A board without one has nothing to simulate.
  package func site(_ board: Board) throws(SimulationError) -> BoilerSite {
    guard let tank = board.tank else { throw .noTank(board: board.name) }
    let scale = (volume ?? tank.volume).value / tank.volume.value
    return BoilerSite(
      volumes: tank.layers.map { $0.volume.value * scale }, lossWattsPerKelvin: tank.lossWattsPerKelvin,
      ambient: ambient, drawOffs: DrawOffs(profile: profile, cold: coldWater, seed: seed),
      capture: board.power.capture, hottestCoolant: board.limits.coolant, backup: backup)
  }

  private static func water(_ value: YAMLValue, most: Celsius = Celsius(95)) -> Celsius? {
    guard let temperature = value.celsius() else { return nil }
    return (Celsius(0)...most).contains(temperature)
      ? temperature
      : value.mistake("\(value.name) must be from 0 to \(Int(most.value)) °C, not \(temperature.value)")
  }

  private static func litres(_ value: YAMLValue) -> Litres? {
    guard let litres = value.quantity("a volume", ["L": 1, "m3": 1000]) else { return nil }
    return (10...100_000).contains(litres)
      ? Litres(litres) : value.mistake("\(value.name) must be from 10 L to 100 m3")
  }

  private static func backup(_ value: YAMLValue) -> BackupHeater? {
    guard let yaml = value.mapping() else { return nil }
    let power = yaml.optional("power", default: Watts(2000)) { $0.watts() }
    let below = yaml.optional("below", default: Celsius(52)) { water($0) }
    guard let power, let below else { return nil }
    return BackupHeater(power: power, onBelow: below)
  }
}

/// Why a simulated boiler could not be had or kept up.
package enum SimulationError: Error, Hashable, Sendable, CustomStringConvertible {
  case noTank(board: String)
  /// A sensor of the board is of a kind that the simulation doesn't keep.
  case sensorNotSimulated(quantity: String, source: String)
  /// Writing the tree or the state failed.
  case file(FileError)
  case stateUnreadable(path: String, said: String)

  package var description: String {
    switch self {
    case .noTank(let board):
      "the board '\(board)' has no tank to simulate; use hardware/simulated-boiler or add a `tank:` to it"
    case .sensorNotSimulated(let quantity, let source):
      "\(quantity) is read from \(source), which the simulation doesn't keep; use w1 or hwmon sensors"
    case .file(let error):
      "\(error); the simulated boiler needs a directory that the agent may write, with free space"
    case .stateUnreadable(let path, let said):
      "\(path) is not the state of a simulated boiler (\(said)); remove it to start the simulation anew"
    }
  }
}
