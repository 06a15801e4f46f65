import FoundationEssentials
import Glibc
import Scheduling
package import Telemetry
package import Workload

/// A simulated boiler site that runs beside an agent: the agent says how long it was and how much its tasks
/// computed, and the tree that its sensors are read from follows.
///
/// Time runs `timeFactor` times as fast as the real one in tank, taps and totals: a busy real second counts
/// for that many busy simulated ones. The energy counter is read against the real clock and therefore counts
/// real seconds.
package actor SimulatedBoiler {
  package nonisolated let settings: SimulationSettings
  /// Root of the tree, for `SysfsRoot`.
  package nonisolated let directory: String
  private let power: PowerModel
  private let processors: Int
  private var state: State
  private var tree: SimulatedSysfs
  private var writer: TreeWriter

  /// What is kept over a restart.
  private struct State: Codable {
    var settings: SimulationSettings
    var plant: BoilerPlant
    /// What the energy counter has counted, in real time.
    var countedMicrojoules: Double
    var busyCores: Double
  }

  /// Takes up the state that an earlier process left in the directory, if its settings were the same; else
  /// starts anew.
  ///
  /// - Parameters:
  ///   - directory: of this site alone; made if need be. The tree is `directory/sys`, the state
  ///     `directory/boiler.json`.
  ///   - processors: that the tree shows.
  package init(
    board: Board, settings: SimulationSettings, directory: String, processors: Int
  ) throws(SimulationError) {
    self.settings = settings
    self.directory = directory
    self.processors = max(1, processors)
    power = board.power
    tree = try SimulatedSysfs(board: board, directory: directory, processors: processors)
    writer = try TreeWriter(root: directory)
    let site = try settings.site(board)
    let fresh = State(
      settings: settings,
      plant: BoilerPlant(
        site: site, initial: settings.initialTemperature, startsAt: Double(settings.startsAt.value) * 60),
      countedMicrojoules: 0, busyCores: 0)
    let kept = try Self.load(Self.statePath(directory))
    let state = kept.flatMap { $0.settings == settings && $0.plant.site == site ? $0 : nil } ?? fresh
    self.state = state
    try tree.show(Self.measured(state, power: board.power))
  }

  /// Lets real time pass.
  ///
  /// - Parameters:
  ///   - elapsed: real, since the last call. Longer than `longestGap` counts as that: nobody was there to
  ///     heat.
  ///   - busyProcessorSeconds: processor time that tasks really used in it, real seconds, of all processors
  ///     together.
  package func advance(elapsed: Duration, busyProcessorSeconds: Double) throws(SimulationError)
    -> BoilerReport
  {
    let seconds = min(elapsed, Self.longestGap).seconds
    if seconds > 0 {
      let busy = min(Double(processors), max(0, busyProcessorSeconds / elapsed.seconds))
      let draw = Watts(power.idle.value + power.perBusyCore.value * busy)
      state.plant.advance(seconds: seconds * settings.timeFactor, serverPower: draw)
      state.countedMicrojoules += draw.value * seconds * 1e6
      state.busyCores = busy
      try tree.show(Self.measured(state, power: power))
      try save()
    }
    return report
  }

  /// The longest real time that one call makes up for.
  package static let longestGap = Duration.seconds(60)

  package var report: BoilerReport {
    let plant = state.plant
    return BoilerReport(
      clock: plant.clock, layers: plant.tank.temperatures, mean: plant.tank.mean, coolant: plant.coolant,
      serverPower: plant.serverPower, isBackupOn: plant.isBackupOn, drawPower: plant.drawPower,
      totals: plant.totals)
  }

  /// Makes a thermometer misbehave, from the next `advance` on.
  package func inject(_ defect: SensorDefect, at id: String) { tree.inject(defect, at: id) }

  package func repair(_ id: String) { tree.repair(id) }

  private static func measured(_ state: State, power: PowerModel) -> SimulatedSysfs.Measured {
    let plant = state.plant
    let site = plant.site
    // What a building asks for is its taps and walls, on the mean of a day.
    let taps = site.drawOffs.profile.energyPerDay.value / DrawOffs.day
    let walls = site.lossWattsPerKelvin * max(0, plant.tank.mean.value - site.ambient.value)
    return SimulatedSysfs.Measured(
      layers: plant.tank.temperatures, inlet: site.drawOffs.cold, coolant: plant.coolant,
      processor: Celsius(plant.coolant.value + idleRise + coreRise * min(1, state.busyCores)),
      microjoules: state.countedMicrojoules, demand: Watts(taps + walls))
  }

  /// Kelvin of a processor above its coolant, idle, and more with a core at work: as liquid-cooled ones have
  /// it. Assumed.
  private static let idleRise = 3.0
  private static let coreRise = 9.0

  // MARK: State on disk

  private static let stateFile = "/boiler.json"

  private static func statePath(_ directory: String) -> String { directory + stateFile }

  private func save() throws(SimulationError) {
    let text: String
    do {
      text = String(decoding: try JSONEncoder().encode(state), as: UTF8.self)
    } catch {
      throw .stateUnreadable(path: Self.statePath(directory), said: "\(error)")
    }
    try writer.write(text, to: Self.stateFile)
  }

  private static func load(_ path: String) throws(SimulationError) -> State? {
    guard access(path, F_OK) == 0 else { return nil }
    do {
      return try JSONDecoder().decode(State.self, from: Data(contentsOf: URL(filePath: path)))
    } catch {
      throw .stateUnreadable(path: path, said: "\(error)")
    }
  }
}

/// A site at one moment of its simulation.
package struct BoilerReport: Hashable, Sendable, Codable {
  /// Simulated seconds since the midnight before the start.
  package var clock: Double
  /// From the bottom to the top.
  package var layers: [Celsius]
  package var mean: Celsius
  package var coolant: Celsius
  package var serverPower: Watts
  package var isBackupOn: Bool
  /// Taken by taps in the last step.
  package var drawPower: Watts
  package var totals: BoilerTotals

  package init(
    clock: Double, layers: [Celsius], mean: Celsius, coolant: Celsius, serverPower: Watts, isBackupOn: Bool,
    drawPower: Watts, totals: BoilerTotals
  ) {
    self.clock = clock
    self.layers = layers
    self.mean = mean
    self.coolant = coolant
    self.serverPower = serverPower
    self.isBackupOn = isBackupOn
    self.drawPower = drawPower
    self.totals = totals
  }
}
