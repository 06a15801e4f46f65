internal import Receipts
internal import Workload
extension ContributionState {
  var stateHash: Bytes32 { Keccak256.hash(seed, Bytes32(UInt128(height))) }
}
