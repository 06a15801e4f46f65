import Foundation

/// What the program's results are compared with: written apart from it, on the C library's functions.
struct BlackScholes {
  var spot: Double
  var strike: Double
  var volatility: Double
  var years: Double
  var rate: Double

  static func cumulative(_ x: Double) -> Double { erfc(-x / 2.0.squareRoot()) / 2 }
  static func density(_ x: Double) -> Double { exp(-x * x / 2) / (2 * Double.pi).squareRoot() }

  private var d1: Double {
    (log(spot / strike) + (rate + volatility * volatility / 2) * years) / (volatility * years.squareRoot())
  }
  private var d2: Double { d1 - volatility * years.squareRoot() }

  var call: Double { spot * Self.cumulative(d1) - strike * exp(-rate * years) * Self.cumulative(d2) }
  var put: Double { call - spot + strike * exp(-rate * years) }
  var delta: Double { Self.cumulative(d1) }
  var vega: Double { spot * Self.density(d1) * years.squareRoot() }

  /// The call on the geometric mean of `count` equally spaced prices, which is lognormal (Kemna and Vorst, 1990): a
  /// lower bound of the arithmetic one.
  func geometricAsianCall(fixings count: Int) -> Double {
    let n = Double(count)
    let mean = log(spot) + (rate - volatility * volatility / 2) * years * (n + 1) / (2 * n)
    let deviation = volatility * (years * (n + 1) * (2 * n + 1) / (6 * n * n)).squareRoot()
    let d = (mean - log(strike) + deviation * deviation) / deviation
    return exp(-rate * years)
      * (exp(mean + deviation * deviation / 2) * Self.cumulative(d) - strike * Self.cumulative(d - deviation))
  }
}

/// The example's prices, read and measured without the program.
struct Prices {
  var names: [String]
  var columns: [[Double]]

  init(_ csv: String) {
    let rows = csv.split(separator: "\n").map { $0.split(separator: ",") }
    names = rows[0].dropFirst().map(String.init)
    columns = names.indices.map { column in rows.dropFirst().map { Double($0[column + 1]) ?? .nan } }
  }

  func returns(_ asset: Int) -> [Double] {
    zip(columns[asset].dropFirst(), columns[asset]).map { log($0 / $1) }
  }

  /// Mean and standard deviation of the daily logarithmic returns.
  func moments(_ asset: Int) -> (mean: Double, deviation: Double) {
    let all = returns(asset)
    let mean = all.reduce(0, +) / Double(all.count)
    let squares = all.map { ($0 - mean) * ($0 - mean) }.reduce(0, +)
    return (mean, (squares / Double(all.count - 1)).squareRoot())
  }
}
