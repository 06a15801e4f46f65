package import Workload

/// `hardware/<board>/board.yaml`, as people write it.
extension Board {
  /// Longest board file that is read.
  package static let largestFile = ByteCount.kibibytes(64)

  /// - Throws: every mistake of the file, each with line and column.
  package static func parse(_ text: String, file: String) throws(Mistakes) -> Board {
    try readYAML(text, file: file) { root in board(root) }
  }

  private static func board(_ root: YAMLMapping) -> Board? {
    let name = root.required("name") { $0.string() }
    let description = root.optional("description", default: "") { $0.string() }
    let sources = root.optional("sources", default: []) { $0.strings() }
    let tank = root["tank"].map(read(tank:))
    let coolant = root["coolant"].map { temperatureSource($0) }
    let processors = root.optional("processors", default: .detected, read(processors:))
    let meter = root["meter"].map { powerSource($0) }
    let demand = root["demand"].map { path($0) }
    let power = root.required("power", read(power:))
    let limits = root.required("limits", read(limits:))
    // A key that is there must have been read; one that is absent is nothing.
    guard let name, let description, let sources, let processors, let power, let limits,
      isRead(tank), isRead(coolant), isRead(meter), isRead(demand)
    else { return nil }
    return Board(
      name: name, description: description, sources: sources, tank: tank ?? nil, coolant: coolant ?? nil,
      processors: processors, meter: meter ?? nil, demandFile: demand ?? nil, power: power, limits: limits)
  }

  private static func isRead<Value>(_ value: Value??) -> Bool {
    if case .some(.none) = value { return false }
    return true
  }

  private static func read(tank value: YAMLValue) -> Tank? {
    guard let tank = value.mapping() else { return nil }
    let layers = tank.required("layers") { $0.list(read(layer:)) }
    let outlet = tank["outlet"].map { temperatureSource($0) }
    let inlet = tank["inlet"].map { temperatureSource($0) }
    let loss = tank.required("loss") { $0.quantity("a loss of heat", ["W/K": 1]) }
    guard let layers, let loss, isRead(outlet), isRead(inlet) else { return nil }
    if layers.isEmpty { return tank["layers"]?.mistake("layers must name at least one layer of the tank") }
    for (index, layer) in layers.enumerated()
    where layers[..<index].contains(where: { $0.name == layer.name }) {
      tank["layers"]?.report("two layers are named '\(layer.name)'")
    }
    for (index, layer) in layers.enumerated()
    where layers[..<index].contains(where: { $0.sensor == layer.sensor }) {
      tank["layers"]?.report("two layers have the same sensor, \(layer.sensor)")
    }
    return Tank(layers: layers, outlet: outlet ?? nil, inlet: inlet ?? nil, lossWattsPerKelvin: loss)
  }

  private static func read(layer value: YAMLValue) -> TankLayer? {
    guard let layer = value.mapping() else { return nil }
    let name = layer.required("name") { $0.string() }
    let volume = layer.required("volume") { volume in
      volume.quantity("a volume", ["L": 1, "m3": 1000]).flatMap { litres in
        litres > 0 ? Litres(litres) : volume.mistake("volume must be more than nothing")
      }
    }
    let sensor = layer.required("sensor") { temperatureSource($0) }
    guard let name, let volume, let sensor else { return nil }
    return TankLayer(name: name, volume: volume, sensor: sensor)
  }

  private static func read(processors value: YAMLValue) -> ProcessorTemperature? {
    guard let processors = value.mapping() else { return nil }
    return processors.optional("temperature", default: .detected) { temperature in
      if temperature.isText { return temperature.choice(["auto": ProcessorTemperature.detected]) }
      return temperature.list { temperatureSource($0) }.map(ProcessorTemperature.sources)
    }
  }

  private static func read(power value: YAMLValue) -> PowerModel? {
    guard let power = value.mapping() else { return nil }
    let idle = power.required("idle") { $0.watts() }
    let core = power.required("per_busy_core") { $0.watts() }
    let capture = power.required("capture") { $0.double(0...1) }
    guard let idle, let core, let capture else { return nil }
    return PowerModel(idle: idle, perBusyCore: core, capture: capture)
  }

  private static func read(limits value: YAMLValue) -> BoardLimits? {
    guard let limits = value.mapping() else { return nil }
    let tank = limits.required("tank") { limit($0, Celsius(30)...Celsius(95)) }
    let coolant = limits.required("coolant") { limit($0, Celsius(30)...Celsius(95)) }
    let processor = limits.required("processor") { limit($0, Celsius(30)...Celsius(115)) }
    let sensors = limits.optional("sensors", default: SensorLimits(), read(sensors:))
    guard let tank, let coolant, let processor, let sensors else { return nil }
    return BoardLimits(tank: tank, coolant: coolant, processor: processor, sensors: sensors)
  }

  private static func read(sensors value: YAMLValue) -> SensorLimits? {
    guard let sensors = value.mapping() else { return nil }
    let usual = SensorLimits()
    let least = sensors.optional("least", default: usual.plausible.lowerBound) { $0.celsius() }
    let most = sensors.optional("most", default: usual.plausible.upperBound) { $0.celsius() }
    let change = sensors["change"].map { $0.quantity("a change", ["K/min": 1, "K/s": 60]) }
    let stale = sensors.optional("stale_after", default: usual.staleAfter) { $0.duration() }
    let lost = sensors.optional("lost_after", default: usual.lostAfter) { $0.duration() }
    guard let least, let most, let stale, let lost, isRead(change) else { return nil }
    guard least < most else { return value.mistake("least must be below most") }
    guard stale < lost else { return value.mistake("stale_after must be shorter than lost_after") }
    return SensorLimits(
      plausible: least...most, kelvinPerMinute: change ?? nil, staleAfter: stale, lostAfter: lost)
  }

  private static func limit(_ value: YAMLValue, _ range: ClosedRange<Celsius>) -> Celsius? {
    guard let limit = value.celsius() else { return nil }
    guard range.contains(limit) else {
      return value.mistake(
        "\(value.name) must be from \(range.lowerBound.value) to \(range.upperBound.value) °C, not \(limit.value)"
      )
    }
    return limit
  }

  private static func path(_ value: YAMLValue) -> String? {
    guard let path = value.string() else { return nil }
    guard path.hasPrefix("/"), !path.split(separator: "/").contains("..") else {
      return value.mistake("\(value.name) must be a path that starts with / and has no .., not '\(path)'")
    }
    return path
  }
}

/// Sensors: `{w1: 28-0000000001b0}`, `{hwmon: coretemp, channel: temp1}`, `{thermal_zone: x86_pkg_temp}`,
/// `{iio: max31865, channel: temp}`, `{file: /heat/tank0/temp3_input}`.
extension Board {
  private static let kinds = ["w1", "hwmon", "thermal_zone", "iio", "file"]

  static func temperatureSource(_ value: YAMLValue) -> TemperatureSource? {
    guard let source = value.mapping() else { return nil }
    guard let kind = onlyKind(of: source, value, among: kinds) else { return nil }
    switch kind {
    case "w1":
      return source.required("w1") { id in
        id.string().flatMap { text in
          W1Therm.isDeviceName(text)
            ? .oneWire(id: text)
            : id.mistake(
              "w1 must be a thermometer's family and serial number such as 28-0000000001b0, not '\(text)'")
        }
      }
    case "hwmon":
      guard let (name, device, channel) = hwmon(source) else { return nil }
      return .hwmon(name: name, device: device, channel: channel)
    case "thermal_zone": return source.required(kind) { $0.string() }.map { .thermalZone(type: $0) }
    case "iio":
      let name = source.required(kind) { $0.string() }
      let channel = source.optional("channel", default: "temp") { $0.string() }
      guard let name, let channel else { return nil }
      return .iio(name: name, channel: channel)
    default: return source.required("file", path).map { .file(path: $0) }
    }
  }

  private static func powerSource(_ value: YAMLValue) -> PowerSource? {
    guard let source = value.mapping() else { return nil }
    switch onlyKind(of: source, value, among: ["hwmon", "file"]) {
    case "hwmon":
      guard let (name, device, channel) = hwmon(source) else { return nil }
      return .hwmon(name: name, device: device, channel: channel)
    case "file": return source.required("file", path).map { .file(path: $0) }
    default: return nil
    }
  }

  private static func hwmon(_ source: YAMLMapping) -> (name: String, device: String?, channel: String)? {
    let name = source.required("hwmon") { $0.string() }
    let channel = source.required("channel") { $0.string() }
    let device = source["device"].map { $0.string() }
    guard let name, let channel, isRead(device) else { return nil }
    return (name, device ?? nil, channel)
  }

  private static func onlyKind(of source: YAMLMapping, _ value: YAMLValue, among kinds: [String]) -> String? {
    let found = kinds.filter { source.has($0) }
    guard found.count == 1, let kind = found.first else {
      return value.mistake("\(value.name) must name one sensor, by one of \(kinds.joined(separator: ", "))")
    }
    return kind
  }
}
