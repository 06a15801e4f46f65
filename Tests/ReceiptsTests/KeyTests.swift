import Receipts
import Testing
import Workload

@Suite("Keys and signatures")
struct KeyTests {
  /// The key whose number is Keccak-256 of "cow", as Ethereum's own tests have it.
  private func cow() throws -> PrivateKey { try PrivateKey(bytes: Keccak256.hash("cow").bytes) }

  @Test func addressesCarryTheChecksumOfEIP55() throws {
    #expect(try cow().address.description == "0xCD2a3d9F938E13CD947Ec05AbC7FE734Df8DD826")
    // The EIP's own examples.
    for text in [
      "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed", "0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359",
      "0xdbF03B407c01E7cD3CBea99509d93f8DDDC8C6FB", "0xD1220A0cf47c7B9Be7A2E6BA89F429762e7b9aDb",
    ] {
      #expect(Address(text)?.description == text)
      #expect(Address(text.lowercased())?.description == text)
      #expect(Address("0x" + text.dropFirst(2).uppercased())?.description == text)
    }
    #expect(Address("0x5aaeb6053F3E94C9b9A09f33669435E7Ef1BeAed") == nil, "one letter in the wrong case")
    #expect(Address("5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed") == nil)
    #expect(Address("0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeA") == nil)
  }

  @Test func bytesThatAreNoKeyAreRefused() throws {
    let order = try #require(Hex.decode("fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141"))
    #expect(throws: PrivateKeyError.outOfRange) { try PrivateKey(bytes: order) }
    #expect(throws: PrivateKeyError.outOfRange) { try PrivateKey(bytes: Bytes32.zero.bytes) }
    #expect(throws: PrivateKeyError.notThirtyTwoBytes(count: 31)) { try PrivateKey(bytes: [UInt8](1...31)) }
  }

  @Test func generatedKeysDiffer() {
    #expect(PrivateKey.generate().address != PrivateKey.generate().address)
  }

  /// The same key and digest give the same signature, low s, and its signer.
  @Test func signaturesAreDeterministicLowAndRecoverable() throws {
    for seed in 0..<64 {
      let key = try PrivateKey(bytes: Keccak256.hash("key \(seed)").bytes)
      let digest = Keccak256.hash("digest \(seed)")
      let signature = key.sign(digest)
      #expect(signature == key.sign(digest))
      #expect(signature.s <= Signature.greatestS)
      #expect(signature.signer(of: digest) == key.address)
      #expect(Signature(bytes: signature.bytes) == signature)
    }
  }

  @Test func noBitOfASignatureOrDigestCanBeFlipped() throws {
    let key = try cow()
    let digest = Keccak256.hash("heat")
    let signature = key.sign(digest)
    for bit in 0..<(65 * 8) {
      var bytes = signature.bytes
      bytes[bit / 8] ^= 1 << UInt8(bit % 8)
      #expect(Signature(bytes: bytes)?.signer(of: digest) != key.address, "bit \(bit) of the signature")
    }
    for bit in 0..<256 {
      var bytes = digest.bytes
      bytes[bit / 8] ^= 1 << UInt8(bit % 8)
      let other = try #require(Bytes32(bytes))
      #expect(signature.signer(of: other) != key.address, "bit \(bit) of the digest")
    }
  }

  /// The other s of the same signature: valid to plain ECDSA, refused since EIP-2.
  @Test func highSIsRefused() throws {
    let signature = try cow().sign(Keccak256.hash("heat"))
    let high = try #require(
      Bytes32(
        subtract(signature.s.bytes, from: "fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141"))
    )
    #expect(Signature(r: signature.r, s: high, v: signature.v == 27 ? 28 : 27) == nil)
  }

  @Test func threadsShareTheContext() async throws {
    let key = try cow()
    let addresses = await withTaskGroup(of: Address?.self) { group in
      for index in 0..<32 {
        group.addTask {
          let digest = Keccak256.hash("task \(index)")
          return key.sign(digest).signer(of: digest)
        }
      }
      return await group.reduce(into: Set()) { $0.insert($1) }
    }
    #expect(addresses == [key.address])
  }

  private func subtract(_ bytes: [UInt8], from hex: String) -> [UInt8] {
    var result = Hex.decode(hex) ?? []
    var borrow = 0
    for index in result.indices.reversed() {
      let difference = Int(result[index]) - Int(bytes[index]) - borrow
      result[index] = UInt8(truncatingIfNeeded: difference)
      borrow = difference < 0 ? 1 : 0
    }
    return result
  }
}
