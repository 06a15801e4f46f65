/// What the prices say of the market: last prices, volatilities and how the assets move together.
struct Market {
  static let tradingDaysAYear = 252.0

  let names: [String]
  /// Last closing prices.
  let spots: [Double]
  /// Daily logarithmic returns, by asset, then by day.
  let returns: [[Double]]
  /// Mean of the daily logarithmic returns.
  let drifts: [Double]
  /// Standard deviation of the daily logarithmic returns, with n − 1.
  let deviations: [Double]
  /// Lower triangle L of Cholesky with L·Lᵀ = the correlations of the returns, row by row.
  let correlationRoot: [[Double]]

  /// Per √year.
  func volatility(_ asset: Int) -> Double { deviations[asset] * Self.tradingDaysAYear.squareRoot() }

  /// - Throws: an asset whose price never moves, for which there is nothing to simulate.
  init(_ table: PriceTable, file: String) throws(Failure) {
    names = table.names
    spots = table.prices.map { $0[$0.count - 1] }
    returns = table.prices.map { prices in
      zip(prices.dropFirst(), prices).map { Exact.logarithm($0 / $1) }
    }
    drifts = returns.map { $0.reduce(0, +) / Double($0.count) }
    var covariances: [[Double]] = []
    for i in returns.indices {
      var row: [Double] = []
      for j in 0...i {
        var sum = 0.0
        for day in returns[i].indices { sum += (returns[i][day] - drifts[i]) * (returns[j][day] - drifts[j]) }
        row.append(sum / Double(returns[i].count - 1))
      }
      covariances.append(row)
    }
    deviations = covariances.indices.map { covariances[$0][$0].squareRoot() }
    for (name, deviation) in zip(names, deviations) where deviation < 1e-9 {
      throw Failure(.data, "\(file): the price of \(name) never moves, so it has no volatility")
    }
    correlationRoot = Self.cholesky(covariances, deviations)
  }

  /// A pivot of nothing (an asset that is a copy of another) leaves a zero column: it has no noise of its own.
  private static func cholesky(_ covariances: [[Double]], _ deviations: [Double]) -> [[Double]] {
    var root: [[Double]] = []
    for i in covariances.indices {
      var row = [Double](repeating: 0, count: i + 1)
      for j in 0...i {
        var sum = covariances[i][j] / (deviations[i] * deviations[j])
        for k in 0..<j { sum -= row[k] * (j == i ? row[k] : root[j][k]) }
        if j == i {
          row[j] = sum > 1e-12 ? sum.squareRoot() : 0
        } else {
          row[j] = root[j][j] > 0 ? sum / root[j][j] : 0
        }
      }
      root.append(row)
    }
    return root
  }
}
