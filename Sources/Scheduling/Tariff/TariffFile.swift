package import Workload

/// The `tariff:` section:
///
///     electricity: 0.18 EUR/kWh            # or a calendar:
///     electricity:
///       time_zone: Europe/Paris            # or an offset, +01:00
///       peak: 0.21 EUR/kWh
///       off_peak: 0.15 EUR/kWh
///       off_peak_hours: [22:00-06:00, 12:30-14:00]
///       off_peak_days: [saturday, sunday]
///     electricity:                         # or what a market publishes a day ahead:
///       file: prices.csv                     # or url: https://…
///       time_zone: Europe/Paris
///       factor: 1.2
///       added: 0.06 EUR/kWh
///       otherwise: 0.20 EUR/kWh
///     heat: 0.11 EUR/kWh
///     wear: 0.02 EUR/kWh
///     slot_hour: 0.005 EUR
extension Tariff {
  /// Nothing where a value was mistaken; the mistakes are reported.
  ///
  /// - Parameter base: the directory from which relative paths lead.
  package init?(yaml: YAMLMapping, base: String) {
    let electricity = yaml.required("electricity") { ElectricityPrice.read($0, base) }
    let heat = yaml.required("heat") { $0.energyPrice() }
    let wear = yaml.optional("wear", default: EuroPerKilowattHour(0.02)) { $0.energyPrice() }
    let slotHour = yaml.optional("slot_hour", default: .zero) { $0.microEuros() }
    guard let electricity, let heat, let wear, let slotHour else { return nil }
    self.init(electricity: electricity, heat: heat, wear: wear, slotHour: slotHour)
  }
}

extension ElectricityPrice {
  fileprivate static func read(_ value: YAMLValue, _ base: String) -> ElectricityPrice? {
    if value.isText { return value.energyPrice(mayBeNegative: true).map(Self.fixed) }
    guard let yaml = value.mapping() else { return nil }
    if yaml.has("file") || yaml.has("url") {
      return DayAheadPrices(yaml: yaml, at: value, base: base).map(Self.dayAhead)
    }
    let clock = yaml.required("time_zone") { $0.clock() }
    let peak = yaml.required("peak") { $0.energyPrice(mayBeNegative: true) }
    let offPeak = yaml.required("off_peak") { $0.energyPrice(mayBeNegative: true) }
    let hours = yaml.optional("off_peak_hours", default: []) { $0.list { $0.dailyHours() } }
    let weekdays = Dictionary(uniqueKeysWithValues: Weekday.allCases.map { ($0.rawValue, $0) })
    let days = yaml.optional("off_peak_days", default: []) { $0.list { $0.choice(weekdays) } }
    guard let clock, let peak, let offPeak, let hours, let days else { return nil }
    if hours.isEmpty, days.isEmpty {
      return value.mistake("electricity names off-peak prices but neither off_peak_hours nor off_peak_days")
    }
    return .calendar(
      PeakCalendar(clock: clock, peak: peak, offPeak: offPeak, offPeakHours: hours, offPeakDays: Set(days)))
  }
}

extension DayAheadPrices {
  fileprivate init?(yaml: YAMLMapping, at value: YAMLValue, base: String) {
    let file = yaml.optional("file", default: nil) { $0.path(from: base).map { String?.some($0) } }
    let url = yaml.optional("url", default: nil) { $0.webAddress().map { String?.some($0) } }
    let clock = yaml.required("time_zone") { $0.clock() }
    let factor = yaml.optional("factor", default: 1) { $0.double(0.5...3) }
    let added = yaml.optional("added", default: .zero) { $0.energyPrice(mayBeNegative: true) }
    let otherwise = yaml.required("otherwise") { $0.energyPrice(mayBeNegative: true) }
    guard let file, let url, let clock, let factor, let added, let otherwise else { return nil }
    switch (file, url) {
    case (let file?, nil):
      self.init(source: .file(file), clock: clock, factor: factor, added: added, otherwise: otherwise)
    case (nil, let url?):
      self.init(source: .url(url), clock: clock, factor: factor, added: added, otherwise: otherwise)
    default:
      value.report("electricity has a file and a url; one of them must go")
      return nil
    }
  }
}

extension YAMLValue {
  /// `https://…`, or `http://` of this machine.
  fileprivate func webAddress() -> String? {
    guard let text = string() else { return nil }
    let isLocal = ["http://127.0.0.1", "http://localhost", "http://[::1]"].contains { text.hasPrefix($0) }
    guard text.hasPrefix("https://") || isLocal, !text.contains(" ") else {
      return mistake("\(name) must be an https:// address, not '\(text)'")
    }
    return text
  }
}
