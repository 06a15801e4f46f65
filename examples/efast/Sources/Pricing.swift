/// An estimate by simulation.
struct Estimate {
  var value: Double
  /// Of the mean: the deviation of the samples over the root of their number.
  var standardError: Double
}

/// Mean and standard error of samples that come one by one, by sums in the order of the samples.
struct Accumulator {
  private var count = 0.0
  private var sum = 0.0
  private var squares = 0.0

  mutating func add(_ sample: Double) {
    count += 1
    sum += sample
    squares += sample * sample
  }

  /// The mean times `factor`.
  func estimate(times factor: Double = 1) -> Estimate {
    let mean = sum / count
    let variance = max(0, (squares - sum * mean) / (count - 1))
    return Estimate(value: factor * mean, standardError: factor * (variance / count).squareRoot())
  }
}

/// Options under geometric Brownian motion, by Monte-Carlo with antithetic paths: each draw z is used as z and −z, and
/// the mean of both is one sample.
struct Pricing {
  let market: Market
  let seed: UInt64
  /// Simulated paths; half of them are the antithetic ones.
  let paths: Int
  /// Of the spot.
  let strikeShare: Double
  let years: Double
  /// Continuously compounded, a year.
  let rate: Double

  private var pairs: Int { paths / 2 }
  private var discount: Double { Exact.exponential(-rate * years) }

  struct European {
    var call: Estimate
    var put: Estimate
    /// Of the call, by the pathwise derivative.
    var delta: Estimate
    /// Of the call, for a volatility that is higher by 1 (100 points).
    var vega: Estimate
  }

  /// European call and put on one asset; the closed formula of Black and Scholes is their check.
  func european(_ asset: Int) -> European {
    var generator = Xoshiro256(seed: seed, stream: UInt64(asset) + 1)
    let spot = market.spots[asset]
    let strike = spot * strikeShare
    let volatility = market.volatility(asset)
    let drift = (rate - volatility * volatility / 2) * years
    let root = years.squareRoot()
    var calls = Accumulator()
    var puts = Accumulator()
    var deltas = Accumulator()
    var vegas = Accumulator()
    for _ in 0..<pairs {
      let draw = generator.normal()
      var call = 0.0
      var put = 0.0
      var delta = 0.0
      var vega = 0.0
      func add(_ z: Double) {
        let final = spot * Exact.exponential(drift + volatility * root * z)
        if final > strike {
          call += final - strike
          delta += final / spot
          vega += final * (root * z - volatility * years)
        } else {
          put += strike - final
        }
      }
      add(draw)
      add(-draw)
      calls.add(call / 2)
      puts.add(put / 2)
      deltas.add(delta / 2)
      vegas.add(vega / 2)
    }
    return European(
      call: calls.estimate(times: discount), put: puts.estimate(times: discount),
      delta: deltas.estimate(times: discount), vega: vegas.estimate(times: discount))
  }

  /// How many closing prices an Asian option takes the mean of.
  static let fixings = 12

  /// A call on the arithmetic mean of `fixings` equally spaced prices of one asset. No closed formula is known: this
  /// is what the simulation is for.
  func asianCall(_ asset: Int) -> Estimate {
    var generator = Xoshiro256(seed: seed, stream: 1001)
    let spot = market.spots[asset]
    let strike = spot * strikeShare
    let volatility = market.volatility(asset)
    let step = years / Double(Self.fixings)
    let drift = (rate - volatility * volatility / 2) * step
    let deviation = volatility * step.squareRoot()
    var samples = Accumulator()
    for _ in 0..<pairs {
      var up = spot
      var down = spot
      var upSum = 0.0
      var downSum = 0.0
      for _ in 0..<Self.fixings {
        let z = generator.normal()
        up *= Exact.exponential(drift + deviation * z)
        down *= Exact.exponential(drift - deviation * z)
        upSum += up
        downSum += down
      }
      let mean = 1 / Double(Self.fixings)
      samples.add((max(0, upSum * mean - strike) + max(0, downSum * mean - strike)) / 2)
    }
    return samples.estimate(times: discount)
  }

  /// A call on a basket that puts equal money in every asset and starts at 100.
  func basketCall() -> Estimate {
    var generator = Xoshiro256(seed: seed, stream: 1002)
    let count = market.names.count
    let strike = 100 * strikeShare
    let weight = 100 / Double(count)
    let root = years.squareRoot()
    let deviations = (0..<count).map { market.volatility($0) * root }
    let drifts = (0..<count).map { rate * years - deviations[$0] * deviations[$0] / 2 }
    var draws = [Double](repeating: 0, count: count)
    var samples = Accumulator()
    for _ in 0..<pairs {
      for asset in 0..<count { draws[asset] = generator.normal() }
      var up = 0.0
      var down = 0.0
      for asset in 0..<count {
        let z = market.correlated(draws, asset)
        up += weight * Exact.exponential(drifts[asset] + deviations[asset] * z)
        down += weight * Exact.exponential(drifts[asset] - deviations[asset] * z)
      }
      samples.add((max(0, up - strike) + max(0, down - strike)) / 2)
    }
    return samples.estimate(times: discount)
  }
}

extension Market {
  /// The normal draw of one asset that is correlated with those of the others.
  func correlated(_ draws: [Double], _ asset: Int) -> Double {
    let row = correlationRoot[asset]
    var sum = 0.0
    for index in row.indices { sum += row[index] * draws[index] }
    return sum
  }
}
