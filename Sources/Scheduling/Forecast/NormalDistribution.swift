import Glibc

/// The standard normal distribution.
enum NormalDistribution {
  /// The value that is not exceeded with a probability; by bisection of the error function, to 1e-9.
  static func quantile(_ probability: Double) -> Double {
    precondition(probability > 0 && probability < 1, "a probability between 0 and 1")
    var low = -9.0
    var high = 9.0
    while high - low > 1e-9 {
      let middle = (low + high) / 2
      if 0.5 * erfc(-middle / 2.0.squareRoot()) < probability { low = middle } else { high = middle }
    }
    return (low + high) / 2
  }
}
