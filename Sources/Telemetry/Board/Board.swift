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
  package var coolant: TemperatureSource?
  /// Where processor temperatures are read.
  package var processors: ProcessorTemperature
  /// A meter of the whole machine's electrical power. Nothing: derived from the processors' energy counters.
  package var meter: PowerSource?
  /// File with the heat that the building asks for, in watts, written by a bridge; its age is its modification time.
  package var demandFile: String?
  package var power: PowerModel
  package var limits: BoardLimits

  package init(
    name: String, description: String = "", sources: [String] = [], tank: Tank? = nil,
    coolant: TemperatureSource? = nil, processors: ProcessorTemperature = .detected,
    meter: PowerSource? = nil,
    demandFile: String? = nil, power: PowerModel, limits: BoardLimits
  ) {
    self.name = name
    self.description = description
    self.sources = sources
    self.tank = tank
    self.coolant = coolant
    self.processors = processors
    self.meter = meter
    self.demandFile = demandFile
    self.power = power
    self.limits = limits
  }
}

extension Board {
  /// All thermometers that the board names.
  package var temperatureSources: [TemperatureSource] {
    var sources = tank?.layers.map(\.sensor) ?? []
    sources += [tank?.outlet, tank?.inlet, coolant].compactMap { $0 }
    if case .sources(let named) = processors { sources += named }
    return sources
  }

  /// All files outside of sysfs that the board names.
  package var files: [String] {
    var files = temperatureSources.compactMap { source in
      if case .file(let path) = source { path } else { nil as String? }
    }
    if case .file(let path) = meter { files.append(path) }
    return files + (demandFile.map { [$0] } ?? [])
  }
}

/// A hot-water store, seen as layers.
package struct Tank: Hashable, Sendable {
  /// From the bottom, where cold water enters, to the top, where hot water leaves. Never empty.
  package var layers: [TankLayer]
  /// The pipe to the taps.
  package var outlet: TemperatureSource?
  /// The cold water that enters.
  package var inlet: TemperatureSource?
  /// Heat lost to the room, in watts for each kelvin that the water is warmer.
  package var lossWattsPerKelvin: Double

  package init(
    layers: [TankLayer], outlet: TemperatureSource? = nil, inlet: TemperatureSource? = nil,
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
  package var sensor: TemperatureSource

  package init(name: String, volume: Litres, sensor: TemperatureSource) {
    self.name = name
    self.volume = volume
    self.sensor = sensor
  }
}

/// Which thermometer: by what stays when devices are numbered anew.
package enum TemperatureSource: Hashable, Sendable {
  /// A 1-Wire thermometer by its family and serial number: `28-0000000001b0`.
  case oneWire(id: String)
  /// A channel of a hwmon chip: `temp1`, or the text of its `temp1_label`. `device` tells chips of one name apart: the
  /// end of the path that the chip's `device` link resolves to.
  case hwmon(name: String, device: String?, channel: String)
  /// A thermal zone by its `type`.
  case thermalZone(type: String)
  /// A channel of an IIO device by its `name`: `temp`, `temp0`, `temp_ambient`.
  case iio(name: String, channel: String)
  /// A file in sysfs style with millidegrees, written by a bridge; its age is its modification time.
  case file(path: String)
}

extension TemperatureSource {
  /// The thermometer's name where it is on a 1-Wire bus.
  var oneWireID: String? {
    if case .oneWire(let id) = self { id } else { nil }
  }
}

package enum ProcessorTemperature: Hashable, Sendable {
  /// By the chips that are there: coretemp's packages; k10temp's Tdie, else its hottest Tccd, else Tctl.
  case detected
  case sources([TemperatureSource])
}

/// Which power meter.
package enum PowerSource: Hashable, Sendable {
  /// `power1` of a hwmon chip, or the text of its `power1_label` (PMBus supplies call their input `pin`). Microwatts.
  case hwmon(name: String, device: String?, channel: String)
  /// A file in sysfs style with microwatts, written by a bridge.
  case file(path: String)
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

extension TemperatureSource: CustomStringConvertible {
  package var description: String {
    switch self {
    case .oneWire(let id): "w1 \(id)"
    case .hwmon(let name, let device, let channel):
      "hwmon \(name)\(device.map { " at \($0)" } ?? "") \(channel)"
    case .thermalZone(let type): "thermal zone \(type)"
    case .iio(let name, let channel): "iio \(name) \(channel)"
    case .file(let path): path
    }
  }
}

extension PowerSource: CustomStringConvertible {
  package var description: String {
    switch self {
    case .hwmon(let name, let device, let channel):
      "hwmon \(name)\(device.map { " at \($0)" } ?? "") \(channel)"
    case .file(let path): path
    }
  }
}
