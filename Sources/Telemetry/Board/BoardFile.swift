package import Workload

extension Board {
  /// Longest board file that is read.
  package static let largestFile = ByteCount.kibibytes(64)

  /// - Throws: every mistake of the file, each with line and column.
  package static func parse(_ text: String, file: String) throws(Mistakes) -> Board {
    try parsePlaced(text, file: file).board
  }

  /// The board, and where in the file each of its sensors stands.
  static func parsePlaced(
    _ text: String, file: String
  ) throws(Mistakes) -> (board: Board, sensors: [PlacedSensor]) {
    let reader = BoardReader()
    let board = try readYAML(text, file: file) { root in reader.board(root) }
    return (board, reader.sensors)
  }
}

/// Reads `hardware/<board>/board.yaml`, as people write it, and notes where each sensor stands.
final class BoardReader {
  var sensors: [PlacedSensor] = []

  func board(_ root: YAMLMapping) -> Board? {
    let name = root.required("name") { $0.string() }
    let description = root.optional("description", default: "") { $0.string() }
    let sources = root.optional("sources", default: []) { $0.strings() }
    let tank = root["tank"].map(read(tank:))
    let coolant = root["coolant"].map { temperatureSources($0) }
    let processors = root.optional("processors", default: .detected, read(processors:))
    let meter = root["meter"].map { powerSource($0) }
    let demand = root["demand"].map { heatDemand($0) }
    let fans = root.optional("fans", default: []) { $0.list(read(fan:)) }
    let power = root.required("power", read(power:))
    let limits = root.required("limits", read(limits:))
    // A key that is there must have been read; one that is absent is nothing.
    guard let name, let description, let sources, let processors, let fans, let power, let limits,
      isRead(tank), isRead(coolant), isRead(meter), isRead(demand)
    else { return nil }
    return Board(
      name: name, description: description, sources: sources, tank: tank ?? nil, coolant: coolant ?? nil,
      processors: processors, meter: meter ?? nil, demand: demand ?? nil, fans: fans, power: power,
      limits: limits)
  }

  func isRead<Value>(_ value: Value??) -> Bool {
    if case .some(.none) = value { return false }
    return true
  }

  private func read(tank value: YAMLValue) -> Tank? {
    guard let tank = value.mapping() else { return nil }
    let layers = tank.required("layers") { $0.list(read(layer:)) }
    let outlet = tank["outlet"].map { temperatureSources($0) }
    let inlet = tank["inlet"].map { temperatureSources($0) }
    let loss = tank.required("loss") { $0.quantity("a loss of heat", ["W/K": 1]) }
    guard let layers, let loss, isRead(outlet), isRead(inlet) else { return nil }
    if layers.isEmpty { return tank["layers"]?.mistake("layers must name at least one layer of the tank") }
    for (index, layer) in layers.enumerated()
    where layers[..<index].contains(where: { $0.name == layer.name }) {
      tank["layers"]?.report("two layers are named '\(layer.name)'")
    }
    for (index, layer) in layers.enumerated() {
      for source in layer.sensor.sources
      where layers[..<index].contains(where: { $0.sensor.sources.contains(source) }) {
        tank["layers"]?.report("two layers have the same sensor, \(source)")
      }
    }
    return Tank(layers: layers, outlet: outlet ?? nil, inlet: inlet ?? nil, lossWattsPerKelvin: loss)
  }

  private func read(layer value: YAMLValue) -> TankLayer? {
    guard let layer = value.mapping() else { return nil }
    let name = layer.required("name") { $0.string() }
    let volume = layer.required("volume") { volume in
      volume.quantity("a volume", ["L": 1, "m3": 1000]).flatMap { litres in
        litres > 0 ? Litres(litres) : volume.mistake("volume must be more than nothing")
      }
    }
    let sensor = layer.required("sensor") { temperatureSources($0) }
    guard let name, let volume, let sensor else { return nil }
    return TankLayer(name: name, volume: volume, sensor: sensor)
  }

  private func read(processors value: YAMLValue) -> ProcessorTemperature? {
    guard let processors = value.mapping() else { return nil }
    return processors.optional("temperature", default: .detected) { temperature in
      if temperature.isText { return temperature.choice(["auto": ProcessorTemperature.detected]) }
      // `auto` among others: what is detected, and these.
      guard let elements = temperature.list() else { return nil }
      let named = elements.filter { !$0.isText }
      let sources = named.map { temperatureSource($0) }
      let words = elements.filter(\.isText).map { $0.choice(["auto": true]) }
      guard !words.contains(nil), !sources.contains(nil) else { return nil }
      let good = sources.compactMap { $0 }
      return words.isEmpty ? .sources(good) : .detected(others: good)
    }
  }

  private func read(power value: YAMLValue) -> PowerModel? {
    guard let power = value.mapping() else { return nil }
    let idle = power.required("idle") { $0.watts() }
    let core = power.required("per_busy_core") { $0.watts() }
    let capture = power.required("capture") { $0.double(0...1) }
    guard let idle, let core, let capture else { return nil }
    return PowerModel(idle: idle, perBusyCore: core, capture: capture)
  }

  private func read(limits value: YAMLValue) -> BoardLimits? {
    guard let limits = value.mapping() else { return nil }
    let tank = limits.required("tank") { limit($0, Celsius(30)...Celsius(95)) }
    let coolant = limits.required("coolant") { limit($0, Celsius(30)...Celsius(95)) }
    let processor = limits.required("processor") { limit($0, Celsius(30)...Celsius(115)) }
    let sensors = limits.optional("sensors", default: SensorLimits(), read(sensors:))
    guard let tank, let coolant, let processor, let sensors else { return nil }
    return BoardLimits(tank: tank, coolant: coolant, processor: processor, sensors: sensors)
  }

  private func read(sensors value: YAMLValue) -> SensorLimits? {
    guard let sensors = value.mapping() else { return nil }
    let usual = SensorLimits()
    let least = sensors.optional("least", default: usual.plausible.lowerBound) { $0.celsius() }
    let most = sensors.optional("most", default: usual.plausible.upperBound) { $0.celsius() }
    let change = sensors["change"].map { $0.quantity("a change", ["K/min": 1, "K/s": 60]) }
    let stale = sensors.optional("stale_after", default: usual.staleAfter) { $0.duration() }
    let lost = sensors.optional("lost_after", default: usual.lostAfter) { $0.duration() }
    let stuck = sensors.optional("stuck_after", default: usual.stuckAfter) { $0.duration() }
    guard let least, let most, let stale, let lost, let stuck, isRead(change) else { return nil }
    guard least < most else { return value.mistake("least must be below most") }
    guard stale < lost else { return value.mistake("stale_after must be shorter than lost_after") }
    return SensorLimits(
      plausible: least...most, kelvinPerMinute: change ?? nil, staleAfter: stale, lostAfter: lost,
      stuckAfter: stuck)
  }

  private func limit(_ value: YAMLValue, _ range: ClosedRange<Celsius>) -> Celsius? {
    guard let limit = value.celsius() else { return nil }
    guard range.contains(limit) else {
      return value.mistake(
        "\(value.name) must be from \(range.lowerBound.value) to \(range.upperBound.value) °C, not \(limit.value)"
      )
    }
    return limit
  }

  func path(_ value: YAMLValue) -> String? {
    guard let path = value.string() else { return nil }
    guard path.hasPrefix("/"), !path.split(separator: "/").contains("..") else {
      return value.mistake("\(value.name) must be a path that starts with / and has no .., not '\(path)'")
    }
    return path
  }
}
