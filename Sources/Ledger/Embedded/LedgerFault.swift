/// The first entry of a ledger that does not follow from what stands before it.
package struct LedgerFault: Error, Hashable, Sendable, Codable, CustomStringConvertible {
  /// Number of the block; 0 is the genesis. Nothing where the fault lies outside all blocks.
  package var block: UInt64?
  /// Which of the block's calls, from 0.
  package var call: Int?
  /// What is wrong, as a noun: `state hash`, `signature of the block`.
  package var what: String
  package var expected: String
  package var found: String

  package init(block: UInt64?, call: Int? = nil, what: String, expected: String, found: String) {
    self.block = block
    self.call = call
    self.what = what
    self.expected = expected
    self.found = found
  }

  package var description: String {
    let place =
      switch (block, call) {
      case (nil, _): "outside all blocks"
      case (let block?, nil): block == 0 ? "genesis" : "block \(block)"
      case (let block?, let call?): "block \(block), call \(call)"
      }
    return "\(place): \(what): expected \(expected), found \(found)"
  }
}
