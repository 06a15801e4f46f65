package import Workload

/// A struct of static members that is signed as EIP-712 lays down.
package protocol TypedStruct: Hashable, Sendable, Codable {
  /// EIP-712's `encodeType`: name and members in order, without spaces but the one in each member.
  static var encodedType: String { get }
  /// Keccak-256 of `encodedType`; a constant of each type.
  static var typeHash: Bytes32 { get }
  /// EIP-712's `encodeData`: the members' words in order.
  var words: [Bytes32] { get }
}

extension TypedStruct {
  /// EIP-712's `hashStruct`.
  package var structHash: Bytes32 {
    var hash = Keccak256()
    hash.update(Self.typeHash)
    for word in words { hash.update(word) }
    return hash.finalized()
  }

  /// What is signed: `keccak256(0x1901 ‖ domain separator ‖ struct hash)`.
  package func digest(in domain: EIP712Domain) -> Bytes32 {
    var hash = Keccak256()
    hash.update([0x19, 0x01])
    hash.update(domain.separator)
    hash.update(structHash)
    return hash.finalized()
  }
}

extension PrivateKey {
  /// Signs a typed struct in a domain.
  package func sign(_ value: some TypedStruct, in domain: EIP712Domain) -> Signature {
    sign(value.digest(in: domain))
  }
}

extension Signature {
  /// Whose key signed a typed struct in a domain.
  package func signer(of value: some TypedStruct, in domain: EIP712Domain) -> Address? {
    signer(of: value.digest(in: domain))
  }
}
