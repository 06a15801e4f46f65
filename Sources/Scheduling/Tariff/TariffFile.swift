package import Workload

/// The `tariff:` section:
///
///     electricity: 0.18 EUR/kWh            # or a calendar:
///     electricity:
///       utc_offset: +01:00
///       peak: 0.21 EUR/kWh
///       off_peak: 0.15 EUR/kWh
///       off_peak_hours: [22:00-06:00, 12:30-14:00]
///       off_peak_days: [saturday, sunday]
///     heat: 0.11 EUR/kWh
///     wear: 0.02 EUR/kWh
///     slot_hour: 0.005 EUR
extension Tariff {
  /// Nothing where a value was mistaken; the mistakes are reported.
  package init?(yaml: YAMLMapping) {
    let electricity = yaml.required("electricity", ElectricityPrice.read)
    let heat = yaml.required("heat") { $0.energyPrice() }
    let wear = yaml.optional("wear", default: EuroPerKilowattHour(0.02)) { $0.energyPrice() }
    let slotHour = yaml.optional("slot_hour", default: .zero) { $0.microEuros() }
    guard let electricity, let heat, let wear, let slotHour else { return nil }
    self.init(electricity: electricity, heat: heat, wear: wear, slotHour: slotHour)
  }
}

extension ElectricityPrice {
  fileprivate static func read(_ value: YAMLValue) -> ElectricityPrice? {
    if value.isText { return value.energyPrice(mayBeNegative: true).map(Self.fixed) }
    guard let yaml = value.mapping() else { return nil }
    let offset = yaml.required("utc_offset") { $0.offsetFromUTC() }
    let peak = yaml.required("peak") { $0.energyPrice(mayBeNegative: true) }
    let offPeak = yaml.required("off_peak") { $0.energyPrice(mayBeNegative: true) }
    let hours = yaml.optional("off_peak_hours", default: []) { $0.list { $0.dailyHours() } }
    let weekdays = Dictionary(uniqueKeysWithValues: Weekday.allCases.map { ($0.rawValue, $0) })
    let days = yaml.optional("off_peak_days", default: []) { $0.list { $0.choice(weekdays) } }
    guard let offset, let peak, let offPeak, let hours, let days else { return nil }
    if hours.isEmpty, days.isEmpty {
      return value.mistake("electricity names off-peak prices but neither off_peak_hours nor off_peak_days")
    }
    return .calendar(
      PeakCalendar(
        minutesEastOfUTC: offset, peak: peak, offPeak: offPeak, offPeakHours: hours, offPeakDays: Set(days)))
  }
}
