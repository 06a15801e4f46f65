import Foundation
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

  /// The examples of EIP-2098: key, message, and both forms.
  @Test func theCompactFormIsReadFromTextOnly() throws {
    let key = try PrivateKey(
      bytes: try #require(
        Hex.decode("1234567890123456789012345678901234567890123456789012345678901234")))
    let examples = [
      (
        "Hello World",
        "0x68a020a209d3d56c46f38cc50a33f704f4a9a10a59377f8dd762ac66910e9b90"
          + "7e865ad05c4035ab5792787d4a0297a43617ae897930a6fe4d822b8faea52064"
      ),
      (
        "It's a small(er) world",
        "0x9328da16089fcba9bececa81663203989f2df5fe1faa6291a45381c81bd17f76"
          + "939c6d6b623b42da56557e5e734a43dc83345ddfadec52cbe24d0cc64f550793"
      ),
    ]
    for (message, compact) in examples {
      let digest = Keccak256.hash("\u{19}Ethereum Signed Message:\n\(message.utf8.count)\(message)")
      let signature = try #require(Signature(hex: compact))
      #expect(signature == key.sign(digest))
      #expect(signature.signer(of: digest) == key.address)
      #expect(try JSONDecoder().decode(Signature.self, from: Data("\"\(compact)\"".utf8)) == signature)
      #expect(Signature(bytes: Hex.decode(compact) ?? []) == nil, "blocks and calls hold 65 bytes")
      #expect(signature.bytes.count == 65, "what we write is the long form")
      // One bit of v alone tells the two apart; a flipped one names another account.
      var flipped = Hex.decode(compact) ?? []
      flipped[32] ^= 0x80
      #expect(Signature(compact: flipped)?.signer(of: digest) != key.address)
    }
    #expect(Signature(compact: [UInt8](repeating: 0xff, count: 64)) == nil, "s is high")
    #expect(Signature(compact: [UInt8](repeating: 0, count: 64)) == nil)
    #expect(Signature(compact: [UInt8](repeating: 1, count: 63)) == nil)
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
