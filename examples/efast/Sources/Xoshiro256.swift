/// The generator xoshiro256++ 1.0 of Blackman and Vigna, "Scrambled Linear Pseudorandom Number Generators", ACM TOMS
/// 47(4), 2021; its state is filled by SplitMix64, as they advise.
struct Xoshiro256 {
  private var s0: UInt64
  private var s1: UInt64
  private var s2: UInt64
  private var s3: UInt64

  /// - Parameter stream: keeps the draws of one product apart from those of another, so that adding a product
  ///   leaves the results of the others as they were.
  init(seed: UInt64, stream: UInt64) {
    var filler = SplitMix64(state: seed)
    let base = filler.next()
    filler = SplitMix64(state: base ^ (stream &* 0x9E37_79B9_7F4A_7C15))
    s0 = filler.next()
    s1 = filler.next()
    s2 = filler.next()
    s3 = filler.next()
  }

  mutating func next() -> UInt64 {
    let result = Self.rotated(s0 &+ s3, by: 23) &+ s0
    let shifted = s1 << 17
    s2 ^= s0
    s3 ^= s1
    s1 ^= s2
    s0 ^= s3
    s2 ^= shifted
    s3 = Self.rotated(s3, by: 45)
    return result
  }

  /// In the open interval (0, 1): the middle of one of 2⁵³ equal parts, so that neither end ever comes.
  mutating func uniform() -> Double {
    (Double(next() >> 11) + 0.5) * 0x1p-53
  }

  /// Standard normal, by inversion: one draw for each, so that antithetic paths pair up exactly.
  mutating func normal() -> Double {
    Normal.quantile(uniform())
  }

  private static func rotated(_ value: UInt64, by count: UInt64) -> UInt64 {
    value << count | value >> (64 - count)
  }
}

/// Steele, Lea and Flood, "Fast Splittable Pseudorandom Number Generators", OOPSLA 2014.
private struct SplitMix64 {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
    return mixed ^ mixed >> 31
  }
}
