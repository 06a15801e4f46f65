/// Money in millionths of a euro. UInt128 as in the contract: no sum of flows of a chain's life can overflow
/// it.
package typealias Amount = UInt128

/// The number of a block. The only time that the rules know.
package typealias Height = UInt64

/// The number of an epoch: height ÷ blocks per epoch.
package typealias EpochNumber = UInt64

extension UInt128 {
  /// ⌊self · basisPoints / 10⁴⌋. Amounts come in as UInt64, so that the product fits.
  func basisPoints(_ points: UInt64) -> UInt128 { self * UInt128(points) / 10_000 }

  /// ⌈self · basisPoints / 10⁴⌉.
  func basisPointsRoundedUp(_ points: UInt64) -> UInt128 { (self * UInt128(points) + 9_999) / 10_000 }
}
