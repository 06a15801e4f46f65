import Workload

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
  /// An NVIDIA GPU by its place on the PCI bus, `0000:41:00.0`, through NVML: its driver has no hwmon.
  case gpu(bus: String)
}

/// The thermometers of one quantity. Where there are several they vote: the median of those that can be believed counts.
package struct TemperatureSources: Hashable, Sendable {
  /// Never empty.
  package var sources: [TemperatureSource]

  package init(_ sources: [TemperatureSource]) {
    precondition(!sources.isEmpty, "a quantity without a sensor is left out")
    self.sources = sources
  }

  package static func oneWire(id: String) -> Self { Self([.oneWire(id: id)]) }
  package static func file(path: String) -> Self { Self([.file(path: path)]) }
  package static func hwmon(name: String, device: String?, channel: String) -> Self {
    Self([.hwmon(name: name, device: device, channel: channel)])
  }
}

package enum ProcessorTemperature: Hashable, Sendable {
  /// By the chips that are there: coretemp's packages; k10temp's Tdie, else its hottest Tccd, else Tctl. `others` are
  /// held to the same limit: GPUs, mostly.
  case detected(others: [TemperatureSource])
  case sources([TemperatureSource])

  package static let detected = ProcessorTemperature.detected(others: [])
}

/// Which power meter.
package enum PowerSource: Hashable, Sendable {
  /// `power1` of a hwmon chip, or the text of its `power1_label` (PMBus supplies call their input `pin`). Microwatts.
  case hwmon(name: String, device: String?, channel: String)
  /// A file in sysfs style with microwatts, written by a bridge.
  case file(path: String)
  /// An NVIDIA GPU through NVML.
  case gpu(bus: String)
  /// Supplies or parts that together are the machine: all are read, or there is no figure.
  case sum([PowerSource])
}

/// Which tachometer.
package struct FanSource: Hashable, Sendable {
  /// A hwmon chip's.
  package var chip: String
  package var device: String?
  /// `fan1`, or its label.
  package var channel: String

  package init(chip: String, device: String? = nil, channel: String) {
    self.chip = chip
    self.device = device
    self.channel = channel
  }
}

extension TemperatureSource: CustomStringConvertible {
  package var description: String {
    switch self {
    case .oneWire(let id): "w1 \(id)"
    case .hwmon(let name, let device, let channel): hwmonText(name, device, channel)
    case .thermalZone(let type): "thermal zone \(type)"
    case .iio(let name, let channel): "iio \(name) \(channel)"
    case .file(let path): path
    case .gpu(let bus): "NVML GPU \(bus)"
    }
  }

  /// Whether it may be a DS18B20, whose odd values a bridge passes on as they are.
  var isOneWire: Bool {
    switch self {
    case .oneWire, .file: true
    case .hwmon, .thermalZone, .iio, .gpu: false
    }
  }

  /// The thermometer's name where it is on a 1-Wire bus.
  var oneWireID: String? {
    if case .oneWire(let id) = self { id } else { nil }
  }
}

extension TemperatureSources: CustomStringConvertible {
  package var description: String { sources.map(\.description).joined(separator: ", ") }
}

extension PowerSource: CustomStringConvertible {
  package var description: String {
    switch self {
    case .hwmon(let name, let device, let channel): hwmonText(name, device, channel)
    case .file(let path): path
    case .gpu(let bus): "NVML GPU \(bus)"
    case .sum(let sources): sources.map(\.description).joined(separator: " + ")
    }
  }
}

extension FanSource: CustomStringConvertible {
  package var description: String { hwmonText(chip, device, channel) }
}

private func hwmonText(_ name: String, _ device: String?, _ channel: String) -> String {
  "hwmon \(name)\(device.map { " at \($0)" } ?? "") \(channel)"
}
