import Workload

/// Finding the sensor that a board names among those that are there now, and reading it once.
extension TemperatureSource {
  /// Whether it may be a DS18B20, whose odd values a bridge passes on as they are.
  var isOneWire: Bool {
    switch self {
    case .oneWire, .file: true
    case .hwmon, .thermalZone, .iio: false
    }
  }

  func measure(in root: SysfsRoot, at now: Instant) throws(SysfsError) -> Measurement<Celsius> {
    switch self {
    case .oneWire(let id):
      if !root.isPresent(W1Therm.path + "/" + id) {
        let present = try root.entriesIfPresent(W1Therm.path) ?? []
        throw SysfsError(
          .list, root.hostPath(W1Therm.path),
          .notFound(what: "thermometer \(id)", present: present.filter(W1Therm.isDeviceName)))
      }
      return Measurement(try W1Therm.celsius(id, in: root), takenAt: now)
    case .hwmon(let name, let device, let channel):
      let chip = try HwmonChip.find(name: name, device: device, in: root)
      return Measurement(try chip.celsius(try chip.channel(channel, stem: "temp", in: root)), takenAt: now)
    case .thermalZone(let type):
      let path = try Named.find(
        type, attribute: "type", under: ThermalZone.path, noun: "thermal zone of type", in: root,
        accept: ThermalZone.isZone)
      return Measurement(try ThermalZone.celsius(path, in: root), takenAt: now)
    case .iio(let name, let channel):
      let path = try Named.find(
        name, attribute: "name", under: IIO.path, noun: "IIO device named", in: root, accept: IIO.isDevice)
      return Measurement(try IIO.celsius(path, channel: channel, in: root), takenAt: now)
    case .file(let path):
      return Measurement(Celsius(Double(try root.number(path)) / 1000), takenAt: try root.modified(path))
    }
  }
}

extension PowerSource {
  func measure(in root: SysfsRoot, at now: Instant) throws(SysfsError) -> Measurement<Watts> {
    switch self {
    case .hwmon(let name, let device, let channel):
      let chip = try HwmonChip.find(name: name, device: device, in: root)
      return Measurement(try chip.watts(try chip.channel(channel, stem: "power", in: root)), takenAt: now)
    case .file(let path):
      return Measurement(Watts(Double(try root.number(path)) / 1e6), takenAt: try root.modified(path))
    }
  }
}

/// The file in which a bridge says how much heat the building asks for: watts as a number, zero for none.
enum HeatDemandFile {
  static func measure(_ path: String, in root: SysfsRoot) throws(SysfsError) -> Measurement<Watts> {
    let text = try root.read(path)
    guard let watts = Double(text), watts.isFinite, watts >= 0 else {
      throw SysfsError(.parse, root.hostPath(path), .malformed(text: text, expected: "a power in watts"))
    }
    return Measurement(Watts(watts), takenAt: try root.modified(path))
  }
}

extension HwmonChip {
  /// The one chip of a name, and of a device where that is given: by the end of its resolved path.
  static func find(name: String, device: String?, in root: SysfsRoot) throws(SysfsError) -> HwmonChip {
    var fitting: [(chip: HwmonChip, path: String)] = []
    var present: [String] = []
    for entry in try root.entriesIfPresent(Hwmon.path) ?? [] where Hwmon.isChip(entry) {
      let chip = HwmonChip(entry: entry, path: Hwmon.path + "/" + entry, in: root)
      // A chip whose name can't be read is not the one; the others still count.
      guard let found = try? chip.name() else { continue }
      let path = chip.device() ?? ""
      present.append(path.isEmpty ? found : "\(found) at \(path)")
      if found == name, device.map({ path.hasSuffix($0) }) ?? true { fitting.append((chip, path)) }
    }
    let what = "hwmon chip named '\(name)'" + (device.map { " at '\($0)'" } ?? "")
    guard let first = fitting.first else {
      throw SysfsError(.list, root.hostPath(Hwmon.path), .notFound(what: what, present: present))
    }
    guard fitting.count == 1 else {
      throw SysfsError(
        .list, root.hostPath(Hwmon.path), .ambiguous(what: what, candidates: fitting.map(\.path)))
    }
    return first.chip
  }

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

/// Devices of a class that are found by the text of one attribute.
private enum Named {
  static func find(
    _ text: String, attribute: String, under directory: String, noun: String, in root: SysfsRoot,
    accept: (String) -> Bool
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
