import Glibc

/// How nodes come and go with the need for heat: more of them compute on cold nights than on warm days.
package struct HeatChurn: Hashable, Sendable, Codable {
  /// Share of the time in which a node offers its slot.
  package var mean = 0.6
  /// By how much that share swings over a day, and over a year.
  package var daily = 0.2
  package var yearly = 0.1
  /// How often a node takes an offer back before its end.
  package var withdrawn = 0.15

  package init() {}

  /// A node looks at its store so many times a day.
  static let decisionsPerDay = 4

  /// Likelihood that a node offers, `days` after the first of January. Its hour of greatest need is 4, earlier or
  /// later by up to 6 hours from node to node.
  func share(days: Double, node: Int, seed: UInt64) -> Double {
    var random = SplitMix64.stream(seed &+ UInt64(node), 5)
    let peak = (4 + 12 * (random.unit() - 0.5)) / 24
    let day = daily * cos(2 * .pi * (days - peak))
    let year = yearly * cos(2 * .pi * (days - 15) / 365)
    return max(0, min(1, mean + day + year))
  }

  /// Whether a node offers in the span that begins then: the same under every scheme.
  func offers(days: Double, node: Int, seed: UInt64) -> Bool {
    let decision = UInt64(max(0, days * Double(Self.decisionsPerDay)))
    var random = SplitMix64.stream(seed &+ decision &* 0x9_973, UInt64(node) &+ 71)
    return random.unit() < share(days: days, node: node, seed: seed)
  }
}
