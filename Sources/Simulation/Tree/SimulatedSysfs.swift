package import Telemetry
package import Workload

/// A directory that looks to readers like `/sys` of the machine that a board describes: 1-Wire thermometers,
/// the loop's and the processor's hwmon chips, a RAPL counter, processors.
package struct SimulatedSysfs {
  package let directory: String
  private let board: Board
  private let processors: Int
  private let thermometers: [(id: String, place: Place)]
  private var writer: TreeWriter
  private var faults: [String: SensorDefect] = [:]

  /// Where a thermometer of the board is in the plant.
  private enum Place {
    case layer(Int)
    case outlet
    case inlet
  }

  /// What the sensors measure.
  package struct Measured {
    /// From the bottom to the top.
    package var layers: [Celsius]
    package var inlet: Celsius
    package var coolant: Celsius
    package var processor: Celsius
    /// Since the simulation's start; the counter turns.
    package var microjoules: Double
    package var demand: Watts

    package init(
      layers: [Celsius], inlet: Celsius, coolant: Celsius, processor: Celsius, microjoules: Double,
      demand: Watts
    ) {
      self.layers = layers
      self.inlet = inlet
      self.coolant = coolant
      self.processor = processor
      self.microjoules = microjoules
      self.demand = demand
    }
  }

  /// `max_energy_range_uj` of a common desktop processor.
  package static let energyRange: UInt64 = 262_143_328_850

  /// - Parameters:
  ///   - directory: the root of the tree, for `SysfsRoot`; made if need be.
  ///   - processors: to show as online, each a core of its own.
  package init(board: Board, directory: String, processors: Int) throws(SimulationError) {
    self.board = board
    self.directory = directory
    self.processors = max(1, min(processors, CPUList.greatest + 1))
    thermometers = try Self.thermometers(of: board)
    writer = try TreeWriter(root: directory)
    try makeConstants()
  }

  /// Whatever the sensors measure now, with the defects that were injected.
  package mutating func show(_ measured: Measured) throws(SimulationError) {
    for (id, place) in thermometers {
      let temperature: Celsius? =
        switch place {
        case .layer(let index): measured.layers.indices.contains(index) ? measured.layers[index] : nil
        case .outlet: measured.layers.last
        case .inlet: measured.inlet
        }
      if let temperature { try show(temperature, at: id) }
    }
    try writer.write(Self.millidegrees(measured.coolant), to: Self.loop + "/temp1_input")
    try writer.write(Self.millidegrees(measured.processor), to: Self.coretemp + "/temp1_input")
    for core in 0..<processors {
      try writer.write(Self.millidegrees(measured.processor), to: Self.coretemp + "/temp\(core + 2)_input")
    }
    let counter = UInt64(measured.microjoules.truncatingRemainder(dividingBy: Double(Self.energyRange)))
    try writer.write("\(counter)\n", to: Self.rapl + "/energy_uj")
    if case .file(let path) = board.demand {
      try writer.write("\(Int(measured.demand.value.rounded()))\n", to: path, isDated: true)
    }
  }

  /// Makes a 1-Wire thermometer misbehave until `repair`.
  package mutating func inject(_ defect: SensorDefect, at id: String) {
    faults[id] = defect
  }

  package mutating func repair(_ id: String) {
    faults[id] = nil
  }

  /// Serial numbers of the thermometers of the tank, from the bottom to the top; then outlet and inlet.
  package var thermometerIDs: [String] { thermometers.map(\.id) }

  // MARK: One thermometer

  private mutating func show(_ temperature: Celsius, at id: String) throws(SimulationError) {
    let device = Self.oneWire + "/" + id
    var chip = DS18B20(temperature)
    switch faults[id] {
    case nil: break
    case .stuck: return
    case .powerOnValue: chip = DS18B20.atPowerOn
    case .wrongChecksum: chip = chip.disturbed
    case .unplugged:
      try writer.remove(device + "/temperature")
      try writer.remove(device + "/w1_slave")
      return
    }
    try writer.write(chip.slave, to: device + "/w1_slave")
    // The driver gives no temperature for an answer that it could not check.
    if faults[id] == .wrongChecksum {
      try writer.remove(device + "/temperature")
    } else {
      try writer.write(chip.temperature, to: device + "/temperature")
    }
  }

  private static func millidegrees(_ temperature: Celsius) -> String {
    "\(Int((temperature.value * 1000).rounded()))\n"
  }

  // MARK: What doesn't change

  private static let oneWire = "/sys/devices/w1_bus_master1"
  private static let loop = "/sys/devices/platform/samovar_loop/hwmon/hwmon0"
  private static let coretemp = "/sys/devices/platform/coretemp.0/hwmon/hwmon1"
  private static let rapl = "/sys/devices/virtual/powercap/intel-rapl/intel-rapl:0"
  private static let cpu = "/sys/devices/system/cpu"

  private static func thermometers(of board: Board) throws(SimulationError) -> [(id: String, place: Place)] {
    var found: [(String, Place)] = []
    func add(_ sources: TemperatureSources?, _ place: Place, _ quantity: String) throws(SimulationError) {
      for source in sources?.sources ?? [] {
        guard case .oneWire(let id) = source else {
          throw .sensorNotSimulated(quantity: quantity, source: "\(source)")
        }
        found.append((id, place))
      }
    }
    guard let tank = board.tank else { throw .noTank(board: board.name) }
    for (index, layer) in tank.layers.enumerated() {
      try add(layer.sensor, .layer(index), "tank layer '\(layer.name)'")
    }
    try add(tank.outlet, .outlet, "the outlet")
    try add(tank.inlet, .inlet, "the inlet")
    return found
  }

  private mutating func makeConstants() throws(SimulationError) {
    for (id, _) in thermometers {
      try writer.write("\(id)\n", to: "\(Self.oneWire)/\(id)/name")
      try writer.write("12\n", to: "\(Self.oneWire)/\(id)/resolution")
      try writer.link("/sys/bus/w1/devices/\(id)", to: "../../../devices/w1_bus_master1/\(id)")
    }
    try makeLoop()
    try makeProcessorChip()
    try writer.write("package-0\n", to: Self.rapl + "/name")
    try writer.write("\(Self.energyRange)\n", to: Self.rapl + "/max_energy_range_uj")
    try writer.link(
      "/sys/class/powercap/intel-rapl:0", to: "../../devices/virtual/powercap/intel-rapl/intel-rapl:0")
    try makeProcessors()
  }

  /// The chip of the board's coolant sensor, under the name and channel that the board gives it.
  private mutating func makeLoop() throws(SimulationError) {
    var name = "samovar_loop"
    if let sources = board.coolant {
      guard sources.sources.count == 1, case .hwmon(let chip, nil, "temp1") = sources.sources[0] else {
        throw .sensorNotSimulated(quantity: "the coolant", source: "\(sources)")
      }
      name = chip
    }
    try writer.write("\(name)\n", to: Self.loop + "/name")
    try writer.write("coolant\n", to: Self.loop + "/temp1_label")
    try writer.write(Self.millidegrees(board.limits.coolant), to: Self.loop + "/temp1_max")
    try writer.link(Self.loop + "/device", to: "../../../samovar_loop")
    try writer.link("/sys/class/hwmon/hwmon0", to: "../../devices/platform/samovar_loop/hwmon/hwmon0")
  }

  private mutating func makeProcessorChip() throws(SimulationError) {
    try writer.write("coretemp\n", to: Self.coretemp + "/name")
    try writer.write("Package id 0\n", to: Self.coretemp + "/temp1_label")
    try writer.write(Self.millidegrees(board.limits.processor), to: Self.coretemp + "/temp1_crit")
    for core in 0..<processors {
      try writer.write("Core \(core)\n", to: Self.coretemp + "/temp\(core + 2)_label")
    }
    try writer.link(Self.coretemp + "/device", to: "../../../coretemp.0")
    try writer.link("/sys/class/hwmon/hwmon1", to: "../../devices/platform/coretemp.0/hwmon/hwmon1")
  }

  private mutating func makeProcessors() throws(SimulationError) {
    let list = CPUList.format(0..<processors) + "\n"
    for name in ["online", "possible", "present"] { try writer.write(list, to: "\(Self.cpu)/\(name)") }
    try writer.write("0\n", to: Self.cpu + "/smt/active")
    for number in 0..<processors {
      let topology = "\(Self.cpu)/cpu\(number)/topology"
      try writer.write("0\n", to: topology + "/physical_package_id")
      try writer.write("0\n", to: topology + "/die_id")
      try writer.write("\(number)\n", to: topology + "/core_id")
      try writer.write("\(number)\n", to: topology + "/core_cpus_list")
    }
  }
}

/// What a 1-Wire thermometer may do wrong.
package enum SensorDefect: String, Hashable, Sendable, Codable, CaseIterable {
  /// Exactly 85 °C, as after a power failure.
  case powerOnValue = "power-on"
  /// Its attributes vanish, as when its cable is pulled.
  case unplugged
  /// Its last value stays.
  case stuck
  /// The answer comes disturbed; the driver shows no temperature.
  case wrongChecksum = "checksum"
}
