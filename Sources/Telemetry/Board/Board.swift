package import Workload

/// What one kind of machine is made of: which sensor is what, what it may do, what it draws. `hardware/<board>/board.yaml`.
package struct Board: Hashable, Sendable {
  package var name: String
  package var description: String
  /// Where each figure comes from, for whoever checks or copies the file.
  package var sources: [String]
  /// Nothing where the machine heats no water of ours: then its tasks are never justified by heat.
  package var tank: Tank?
  /// Temperature of the liquid that carries the heat from the servers to the tank.
  package var coolant: TemperatureSources?
  /// Where processor temperatures are read.
  package var processors: ProcessorTemperature
  /// A meter of the whole machine's electrical power. Nothing: derived from the processors' energy counters.
  package var meter: PowerSource?
  /// How the building says that it wants heat.
  package var demand: HeatDemandSource?
  package var fans: [Fan]
  package var power: PowerModel
  package var limits: BoardLimits

  package init(
    name: String, description: String = "", sources: [String] = [], tank: Tank? = nil,
    coolant: TemperatureSources? = nil, processors: ProcessorTemperature = .detected,
    meter: PowerSource? = nil,
    demand: HeatDemandSource? = nil, fans: [Fan] = [], power: PowerModel, limits: BoardLimits
  ) {
    self.name = name
    self.description = description
    self.sources = sources
    self.tank = tank
    self.coolant = coolant
    self.processors = processors
    self.meter = meter
    self.demand = demand
    self.fans = fans
    self.power = power
    self.limits = limits
  }
}

extension Board {
  /// All thermometers that the board names.
  package var temperatureSources: [TemperatureSource] {
    var sources = tank?.layers.flatMap(\.sensor.sources) ?? []
    sources += [tank?.outlet, tank?.inlet, coolant].compactMap { $0?.sources }.flatMap { $0 }
    switch processors {
    case .detected(let others): sources += others
    case .sources(let named): sources += named
    }
    return sources
  }

  /// All files outside of sysfs that the board names.
  package var files: [String] {
    var files = temperatureSources.compactMap { source in
      if case .file(let path) = source { path } else { nil as String? }
    }
    files += meter?.files ?? []
    if case .file(let path) = demand { files.append(path) }
    for case .file(let path) in demand?.contacts ?? [] { files.append(path) }
    return files
  }
}

extension PowerSource {
  fileprivate var files: [String] {
    switch self {
    case .file(let path): [path]
    case .sum(let sources): sources.flatMap(\.files)
    case .hwmon, .gpu: []
    }
  }
}

/// A hot-water store, seen as layers.
package struct Tank: Hashable, Sendable {
  /// From the bottom, where cold water enters, to the top, where hot water leaves. Never empty.
  package var layers: [TankLayer]
  /// The pipe to the taps.
  package var outlet: TemperatureSources?
  /// The cold water that enters.
  package var inlet: TemperatureSources?
  /// Heat lost to the room, in watts for each kelvin that the water is warmer.
  package var lossWattsPerKelvin: Double

  package init(
    layers: [TankLayer], outlet: TemperatureSources? = nil, inlet: TemperatureSources? = nil,
    lossWattsPerKelvin: Double
  ) {
    self.layers = layers
    self.outlet = outlet
    self.inlet = inlet
    self.lossWattsPerKelvin = lossWattsPerKelvin
  }

  package var volume: Litres { layers.reduce(.zero) { $0 + $1.volume } }
}

package struct TankLayer: Hashable, Sendable {
  package var name: String
  package var volume: Litres
  package var sensor: TemperatureSources

  package init(name: String, volume: Litres, sensor: TemperatureSources) {
    self.name = name
    self.volume = volume
    self.sensor = sensor
  }
}

/// What the machine draws, where nothing measures it.
package struct PowerModel: Hashable, Sendable {
  package var idle: Watts
  /// More, for each core at work.
  package var perBusyCore: Watts
  /// Part of the electricity that arrives in the tank as heat, from 0 to 1.
  package var capture: Double

  package init(idle: Watts, perBusyCore: Watts, capture: Double) {
    self.idle = idle
    self.perBusyCore = perBusyCore
    self.capture = capture
  }

  /// Draw with so many cores at work.
  package func draw(busyCores: Int) -> Watts {
    Watts(idle.value + perBusyCore.value * Double(busyCores))
  }
}

/// What must never be passed. Software keeps to these; a hardware limiter stands behind them.
package struct BoardLimits: Hashable, Sendable {
  /// No task may heat the tank beyond this, whatever its price.
  package var tank: Celsius
  package var coolant: Celsius
  package var processor: Celsius
  package var sensors: SensorLimits

  package init(tank: Celsius, coolant: Celsius, processor: Celsius, sensors: SensorLimits = SensorLimits()) {
    self.tank = tank
    self.coolant = coolant
    self.processor = processor
    self.sensors = sensors
  }
}
