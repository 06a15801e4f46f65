import Receipts
import Testing
import Workload

@Suite("Signed types")
struct TypedStructTests {
  /// Proof-of-Contribution's golden values.
  @Test func typeHashesAreGolden() {
    #expect(ExecutionReceipt.typeHash.hex == "e4f355ebc6a65ec51046b3235a5addef0bcf68c49210ce402b3e213097fc697d")
    #expect(Commit.typeHash.hex == "38f64f3e97bb5ad2cb6e82fa9ea185f0e1ba83bafede7617c0026b2cabc37f58")
  }
}
