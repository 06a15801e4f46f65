import Ledger
import Receipts
import Testing
import Workload

@Suite struct CodecTests {
  @Test func everyCallComesBackFromItsBytes() throws {
    let task = TaskID(word: Bytes32(1, 2, 3, 4))
    for call in [Call.seal(task), .withdrawOffer, .withdraw(amount: 1 << 100), .commit(task, round: 7, digest: .zero)] {
      #expect(try Call(encoded: call.encoded) == call)
    }
  }
}
