/// A span of blocks that grows with a bag's expected run time τ: max(floor, ⌈τ · perTau / 1000⌉).
package struct BlockTimer: Hashable, Sendable, Codable {
  /// The least, in blocks.
  package var floor: UInt64
  /// Thousandths of τ.
  package var tauThousandths: UInt64

  package init(floor: UInt64 = 0, tauThousandths: UInt64) {
    self.floor = floor
    self.tauThousandths = tauThousandths
  }

  /// Blocks for a bag whose tasks are expected to run for `tau` blocks.
  package func blocks(tau: UInt32) -> UInt64 {
    max(floor, (UInt64(tau) * tauThousandths + 999) / 1000)
  }
}
