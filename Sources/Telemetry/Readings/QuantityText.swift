import Workload

/// Numbers in texts for people, with a fixed count of decimals.
enum Decimals {
  /// Attributes may hold anything: what has no sensible decimals is written as it is.
  static func text(_ value: Double, places: Int) -> String {
    guard value.isFinite, abs(value) < 1e12 else { return "\(value)" }
    let factor = (0..<places).reduce(Int64(1)) { product, _ in product * 10 }
    let scaled = Int64((value * Double(factor)).rounded())
    let rest = String(abs(scaled) % factor)
    let zeros = String(repeating: "0", count: places - rest.utf8.count)
    return (scaled < 0 ? "-" : "") + "\(abs(scaled) / factor)." + zeros + rest
  }
}

extension Quantity where Scalar == Double {
  var tenths: String { Decimals.text(value, places: 1) }
  /// As exact as the kernel's millidegrees.
  var thousandths: String { Decimals.text(value, places: 3) }
}
