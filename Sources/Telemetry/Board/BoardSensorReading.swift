import Workload

/// Sensors: `{w1: 28-0000000001b0}`, `{hwmon: coretemp, channel: temp1}`, `{thermal_zone: x86_pkg_temp}`,
/// `{iio: max31865, channel: temp}`, `{file: /heat/tank0/temp3_input}`, `{gpu: 0000:41:00.0}`.
extension BoardReader {
  /// One sensor, or a list of those that vote.
  func temperatureSources(_ value: YAMLValue) -> TemperatureSources? {
    guard value.isList else { return temperatureSource(value).map { TemperatureSources([$0]) } }
    guard let sources = value.list({ temperatureSource($0) }) else { return nil }
    guard !sources.isEmpty else { return value.mistake("\(value.name) must name at least one sensor") }
    guard Set(sources).count == sources.count else {
      return value.mistake("\(value.name) names one sensor twice; its vote would count double")
    }
    return TemperatureSources(sources)
  }

  func temperatureSource(_ value: YAMLValue) -> TemperatureSource? {
    guard let source = value.mapping(),
      let kind = onlyKind(
        of: source, value, among: ["w1", "hwmon", "thermal_zone", "iio", "file", "gpu"]),
      let read = temperature(kind, source)
    else { return nil }
    place(value, .temperature(read))
    return read
  }

  private func temperature(_ kind: String, _ source: YAMLMapping) -> TemperatureSource? {
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
    case "gpu": return source.required("gpu", gpuBus).map { .gpu(bus: $0) }
    default: return source.required("file", path).map { .file(path: $0) }
    }
  }

  /// One meter, or a list of those that are summed.
  func powerSource(_ value: YAMLValue) -> PowerSource? {
    if value.isList {
      guard let sources = value.list({ onePowerSource($0) }) else { return nil }
      guard !sources.isEmpty else { return value.mistake("\(value.name) must name at least one meter") }
      guard Set(sources).count == sources.count else {
        return value.mistake("\(value.name) names one meter twice; its power would count double")
      }
      return .sum(sources)
    }
    return onePowerSource(value)
  }

  private func onePowerSource(_ value: YAMLValue) -> PowerSource? {
    guard let source = value.mapping() else { return nil }
    let read: PowerSource?
    switch onlyKind(of: source, value, among: ["hwmon", "file", "gpu"]) {
    case "hwmon": read = hwmon(source).map { .hwmon(name: $0.name, device: $0.device, channel: $0.channel) }
    case "file": read = source.required("file", path).map { .file(path: $0) }
    case "gpu": read = source.required("gpu", gpuBus).map { .gpu(bus: $0) }
    default: read = nil
    }
    if let read { place(value, .power(read)) }
    return read
  }

  func read(fan value: YAMLValue) -> Fan? {
    guard let fan = value.mapping() else { return nil }
    let name = fan.required("name") { $0.string() }
    let least = fan.required("least") { $0.quantity("turns a minute", ["rpm": 1, "1/min": 1]) }
    let isRequired = fan.optional("required", default: false) { $0.bool() }
    let source = fan.required("sensor") { value -> FanSource? in
      guard let sensor = value.mapping(), onlyKind(of: sensor, value, among: ["hwmon"]) != nil,
        let (chip, device, channel) = hwmon(sensor)
      else { return nil }
      let source = FanSource(chip: chip, device: device, channel: channel)
      place(value, .fan(source))
      return source
    }
    guard let name, let least, let isRequired, let source else { return nil }
    return Fan(name: name, source: source, least: TurnsPerMinute(least), isRequired: isRequired)
  }

  /// A path, `{file: …}`, `{thermostat: CONTACT, power: 4 kW}` or `{sg_ready: [CONTACT, CONTACT], …}`.
  func heatDemand(_ value: YAMLValue) -> HeatDemandSource? {
    if value.isText { return demandFile(value) }
    guard let demand = value.mapping() else { return nil }
    switch onlyKind(of: demand, value, among: ["file", "thermostat", "sg_ready"]) {
    case "file": return demand.required("file", demandFile)
    case "thermostat":
      let contact = demand.required("thermostat", contact)
      let power = demand.required("power") { $0.watts() }
      guard let contact, let power else { return nil }
      return .thermostat(contact, power: power)
    case "sg_ready":
      let contacts = demand.required("sg_ready") { list -> [ContactSource]? in
        guard let contacts = list.list(contact) else { return nil }
        guard contacts.count == 2, contacts[0] != contacts[1] else {
          return list.mistake("sg_ready must be the two contacts of SG Ready, in their order")
        }
        return contacts
      }
      let encouraged = demand.required("encouraged") { $0.watts() }
      let ordered = demand.required("ordered") { $0.watts() }
      guard let contacts, let encouraged, let ordered else { return nil }
      guard encouraged <= ordered else { return value.mistake("ordered must be no less than encouraged") }
      return .sgReady(first: contacts[0], second: contacts[1], encouraged: encouraged, ordered: ordered)
    default: return nil
    }
  }

  private func demandFile(_ value: YAMLValue) -> HeatDemandSource? {
    guard let path = path(value) else { return nil }
    place(value, .file(path))
    return .file(path: path)
  }

  private func contact(_ value: YAMLValue) -> ContactSource? {
    guard let contact = value.mapping() else { return nil }
    let read: ContactSource?
    switch onlyKind(of: contact, value, among: ["gpio", "file"]) {
    case "gpio":
      let chip = contact.required("gpio") { $0.string() }
      let line = contact.required("line") { $0.string() }
      let isActiveLow = contact.optional("active", default: false) {
        $0.choice(["high": false, "low": true])
      }
      guard let chip, let line, let isActiveLow else { return nil }
      read = .gpio(chip: chip, line: line, isActiveLow: isActiveLow)
    case "file": read = contact.required("file", path).map { .file(path: $0) }
    default: read = nil
    }
    if let read { place(value, .contact(read)) }
    return read
  }

  private func place(_ value: YAMLValue, _ sensor: PlacedSensor.Sensor) {
    sensors.append(PlacedSensor(line: value.line, column: value.column, sensor: sensor))
  }

  private func hwmon(_ source: YAMLMapping) -> (name: String, device: String?, channel: String)? {
    let name = source.required("hwmon") { $0.string() }
    let channel = source.required("channel") { $0.string() }
    let device = source["device"].map { $0.string() }
    guard let name, let channel, isRead(device) else { return nil }
    return (name, device ?? nil, channel)
  }

  /// A place on the PCI bus, with a domain of four or of eight digits as NVML prints it.
  private func gpuBus(_ value: YAMLValue) -> String? {
    guard let text = value.string() else { return nil }
    let parts = text.split(whereSeparator: { ":.".contains($0) }).map(\.utf8.count)
    let isPlace =
      [[4, 2, 2, 1], [8, 2, 2, 1]].contains(parts) && text.allSatisfy { $0.isHexDigit || ":.".contains($0) }
    return isPlace
      ? text : value.mistake("gpu must be a place on the PCI bus such as 0000:41:00.0, not '\(text)'")
  }

  private func onlyKind(of source: YAMLMapping, _ value: YAMLValue, among kinds: [String]) -> String? {
    let found = kinds.filter { source.has($0) }
    guard found.count == 1, let kind = found.first else {
      return value.mistake("\(value.name) must name one sensor, by one of \(kinds.joined(separator: ", "))")
    }
    return kind
  }
}
