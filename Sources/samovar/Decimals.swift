/// Numbers for people, with a fixed count of decimals and a point.
enum Decimals {
  static func text(_ value: Double, _ decimals: Int) -> String {
    guard value.isFinite else { return "–" }
    var scale = 1.0
    for _ in 0..<decimals { scale *= 10 }
    let scaled = Int64((abs(value) * scale).rounded())
    let sign = value < 0 && scaled != 0 ? "-" : ""
    guard decimals > 0 else { return "\(sign)\(scaled)" }
    let fraction = String(scaled % Int64(scale))
    return "\(sign)\(scaled / Int64(scale))." + String(repeating: "0", count: decimals - fraction.count)
      + fraction
  }

  /// Millionths of a euro as euros.
  static func euros(microEuros: UInt128) -> String { text(Double(microEuros) / 1e6, 4) + " EUR" }
}
