package import Workload

/// Where a signature counts (EIP-712's `eip712Domain`): one protocol, version, chain and contract. A
/// signature of one domain never verifies in another.
package struct EIP712Domain: Hashable, Sendable {
  package let name: String
  package let version: String
  package let chainID: UInt64
  package let verifyingContract: Address
  /// `hashStruct` of the domain, computed once.
  package let separator: Bytes32

  /// EIP-712's `encodeType` of the domain.
  static let encodedType =
    "EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"
  private static let typeHash = Keccak256.hash(encodedType)

  package init(name: String, version: String, chainID: UInt64, verifyingContract: Address) {
    self.name = name
    self.version = version
    self.chainID = chainID
    self.verifyingContract = verifyingContract
    separator = ABI.hash(
      Self.typeHash, Keccak256.hash(name), Keccak256.hash(version), chainID, verifyingContract)
  }

  /// The domain of Proof-of-Contribution on a chain: its ledger's contract, or the embedded ledger's key
  /// address.
  package static func proofOfContribution(chainID: UInt64, verifyingContract: Address) -> EIP712Domain {
    EIP712Domain(name: "Samovar PoC", version: "1", chainID: chainID, verifyingContract: verifyingContract)
  }
}

extension EIP712Domain: Codable {
  private enum CodingKeys: String, CodingKey {
    case name, version, verifyingContract
    case chainID = "chainId"
  }

  package init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    self.init(
      name: try container.decode(String.self, forKey: .name),
      version: try container.decode(String.self, forKey: .version),
      chainID: try container.decode(UInt64.self, forKey: .chainID),
      verifyingContract: try container.decode(Address.self, forKey: .verifyingContract))
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(name, forKey: .name)
    try container.encode(version, forKey: .version)
    try container.encode(chainID, forKey: .chainID)
    try container.encode(verifyingContract, forKey: .verifyingContract)
  }
}
