import Workload

/// The processors' own thermometers, found by what their drivers are called. One a package.
enum ProcessorThermometers {
  struct Found {
    /// Where it is, by what stays when chips are numbered anew.
    var source: String
    var temperature: Attribute<Celsius>
  }

  /// Intel's coretemp has a channel for the package; AMD's k10temp has Tdie, or one Tccd a chiplet, or only Tctl, which
  /// on some parts is shifted. Elsewhere the thermal zone of the processor is taken.
  static func detected(in root: SysfsRoot) -> (found: [Found], faults: [SysfsError]) {
    let chips = Hwmon.all(in: root)
    var found: [Found] = []
    for chip in chips.devices {
      let place = chip.device ?? chip.name
      switch chip.name {
      case "coretemp":
        for channel in chip.temperatures where channel.label?.hasPrefix("Package id") == true {
          found.append(
            Found(source: "\(place) \(channel.label ?? channel.channel)", temperature: channel.input))
        }
      case "k10temp", "zenpower":
        if let channel = best(of: chip.temperatures) {
          found.append(
            Found(source: "\(place) \(channel.label ?? channel.channel)", temperature: channel.input))
        }
      case "cpu_thermal", "soc_thermal":
        if let channel = chip.temperatures.first {
          found.append(Found(source: place, temperature: channel.input))
        }
      default: break
      }
    }
    if !found.isEmpty { return (found, chips.faults) }
    let zones = ThermalZone.all(in: root)
    let types: Set<String> = ["x86_pkg_temp", "cpu-thermal", "cpu_thermal", "soc-thermal", "soc_thermal"]
    return (
      zones.devices.filter { types.contains($0.type) }
        .map { Found(source: "\($0.entry) \($0.type)", temperature: $0.temperature) },
      chips.faults + zones.faults
    )
  }

  private static func best(of channels: [Hwmon.Temperature]) -> Hwmon.Temperature? {
    if let die = channels.first(where: { $0.label == "Tdie" }) { return die }
    let chiplets = channels.filter { $0.label?.hasPrefix("Tccd") == true }
    let hottest = chiplets.max { ($0.input.value ?? Celsius(-273)) < ($1.input.value ?? Celsius(-273)) }
    return hottest ?? channels.first { $0.label == "Tctl" } ?? channels.first
  }
}
