import Glibc

/// Distributions that the simulations draw from.
extension SplitMix64 {
  /// Standard normal (Box and Muller, "A note on the generation of random normal deviates", 1958).
  mutating func normal() -> Double {
    (-2 * log(1 - unit())).squareRoot() * cos(2 * .pi * unit())
  }

  /// Mean 1.
  mutating func exponential() -> Double { -log(1 - unit()) }

  /// The exponential of a normal with that median and spread.
  mutating func logNormal(median: Double, sigma: Double) -> Double { median * exp(sigma * normal()) }

  /// One of those, each as likely.
  mutating func pick<Element>(_ elements: [Element]) -> Element {
    elements[Int(next() % UInt64(elements.count))]
  }

  /// A generator for one purpose, so that what is drawn for one doesn't shift what is drawn for another.
  static func stream(_ seed: UInt64, _ purpose: UInt64) -> SplitMix64 {
    var mixed = SplitMix64(state: seed &* 0x9E37_79B9_7F4A_7C15 &+ purpose)
    return SplitMix64(state: mixed.next())
  }
}
