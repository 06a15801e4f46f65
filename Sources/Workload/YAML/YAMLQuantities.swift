/// Numbers with a unit: `64 MiB`, `90 s`, `0.002 EUR`, `55 °C`. A number without a unit is a mistake, so that nobody
/// has to guess.
extension YAMLValue {
  package func byteCount() -> ByteCount? {
    quantity(
      "a size",
      ["B": 1, "kB": 1e3, "KiB": 1024, "MB": 1e6, "MiB": 0x1p20, "GB": 1e9, "GiB": 0x1p30, "TiB": 0x1p40]
    )
    .flatMap { whole($0).map(ByteCount.init) }
  }

  /// Bytes in a second, within a range.
  package func byteRate(_ range: ClosedRange<UInt64>) -> UInt64? {
    let units: [String: Double] = [
      "B/s": 1, "kB/s": 1e3, "KiB/s": 1024, "MB/s": 1e6, "MiB/s": 0x1p20, "GB/s": 1e9, "GiB/s": 0x1p30,
    ]
    guard let rate = quantity("a rate", units).flatMap(whole) else { return nil }
    guard range.contains(rate) else {
      return mistake(
        "\(name) must be from \(range.lowerBound) B/s to \(range.upperBound) B/s, not \(rate) B/s")
    }
    return rate
  }

  /// In whole milliseconds.
  package func milliseconds() -> UInt64? {
    quantity("a time", ["ms": 1, "s": 1e3, "min": 60e3, "h": 3_600e3, "d": 86_400e3]).flatMap(whole)
  }

  package func duration() -> Duration? {
    milliseconds().map { .milliseconds(Int64($0)) }
  }

  /// A price that is no whole number of millionths of a euro is a mistake: money is not rounded in silence.
  package func microEuros() -> MicroEuros? {
    guard let value = quantity("a price", ["EUR": 1e6, "ct": 1e4]) else { return nil }
    guard abs(value - value.rounded()) <= 1e-6 * max(1, value) else {
      return mistake("\(name) has a part that is smaller than a millionth of a euro")
    }
    return whole(value).map(MicroEuros.init)
  }

  package func celsius() -> Celsius? {
    quantity("a temperature", ["°C": 1, "C": 1, "degC": 1], mayBeNegative: true).map(Celsius.init)
  }

  package func watts() -> Watts? {
    quantity("a power", ["W": 1, "kW": 1000]).map(Watts.init)
  }

  /// A number and one of the units, times the unit's factor. Reports what units there are where it is something else.
  package func quantity(_ noun: String, _ units: [String: Double], mayBeNegative: Bool = false) -> Double? {
    guard let text = string() else { return nil }
    let number = text.prefix { "+-.0123456789eE_".contains($0) }
    // An `E` that starts the unit was taken for an exponent: give it back.
    let digits = number.last.map { "eE".contains($0) } == true ? number.dropLast() : number
    let unit = text.dropFirst(digits.count).drop { $0 == " " }
    let names = units.sorted { ($0.value, $0.key) < ($1.value, $1.key) }.map(\.key).joined(separator: ", ")
    guard let value = Double(digits), value.isFinite else {
      return mistake("\(name) must be \(noun) such as '1 \(units.keys.sorted().first ?? "")', not '\(text)'")
    }
    guard let factor = units[String(unit)] else {
      let said = unit.isEmpty ? "has no unit" : "has the unit '\(unit)'"
      return mistake("\(name) must be \(noun), but '\(text)' \(said); use one of \(names)")
    }
    guard mayBeNegative || value >= 0 else {
      return mistake("\(name) must not be negative, but is '\(text)'")
    }
    return value * factor
  }

  private func whole(_ value: Double) -> UInt64? {
    guard value < 0x1p63 else { return mistake("\(name) is too large") }
    return UInt64(value.rounded())
  }
}
