/// The arithmetic of trust, exact in integers (Sarmenta's credibility 1 − f/k with f = 1/5, as odds).
package enum Odds {
  /// Beyond this odds are cut off: far above any trust, and a million times as much still fits. Nine
  /// operators of the greatest weight, 1999⁹, stay below it.
  static let ceiling: UInt128 = 1 << 107

  /// w: how many to one a node is right. 1 for a node that has not proven itself.
  package static func weight(credibility: UInt32, isProven: Bool, minimum: UInt32) -> UInt64 {
    guard isProven, credibility >= minimum, credibility > 0 else { return 1 }
    return min(5 * UInt64(credibility) - 1, 1_999)
  }

  /// G: the product over distinct operators of their greatest weight.
  package static func group(_ weights: some Sequence<UInt64>) -> UInt128 {
    weights.reduce(1) { product, weight in
      let (result, overflow) = product.multipliedReportingOverflow(by: UInt128(weight))
      return overflow ? ceiling : min(result, ceiling)
    }
  }

  /// Whether a unanimous group is enough: operators ≥ r and G·T > (1 + G)(T − 1), which is G > T − 1. While
  /// all weights are 1, three operators in agreement are.
  package static func accept(weights: [UInt64], required: Int, trust: UInt32) -> Bool {
    guard weights.count >= max(1, required) else { return false }
    if trust <= 1 { return true }
    if weights.count >= 3, weights.allSatisfy({ $0 == 1 }) { return true }
    return group(weights) > UInt128(trust) - 1
  }

  /// 10⁶ · G / (1 + ΣG), rounded down: of a group's odds among those of all groups, its own included.
  package static func credibilityPPM(of group: UInt128, among groups: [UInt128]) -> UInt32 {
    let sum = groups.reduce(1 as UInt128) { $0 + $1 }
    return UInt32(group * 1_000_000 / sum)
  }
}
