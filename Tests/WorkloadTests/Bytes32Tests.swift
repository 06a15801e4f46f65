import Testing
import Workload

@Suite struct Bytes32Tests {
  @Test func bytesAndHexadecimalAreTwoFormsOfOneValue() throws {
    let bytes = (0..<32).map { UInt8($0 * 7 & 255) }
    let value = try #require(Bytes32(bytes))
    #expect(value.bytes == bytes)
    #expect(Bytes32(hex: value.description) == value)
    #expect(Bytes32(hex: value.hex.uppercased()) == value)
  }

  @Test func whatIsNot32BytesIsRefused() {
    #expect(Bytes32([1, 2, 3]) == nil)
    #expect(Bytes32(hex: String(repeating: "g", count: 64)) == nil)
    #expect(Bytes32(hex: "0x12") == nil)
  }

  @Test func ordersAsABigEndianNumber() {
    #expect(Bytes32(UInt128(255)) < Bytes32(UInt128(256)))
    #expect(Bytes32(UInt128.max) < Bytes32(1, 0, 0, 0))
  }

  @Test func sha256OfAbcIsTheStandards() {
    #expect(
      ContentDigest(of: Array("abc".utf8)).description
        == "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
  }
}
