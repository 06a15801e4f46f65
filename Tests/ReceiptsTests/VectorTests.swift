import CSecp256k1
import Foundation
import Receipts
import Testing
import Workload

@Suite("Public vectors", .enabled(if: Vectors.areThere, Vectors.absence))
struct VectorTests {
  @Test func keccakOfEthers() throws {
    struct Case: Decodable {
      let name: String
      let data: String
      let keccak256: String
    }
    let cases: [Case] = try Vectors.decode(from: "ethers/hashes.json.gz")
    #expect(cases.count >= 250)
    for item in cases {
      let bytes = try #require(Hex.decode(item.data))
      #expect(Keccak256.hash(bytes).description == item.keccak256, "\(item.name)")
    }
  }

  @Test func typedDataOfEthers() throws {
    struct Case: Decodable {
      let name: String
      let domain: [String: JSONValue]
      let primaryType: String
      let types: [String: [TypedData.Member]]
      let data: [String: JSONValue]
      let encoded: String
      let digest: Bytes32
      let privateKey: Bytes32?
      let signature: Signature?
    }
    let cases: [Case] = try Vectors.decode(from: "ethers/typed-data.json.gz")
    #expect(cases.count >= 130)
    for item in cases {
      let data = TypedData(
        types: item.types, primaryType: item.primaryType, domain: item.domain, message: item.data)
      #expect("0x" + Hex.encode(try data.encodedMessage()) == item.encoded, "\(item.name)")
      #expect(try data.digest() == item.digest, "\(item.name)")
      if let secret = item.privateKey, let signature = item.signature {
        #expect(try PrivateKey(bytes: secret.bytes).sign(item.digest) == signature, "\(item.name)")
      }
    }
  }

  @Test func mailOfEIP712() throws {
    struct Example: Decodable {
      let typedData: TypedData
      let privateKey: Bytes32
      let signer: Address
      let domainSeparator: Bytes32
      let structHash: Bytes32
      let digest: Bytes32
      let signature: Signature
    }
    let example: Example = try Vectors.decode(from: "eip712/mail-example.json")
    #expect(try example.typedData.domainSeparator() == example.domainSeparator)
    #expect(Keccak256.hash(try example.typedData.encodedMessage()) == example.structHash)
    #expect(try example.typedData.digest() == example.digest)
    let key = try PrivateKey(bytes: example.privateKey.bytes)
    #expect(key.address == example.signer)
    #expect(key.sign(example.digest) == example.signature)
    #expect(example.signature.signer(of: example.digest) == example.signer)
  }

  @Test func keysAndAddressesOfEthereum() throws {
    struct Case: Decodable {
      let seed: String
      let key: Bytes32
      let addr: String
    }
    let cases: [Case] = try Vectors.decode(from: "ethereum-tests/BasicTests/keyaddrtest.json")
    #expect(cases.count == 2)
    for item in cases {
      #expect(Keccak256.hash(item.seed) == item.key)
      #expect(try PrivateKey(bytes: item.key.bytes).address == Address("0x" + item.addr))
    }
  }

  @Test func keyFilesOfEthereum() throws {
    struct Case: Decodable {
      let password: String
      let priv: Bytes32
    }
    let path = "ethereum-tests/KeyStoreTests/basic_tests.json"
    let cases: [String: Case] = try Vectors.decode(from: path)
    let documents = try JSONSerialization.jsonObject(with: try Vectors.data(path)) as? [String: [String: Any]]
    #expect(cases.count == 5)
    for (name, item) in cases {
      let json = try JSONSerialization.data(withJSONObject: try #require(documents?[name]?["json"]))
      let keystore = try Keystore(decoding: Array(json))
      #expect(
        try keystore.unlock(password: Array(item.password.utf8)).withBytes { Array($0) } == item.priv.bytes,
        "\(name)")
      // The one with n = 2¹⁸ and r = 1 takes seconds where nothing is optimised: once is enough.
      if name == "test2" { continue }
      #expect(throws: KeystoreError.wrongPassword, "\(name)") {
        try keystore.unlock(password: Array("\(item.password) ".utf8))
      }
    }
  }

  @Test(arguments: ["sorted", "unsorted"]) func merkleTreesOfOpenZeppelin(order: String) throws {
    struct Standard: Decodable {
      let tree: [Bytes32]
      let values: [Value]
      struct Value: Decodable {
        let value: [String]
        let treeIndex: Int
      }
    }
    struct Simple: Decodable {
      let tree: [Bytes32]
      let values: [Value]
      struct Value: Decodable {
        let value: Bytes32
        let treeIndex: Int
      }
    }
    let standard: Standard = try Vectors.decode(from: "oz-merkle-tree/standard-v1.\(order).1_0_6.json")
    let values = standard.values.map { $0.value.map { ABI.Argument.string($0) } }
    let tree = try #require(StandardMerkleTree(values: values, isSorted: order == "sorted"))
    #expect(tree.nodes == standard.tree)
    #expect(tree.leafPositions == standard.values.map(\.treeIndex))
    for (index, value) in standard.values.enumerated() {
      let proof = tree.proof(ofLeaf: index)
      #expect(
        StandardMerkleTree.verify(
          leafHash: standard.tree[value.treeIndex], proof: proof, root: standard.tree[0]))
      #expect(proof.allSatisfy(standard.tree.contains))
    }
    let simple: Simple = try Vectors.decode(from: "oz-merkle-tree/simple-v1.\(order).1_0_6.json")
    let simpleTree = try #require(
      StandardMerkleTree(leafHashes: simple.values.map(\.value), isSorted: order == "sorted"))
    #expect(simpleTree.nodes == simple.tree)
    #expect(simpleTree.leafPositions == simple.values.map(\.treeIndex))
  }

  /// Project Wycheproof's edge cases, through recovery: whether r, s and either v lead to the public key's
  /// account.
  @Test func signaturesOfWycheproof() throws {
    // Of the test's own, beside the one that is under test.
    let context = try #require(secp256k1_context_create(UInt32(SECP256K1_CONTEXT_NONE)))
    defer { secp256k1_context_destroy(context) }
    struct File: Decodable {
      let testGroups: [Group]
      struct Group: Decodable {
        let publicKey: Key
        let tests: [Case]
      }
      struct Key: Decodable { let uncompressed: String }
      struct Case: Decodable {
        let tcId: Int
        let comment: String
        let msg: String
        let sig: String
        let result: String
      }
    }
    let file: File = try Vectors.decode(from: "secp256k1-wycheproof/ecdsa_secp256k1_sha256_bitcoin_test.json")
    var valid = 0
    var invalid = 0
    var beyondEthereum = 0
    for group in file.testGroups {
      let key = try #require(Hex.decode(group.publicKey.uncompressed))
      let address = Address(lastBytesOf: Keccak256.hash(Array(key.dropFirst())))
      for item in group.tests {
        let digest = ContentDigest(of: try #require(Hex.decode(item.msg))).sha256
        let compact = compact(der: try #require(Hex.decode(item.sig)), context)
        let isAccepted = [27, 28].contains { v in
          compact.flatMap { Signature(bytes: $0 + [v]) }?.signer(of: digest) == address
        }
        if item.result == "valid", let compact, isBeyondOrder(compact, digest: digest, key: key, context) {
          // The nonce's point has an x above the order. Ethereum has no v for it, and nobody can find such a
          // nonce.
          #expect(!isAccepted, "\(item.tcId) \(item.comment)")
          beyondEthereum += 1
        } else {
          #expect(isAccepted == (item.result == "valid"), "\(item.tcId) \(item.comment)")
          if isAccepted { valid += 1 } else { invalid += 1 }
        }
      }
    }
    #expect(valid + beyondEthereum == 162)
    #expect(invalid == 301)
  }

  private func compact(der: [UInt8], _ context: OpaquePointer) -> [UInt8]? {
    var signature = secp256k1_ecdsa_signature()
    guard secp256k1_ecdsa_signature_parse_der(context, &signature, der, der.count) == 1 else {
      return nil
    }
    var compact = [UInt8](repeating: 0, count: 64)
    secp256k1_ecdsa_signature_serialize_compact(context, &compact, &signature)
    return compact
  }

  /// Whether only the recovery ids 2 and 3 lead to the key.
  private func isBeyondOrder(
    _ compact: [UInt8], digest: Bytes32, key: [UInt8], _ context: OpaquePointer
  ) -> Bool {
    [Int32(2), 3].contains { id in
      var signature = secp256k1_ecdsa_recoverable_signature()
      var found = secp256k1_pubkey()
      guard
        secp256k1_ecdsa_recoverable_signature_parse_compact(context, &signature, compact, id) == 1,
        secp256k1_ecdsa_recover(context, &found, &signature, digest.bytes) == 1
      else { return false }
      var bytes = [UInt8](repeating: 0, count: 65)
      var count = 65
      secp256k1_ec_pubkey_serialize(
        context, &bytes, &count, &found, UInt32(SECP256K1_EC_UNCOMPRESSED))
      return bytes == key
    }
  }
}
