import Workload

/// The report for people.
extension HardwareReport {
  package var text: String {
    var lines = ["Hardware under \(root)", ""]
    lines += processorLines
    lines += section("hwmon chips", hwmon, chipLines)
    lines += section("thermal zones", thermalZones, zoneLines)
    lines += section("RAPL energy", powercap, energyLines)
    lines += section("DRM cards", drm, cardLines)
    lines += gpuLines
    lines += section("1-Wire thermometers", oneWire) { ["\($0.id)  \(HardwareReport.said($0.temperature))"] }
    lines += section("IIO thermometers", iio.withThermometers, converterLines)
    if let snapshot { lines += HardwareReport.boardLines(snapshot) }
    return lines.joined(separator: "\n")
  }

  private var processorLines: [String] {
    let siblings = processors.hasSiblings.map { $0 ? ", threads share cores" : "" } ?? ""
    var lines = [
      processors.online.isEmpty
        ? "processors: the kernel does not tell, in \(CPUTopology.path)"
        : "processors: \(CPUList.format(processors.online)) online, \(processors.cores) cores in "
          + "\(processors.packages) package\(processors.packages == 1 ? "" : "s")\(siblings)"
    ]
    lines += processors.faults.map { "  ! \($0)" }
    for policy in cpufreq.devices {
      let range = [policy.leastKilohertz, policy.mostKilohertz].compactMap { $0.map { "\($0 / 1000)" } }
      let now = policy.currentKilohertz.value.map { "\($0 / 1000) MHz" } ?? "? MHz"
      lines.append(
        "  \(policy.policy): processors \(CPUList.format(policy.processors)) at \(now)"
          + (range.count == 2 ? " of \(range.joined(separator: " to "))" : "")
          + (policy.governor.map { ", \($0)" } ?? ""))
    }
    lines += cpufreq.faults.map { "  ! \($0)" }
    if cpufreq.devices.isEmpty, cpufreq.faults.isEmpty { lines.append("  no frequency policies") }
    return lines
  }

  private func section<Device>(
    _ title: String, _ found: DeviceClass<Device>, _ describe: (Device) -> [String]
  ) -> [String] {
    var lines: [String] = []
    if !found.isPresent {
      lines.append("\(title): none; this kernel has no \(found.path)")
    } else if found.devices.isEmpty, found.faults.isEmpty {
      lines.append("\(title): none in \(found.path)")
    } else {
      lines.append("\(title): \(found.devices.count)")
    }
    for device in found.devices { lines += describe(device).map { "  " + $0 } }
    return lines + found.faults.map { "  ! \($0)" }
  }

  private func chipLines(_ chip: Hwmon) -> [String] {
    var lines = ["\(chip.name)\(chip.device.map { " at \($0)" } ?? "")"]
    lines += chip.temperatures.map { channel in
      let bounds = [channel.max.map { "max \($0.tenths)" }, channel.critical.map { "critical \($0.tenths)" }]
        .compactMap { $0 }
      return
        "  \(channel.channel) \(HardwareReport.quoted(channel.label))\(HardwareReport.said(channel.input))"
        + (bounds.isEmpty ? "" : " (\(bounds.joined(separator: ", ")))")
    }
    lines += chip.powers.map { powerLine($0) }
    return lines
      + chip.fans.map { fan in
        "  \(fan.channel) \(HardwareReport.quoted(fan.label))"
          + HardwareReport.said(fan.speed) { "\(Int($0.value)) rpm" }
      }
  }

  private func powerLine(_ power: Hwmon.Power) -> String {
    "  \(power.channel) \(HardwareReport.quoted(power.label))\(HardwareReport.said(power.draw) { "\($0.tenths) W" })"
  }

  private func zoneLines(_ zone: ThermalZone) -> [String] {
    let trips = zone.trips.map { "\($0.type) \($0.temperature.tenths)" }
    return [
      "\(zone.type)  \(HardwareReport.said(zone.temperature))"
        + (trips.isEmpty ? "" : " (\(trips.joined(separator: ", ")))")
    ]
  }

  private func energyLines(_ zone: Powercap) -> [String] {
    let energy = HardwareReport.said(zone.energy) {
      "\($0.microjoules / 1_000_000) J, turns at \($0.range / 1_000_000) J"
    }
    return ["\(zone.zone) \(zone.name)  \(energy)\(zone.isPackage ? "" : " (in no sum)")"]
  }

  private func cardLines(_ card: DRM) -> [String] {
    var first = "\(card.entry) \(card.vendor)\(card.driver.map { ", driver \($0)" } ?? "")"
    if card.isSuspended { first += ", asleep" }
    if let busy = card.busyPercent { first += ", " + HardwareReport.said(busy) { "\($0) % busy" } }
    if !card.isGPU { first += ", not counted as a GPU" }
    return [first]
      + card.temperatures.map { channel in
        "  \(channel.channel) \(HardwareReport.quoted(channel.label))\(HardwareReport.said(channel.input))"
      } + card.powers.map { powerLine($0) }
  }

  private var gpuLines: [String] {
    if let absence = nvml.absence { return ["NVIDIA GPUs: none by NVML; \(absence)"] }
    var lines = ["NVIDIA GPUs: \(nvml.devices.count)"]
    for card in nvml.devices {
      lines.append("  \(HardwareReport.said(card.bus) { $0 }) \(HardwareReport.said(card.name) { $0 })")
      lines.append(
        "    \(HardwareReport.said(card.temperature)), \(HardwareReport.said(card.power) { "\($0.tenths) W" }), "
          + "\(HardwareReport.said(card.busyPercent) { "\($0) % busy" }), "
          + HardwareReport.said(card.energy) { "\(Int($0.value)) J" })
    }
    return lines
  }

  private func converterLines(_ device: IIO) -> [String] {
    device.temperatures.map { "\(device.name) \($0.channel)  \(HardwareReport.said($0.value))" }
  }

  private static func quoted(_ label: String?) -> String { label.map { "'\($0)' " } ?? "" }

  private static func said(_ temperature: Attribute<Celsius>) -> String {
    said(temperature) { "\($0.tenths) °C" }
  }

  private static func said<Value>(_ attribute: Attribute<Value>, _ describe: (Value) -> String) -> String {
    switch attribute {
    case .value(let value): describe(value)
    case .failed(let error): "! \(error)"
    }
  }
}

/// What a board makes of its sensors.
extension HardwareReport {
  private static func boardLines(_ snapshot: HeatSnapshot) -> [String] {
    var lines = ["", "Board \(snapshot.board)"]
    for layer in snapshot.tank.reversed() {
      lines.append("  tank \(layer.name), \(layer.volume.tenths) L: \(said(layer.temperature))")
    }
    if let mean = snapshot.meanTankTemperature { lines.append("  tank mean: \(mean.tenths) °C") }
    let pipes = [("outlet", snapshot.outlet), ("inlet", snapshot.inlet), ("coolant", snapshot.coolant)]
    lines += pipes.compactMap { name, reading in reading.map { "  \(name): \(said($0))" } }
    lines += snapshot.processors.map { "  processor: \(said($0))" }
    if let demand = snapshot.demand { lines.append("  heat demand: \(said(demand))") }
    switch snapshot.gridSignal {
    case .state(let state): lines.append("  grid: \(state.rawValue) (SG Ready)")
    case .lost: lines.append("  grid: its SG Ready contacts are lost")
    case nil: break
    }
    lines += snapshot.fans.map { fan in
      "  \(fan.name): \(said(fan.speed) { "\(Int($0.value)) rpm" })\(fan.isStalled ? ", stalled" : "")"
    }
    if let power = snapshot.power {
      lines.append("  power: \(said(power)), by \(snapshot.powerOrigin.rawValue)")
    }
    lines.append("  GPUs: \(snapshot.machine.gpus)")
    if !snapshot.faults.isEmpty { lines.append("  faults:") }
    lines += snapshot.faults.map { "    ! \($0)" }
    switch snapshot.permission {
    case .allowed: lines.append("  heat from tasks: the sensors allow it")
    case .forbidden(let reasons):
      lines.append("  heat from tasks: none, which is the safe fall-back:")
      lines += reasons.map { "    - \($0)" }
    }
    return lines
  }

  private static func said(_ reading: Reading<Celsius>) -> String { said(reading) { "\($0.tenths) °C" } }
  private static func said(_ reading: Reading<Watts>) -> String { said(reading) { "\($0.tenths) W" } }

  private static func said<Value>(_ reading: Reading<Value>, _ describe: (Value) -> String) -> String {
    guard let value = reading.value else { return reading.quality.description }
    return reading.quality == .good ? describe(value) : "\(describe(value)) (\(reading.quality))"
  }
}

extension DeviceClass<IIO> {
  /// Converters that measure something else are of no interest here.
  fileprivate var withThermometers: DeviceClass<IIO> {
    var some = self
    some.devices.removeAll { $0.temperatures.isEmpty }
    return some
  }
}
