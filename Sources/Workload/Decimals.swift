/// Numbers in sentences for people, with a point, without Foundation's formats.
package enum Decimals {
  /// With just so many digits after the point. What has no sensible decimals, as a sensor may well say, is written as it
  /// is: `nan`, `1e+300`.
  package static func text(_ value: Double, _ places: Int) -> String {
    guard value.isFinite, abs(value) < 1e12 else { return "\(value)" }
    let scale = (0..<places).reduce(Int64(1)) { scale, _ in scale * 10 }
    let scaled = Int64((abs(value) * Double(scale)).rounded())
    let sign = value < 0 && scaled != 0 ? "-" : ""
    guard places > 0 else { return "\(sign)\(scaled)" }
    let fraction = String(scaled % scale)
    return "\(sign)\(scaled / scale)." + String(repeating: "0", count: places - fraction.utf8.count)
      + fraction
  }

  /// With at most so many digits after the point, and none that are zero at its end.
  package static func trimmed(_ value: Double, _ places: Int) -> String {
    var text = text(value, places)
    guard text.contains("."), !text.contains("e") else { return text }
    while text.hasSuffix("0") { text.removeLast() }
    if text.hasSuffix(".") { text.removeLast() }
    return text
  }

  /// Millionths of a euro as euros.
  package static func euros(microEuros: UInt128) -> String { text(Double(microEuros) / 1e6, 4) + " EUR" }
}
