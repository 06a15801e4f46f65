import Foundation
import Receipts
import Testing
import Workload

@Suite("Signed types")
struct TypedStructTests {
  /// Proof-of-Contribution's golden values.
  @Test func typeHashesAreGolden() {
    #expect(
      ExecutionReceipt.typeHash.hex == "e4f355ebc6a65ec51046b3235a5addef0bcf68c49210ce402b3e213097fc697d")
    // Of EpochAnchor the rules print none; this one is eth-account's.
    #expect(EpochAnchor.typeHash.hex == "6fd78a3b82345ad0bbd96d779ea35d7e6603732bfdec249cb89923c17ad45773")
    #expect(Commit.typeHash.hex == "38f64f3e97bb5ad2cb6e82fa9ea185f0e1ba83bafede7617c0026b2cabc37f58")
  }

  /// The generic encoder, which shares only Keccak-256 with the typed structs, finds the same digests.
  @Test func theGenericEncoderAgrees() throws {
    let receipt = try Fixture.receipt().receipt
    let generic = try JSONDecoder().decode(TypedData.self, from: Data(receipt.typedData(in: Fixture.domain)))
    #expect(try generic.digest() == receipt.digest(in: Fixture.domain))
    #expect(try generic.domainSeparator() == Fixture.domain.separator)
  }

  @Test func typedDataThatCannotBeSignedSaysWhere() {
    func reason(_ type: String, _ value: JSONValue?) -> String {
      var message: [String: JSONValue] = [:]
      if let value { message["x"] = value }
      let data = TypedData(
        types: ["T": [TypedData.Member(name: "x", type: type)]], primaryType: "T", domain: [:],
        message: message)
      do {
        return "\(try data.digest())"
      } catch {
        return "\(error)"
      }
    }
    #expect(reason("uint8", .integer("255")).hasPrefix("0x"))
    #expect(reason("uint8", .integer("256")) == "T.x is not a value of the type uint8")
    #expect(reason("uint8", .integer("-1")) == "T.x is not a value of the type uint8")
    #expect(reason("int8", .integer("-128")).hasPrefix("0x"))
    #expect(reason("int8", .integer("-129")) == "T.x is not a value of the type int8")
    #expect(reason("int8", .integer("128")) == "T.x is not a value of the type int8")
    #expect(reason("uint256", .string("0x1" + String(repeating: "0", count: 64))).contains("not a value"))
    #expect(reason("uint7", .integer("1")) == "T.x: there is no type 'uint7'")
    #expect(reason("bytes33", .string("0x")) == "T.x: there is no type 'bytes33'")
    #expect(reason("bytes4", .string("0x010203")).contains("not a value"))
    #expect(reason("bool", .integer("1")).contains("not a value"))
    #expect(reason("string[2]", .array([.string("a")])).contains("not a value"))
    #expect(reason("string[]", .array([.string("a"), .null])) == "T.x[1] is not a value of the type string")
    #expect(reason("string", nil) == "T.x is missing")
    #expect(reason("T[]", .array([.object([:])])) == "T.x[0].x is missing")
    #expect(reason("Nothing", .object([:])) == "T.x: there is no type 'Nothing'")
  }
}
