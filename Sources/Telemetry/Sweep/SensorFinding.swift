import Workload

/// Finds sensors by what stays when devices are numbered anew, and opens them. One lives as long as a round of a lane, so
/// that a class of devices is listed once, however many of its sensors are missing.
final class SensorFinding {
  let root: SysfsRoot
  private var chips: [ChipPlace]?

  init(_ root: SysfsRoot) { self.root = root }

  /// Where a hwmon chip is now.
  struct ChipPlace {
    var entry: String
    var name: String
    /// The path that its `device` link resolves to; empty for a chip without a device.
    var device: String
  }

  private func chipPlaces() throws(SysfsError) -> [ChipPlace] {
    if let chips { return chips }
    var found: [ChipPlace] = []
    for entry in try root.entriesIfPresent(Hwmon.path) ?? [] where Hwmon.isChip(entry) {
      let chip = HwmonChip(entry: entry, path: Hwmon.path + "/" + entry, in: root)
      // A chip whose name can't be read is not the one; the others still count.
      guard let name = try? chip.name() else { continue }
      found.append(ChipPlace(entry: entry, name: name, device: chip.device() ?? ""))
    }
    chips = found
    return found
  }

  /// The one chip of a name, and of a device where that is given: by the end of its resolved path.
  func chip(name: String, device: String?) throws(SysfsError) -> (reader: HwmonChip, place: ChipPlace) {
    let places = try chipPlaces()
    let fitting = places.filter { place in
      place.name == name && (device.map { place.device.hasSuffix($0) } ?? true)
    }
    let what = "hwmon chip named '\(name)'" + (device.map { " at '\($0)'" } ?? "")
    guard let first = fitting.first else {
      let present = places.map { $0.device.isEmpty ? $0.name : "\($0.name) at \($0.device)" }
      throw SysfsError(.list, root.hostPath(Hwmon.path), .notFound(what: what, present: present))
    }
    guard fitting.count == 1 else {
      throw SysfsError(
        .list, root.hostPath(Hwmon.path), .ambiguous(what: what, candidates: fitting.map(\.device)))
    }
    return (HwmonChip(entry: first.entry, path: Hwmon.path + "/" + first.entry, in: root), first)
  }

  /// A device of a class that is found by the text of one attribute.
  func device(
    _ text: String, attribute: String, under directory: String, noun: String, accept: (String) -> Bool
  ) throws(SysfsError) -> String {
    var present: [String] = []
    for entry in try root.entriesIfPresent(directory) ?? [] where accept(entry) {
      guard let found = try? root.readIfPresent("\(directory)/\(entry)/\(attribute)") else { continue }
      if found == text { return directory + "/" + entry }
      present.append(found)
    }
    throw SysfsError(
      .list, root.hostPath(directory), .notFound(what: "\(noun) '\(text)'", present: present))
  }
}

extension TemperatureSource {
  /// Finds the sensor and opens it. Nothing is measured yet.
  func find(_ finding: SensorFinding) throws(SysfsError) -> any BoundSensor {
    let root = finding.root
    switch self {
    case .oneWire(let id): return try OneWireBus.find(id, in: root)
    case .hwmon(let name, let device, let channel):
      let chip = try finding.chip(name: name, device: device).reader
      return try chip.open(try chip.channel(channel, stem: "temp", in: root), "input", scale: 1000)
    case .thermalZone(let type):
      let path = try finding.device(
        type, attribute: "type", under: ThermalZone.path, noun: "thermal zone of type",
        accept: ThermalZone.isZone)
      return ScaledAttribute(input: try OpenAttribute(path + "/temp", in: root), scale: 1000)
    case .iio(let name, let channel):
      let path = try finding.device(
        name, attribute: "name", under: IIO.path, noun: "IIO device named", accept: IIO.isDevice)
      return try IIO.open(path, channel: channel, in: root)
    case .file(let path):
      return DatedFile(
        file: try OpenAttribute(path, in: root), scale: 1000, expected: "a temperature in millidegrees")
    case .gpu(let bus): return try NVMLDevice.find(bus, in: root).bound(.temperature)
    }
  }

  /// The lane that it is read in, as far as it can be known now.
  func bus(_ finding: SensorFinding) -> String {
    switch self {
    case .oneWire(let id): OneWireBus.name(of: id, in: finding.root)
    case .hwmon(let name, let device, _): finding.bus(ofChip: name, device)
    case .thermalZone, .iio: SensorFinding.platform
    case .file: "files"
    case .gpu: NVMLLibrary.bus
    }
  }
}

extension PowerSource {
  func find(_ finding: SensorFinding) throws(SysfsError) -> any BoundSensor {
    let root = finding.root
    switch self {
    case .hwmon(let name, let device, let channel):
      let chip = try finding.chip(name: name, device: device).reader
      let power = try chip.channel(channel, stem: "power", in: root)
      return try chip.open(power, chip.has(power, "input") ? "input" : "average", scale: 1e6)
    case .file(let path):
      return DatedFile(
        file: try OpenAttribute(path, in: root), scale: 1e6, least: 0, expected: "a power in microwatts")
    case .gpu(let bus): return try NVMLDevice.find(bus, in: root).bound(.power)
    case .sum(let sources):
      var sensors: [any BoundSensor] = []
      for source in sources { sensors.append(try source.find(finding)) }
      return Sum(sensors: sensors)
    }
  }

  func bus(_ finding: SensorFinding) -> String {
    switch self {
    case .hwmon(let name, let device, _): finding.bus(ofChip: name, device)
    case .file: "files"
    case .gpu: NVMLLibrary.bus
    case .sum(let sources): sources.first?.bus(finding) ?? SensorFinding.platform
    }
  }
}

extension SensorFinding {
  /// What sits on no bus of its own: registers of the processor and of the board.
  static let platform = "platform"

  /// `i2c-3` for a chip on an I2C or SMBus bus, by the path of its device; else the platform.
  func bus(ofChip name: String, _ device: String?) -> String {
    guard let place = try? chip(name: name, device: device).place else { return Self.platform }
    return place.device.split(separator: "/").first { NumberedName($0)?.stem == "i2c-" }.map(String.init)
      ?? Self.platform
  }
}

extension HwmonChip {
  /// A channel by its name, `temp1`, or by its label.
  func channel(_ wanted: String, stem: String, in root: SysfsRoot) throws(SysfsError) -> String {
    if NumberedName(wanted)?.stem == stem { return wanted }
    let channels = try channels().filter { $0.stem == stem }.map { "\(stem)\($0.number)" }
    let labelled = channels.map { ($0, label($0)) }
    if let found = labelled.first(where: { $0.1 == wanted }) { return found.0 }
    throw SysfsError(
      .list, root.hostPath(Hwmon.path + "/" + entry),
      .notFound(what: "channel '\(wanted)'", present: labelled.map { $0.1 ?? $0.0 }))
  }
}
