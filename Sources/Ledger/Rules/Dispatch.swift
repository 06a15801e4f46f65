internal import Receipts
internal import Workload

extension ContributionState {
  mutating func dispatch(_ call: Call, from: Address, nonce: UInt64) throws(Rejection) {
    throw .outOfBounds(reason: "the rules come with the next commit")
  }

  mutating func turnEpoch(to next: EpochNumber, beacon: Bytes32) {}

  package func dueCalls(limit: Int) -> [Call] { [] }
}
