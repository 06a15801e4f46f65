/// Exponential and logarithm of additions, multiplications and divisions alone.
///
/// IEEE 754 rounds those the same everywhere. The C library's `exp` and `log` are chosen by processor at run time and
/// differ in the last bit between one with fused multiply-add and one without, and results that differ in one bit
/// lose a vote. Both series are cut where the next term is below half a unit in the last place.
enum Exact {
  /// ln 2 in two parts; the first has 32 trailing zero bits, so that its product with a small whole number is exact.
  private static let ln2High = 0x1.62e42feep-1
  private static let ln2Low = 0x1.a39ef35793c76p-33

  /// e to the power of `x`. Precondition: |x| < 700.
  static func exponential(_ x: Double) -> Double {
    let k = (x * 1.4426950408889634).rounded(.toNearestOrEven)
    let r = (x - k * ln2High) - k * ln2Low
    // Taylor's series of degree 13 for |r| ≤ ln 2 / 2, by Horner's rule.
    var sum = 1.0 / 6_227_020_800
    sum = sum * r + 1.0 / 479_001_600
    sum = sum * r + 1.0 / 39_916_800
    sum = sum * r + 1.0 / 3_628_800
    sum = sum * r + 1.0 / 362_880
    sum = sum * r + 1.0 / 40_320
    sum = sum * r + 1.0 / 5_040
    sum = sum * r + 1.0 / 720
    sum = sum * r + 1.0 / 120
    sum = sum * r + 1.0 / 24
    sum = sum * r + 1.0 / 6
    sum = sum * r + 0.5
    sum = sum * r + 1
    sum = sum * r + 1
    return sum * Double(sign: .plus, exponent: Int(k), significand: 1)
  }

  /// The natural logarithm. Precondition: `x` is positive, finite and normal.
  static func logarithm(_ x: Double) -> Double {
    var m = x.significand
    var k = Double(x.exponent)
    if m > 1.4142135623730951 {
      m *= 0.5
      k += 1
    }
    // ln m = 2 artanh s, with |s| ≤ 0.172.
    let s = (m - 1) / (m + 1)
    let square = s * s
    var sum = 0.0
    for odd in stride(from: 21.0, through: 3, by: -2) { sum = (sum + 1 / odd) * square }
    return k * ln2High + (2 * (s + s * sum) + k * ln2Low)
  }
}
