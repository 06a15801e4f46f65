import Workload

/// A processor's own thermometer, found by what its driver is called. One a package.
struct ProcessorThermometer: Hashable, Sendable {
  /// Where it is, by what stays when chips are numbered anew.
  var source: String
  /// The hottest of them counts.
  var channels: [TemperatureSource]

  func slot() -> SensorSlot {
    SensorSlot(bus: SensorFinding.platform) { [channels] finding throws(SysfsError) in
      var sensors: [any BoundSensor] = []
      for channel in channels { sensors.append(try channel.find(finding)) }
      return sensors.count == 1 ? sensors[0] : Greatest(sensors: sensors)
    }
  }

  /// Intel's coretemp has a channel for the package; AMD's k10temp has Tdie, or one Tccd a chiplet, or only Tctl, which
  /// on some parts is shifted. Elsewhere the thermal zone of the processor is taken. Nothing is measured.
  static func detected(in root: SysfsRoot) -> (found: [ProcessorThermometer], faults: [SysfsError]) {
    let chips = Hwmon.labels(in: root)
    var found: [ProcessorThermometer] = []
    for chip in chips.devices {
      let place = chip.device ?? chip.name
      let channel = { (channel: String) in
        TemperatureSource.hwmon(name: chip.name, device: chip.device, channel: channel)
      }
      switch chip.name {
      case "coretemp":
        for (name, label) in chip.temperatures {
          guard let label, label.hasPrefix("Package id") else { continue }
          found.append(ProcessorThermometer(source: "\(place) \(label)", channels: [channel(name)]))
        }
      case "k10temp", "zenpower":
        let best = best(of: chip.temperatures)
        if let first = best.first {
          let name = best.count == 1 ? first.label ?? first.channel : "Tccd"
          found.append(
            ProcessorThermometer(source: "\(place) \(name)", channels: best.map { channel($0.channel) }))
        }
      case "cpu_thermal", "soc_thermal":
        if let first = chip.temperatures.first {
          found.append(ProcessorThermometer(source: place, channels: [channel(first.channel)]))
        }
      default: break
      }
    }
    if !found.isEmpty { return (found, chips.faults) }
    let zones = ThermalZone.types(in: root)
    let types: Set<String> = ["x86_pkg_temp", "cpu-thermal", "cpu_thermal", "soc-thermal", "soc_thermal"]
    return (
      zones.devices.filter(types.contains).map {
        ProcessorThermometer(source: "thermal zone \($0)", channels: [.thermalZone(type: $0)])
      },
      chips.faults + zones.faults
    )
  }

  private static func best(
    of channels: [(channel: String, label: String?)]
  ) -> [(channel: String, label: String?)] {
    if let die = channels.first(where: { $0.label == "Tdie" }) { return [die] }
    let chiplets = channels.filter { $0.label?.hasPrefix("Tccd") == true }
    if !chiplets.isEmpty { return chiplets }
    return (channels.first { $0.label == "Tctl" } ?? channels.first).map { [$0] } ?? []
  }
}
