/// What a portfolio may lose, in the money it is counted in; a loss is positive.
struct Risk {
  /// The loss that is not passed with the given confidence.
  var valueAtRisk: Double
  /// The mean of the losses from there on.
  var expectedShortfall: Double
  /// How many days or draws it stands on.
  var observations: Int

  /// Of losses as they are: the order statistic ⌈n·confidence⌉, and the mean from it to the worst.
  init(losses: [Double], confidenceBasisPoints: Int) {
    let sorted = losses.sorted()
    // In whole numbers: 0.99 is no binary fraction, and the rank must not hang on its rounding.
    let rank = (sorted.count * confidenceBasisPoints + 9_999) / 10_000
    let index = min(max(rank, 1), sorted.count) - 1
    valueAtRisk = sorted[index]
    expectedShortfall = sorted[index...].reduce(0, +) / Double(sorted.count - index)
    observations = sorted.count
  }
}

/// A portfolio with equal money in every asset.
struct Portfolio {
  let market: Market
  /// In all.
  let worth: Double

  private var share: Double { worth / Double(market.names.count) }

  /// Historical simulation: every past day's move, as it would be today.
  func historicalRisk(confidenceBasisPoints: Int) -> Risk {
    let days = market.returns.first?.count ?? 0
    let losses = (0..<days).map { day in
      market.returns.reduce(0) { $0 + share * (1 - Exact.exponential($1[day])) }
    }
    return Risk(losses: losses, confidenceBasisPoints: confidenceBasisPoints)
  }

  /// Monte-Carlo over days of correlated normal returns with the past's drift and volatility.
  func simulatedRisk(confidenceBasisPoints: Int, days: Int, draws count: Int, seed: UInt64) -> Risk {
    var generator = Xoshiro256(seed: seed, stream: 1003)
    let assets = market.names.count
    let root = Double(days).squareRoot()
    var draws = [Double](repeating: 0, count: assets)
    var losses: [Double] = []
    losses.reserveCapacity(count)
    for _ in 0..<count {
      for asset in 0..<assets { draws[asset] = generator.normal() }
      var loss = 0.0
      for asset in 0..<assets {
        let move =
          market.drifts[asset] * Double(days) + market.deviations[asset] * root
          * market.correlated(draws, asset)
        loss += share * (1 - Exact.exponential(move))
      }
      losses.append(loss)
    }
    return Risk(losses: losses, confidenceBasisPoints: confidenceBasisPoints)
  }
}
