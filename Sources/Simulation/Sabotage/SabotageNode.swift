internal import Ledger
internal import Receipts
internal import Workload

/// A node as the simulation knows it. Its number is its place in the ledger's list, too.
struct SabotageNode {
  let address: Address
  let operatorAddress: Address
  let isMember: Bool
  /// When it first lied with the coalition.
  var firstLie: Height?
  var bannedAt: Height?

  /// Names come from numbers: nodes, operators and requesters each have a kind.
  static func address(_ number: Int, kind: UInt64) -> Address {
    Address(lastBytesOf: Keccak256.hash(words: [Bytes32(UInt128(number)), Bytes32(UInt128(kind))]))
  }

  static func address(ofNode number: Int) -> Address { address(number, kind: 1) }
  static func address(ofOperator number: Int) -> Address { address(number, kind: 2) }
  static func address(ofRequester number: Int) -> Address { address(number, kind: 3) }
  /// Turns the crank: anybody may.
  static let crank = address(0, kind: 4)
  static let ledgerKey = address(0, kind: 5)

  init(number: Int, operatorNumber: Int, isMember: Bool) {
    address = Self.address(ofNode: number)
    operatorAddress = Self.address(ofOperator: operatorNumber)
    self.isMember = isMember
  }

  var site: Bytes32 { address.word }
}
