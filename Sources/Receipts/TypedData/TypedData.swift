package import Workload

/// Any EIP-712 message with its types, in the JSON form that wallets take (`eth_signTypedData_v4`).
package struct TypedData: Hashable, Sendable, Decodable {
  package struct Member: Hashable, Sendable, Codable {
    package var name: String
    package var type: String

    package init(name: String, type: String) {
      self.name = name
      self.type = type
    }
  }

  package var types: [String: [Member]]
  package var primaryType: String
  package var domain: [String: JSONValue]
  package var message: [String: JSONValue]

  package init(
    types: [String: [Member]], primaryType: String, domain: [String: JSONValue], message: [String: JSONValue]
  ) {
    self.types = types
    self.primaryType = primaryType
    self.domain = domain
    self.message = message
  }

  /// What is signed.
  package func digest() throws(TypedDataError) -> Bytes32 {
    var hash = Keccak256()
    hash.update([0x19, 0x01])
    hash.update(try domainSeparator())
    hash.update(Keccak256.hash(try encodedMessage()))
    return hash.finalized()
  }

  /// Type hash and `encodeData` of the message.
  package func encodedMessage() throws(TypedDataError) -> [UInt8] {
    try TypedDataEncoder(types: types).encode(message, as: primaryType, at: primaryType)
  }

  /// Where the types leave out `EIP712Domain`, its members are those that the domain has, in the standard's
  /// order.
  package func domainSeparator() throws(TypedDataError) -> Bytes32 {
    var types = types
    if types["EIP712Domain"] == nil {
      types["EIP712Domain"] = Self.domainMembers.filter { domain[$0.name] != nil }
    }
    return Keccak256.hash(
      try TypedDataEncoder(types: types).encode(domain, as: "EIP712Domain", at: "domain"))
  }

  private static let domainMembers = [
    Member(name: "name", type: "string"), Member(name: "version", type: "string"),
    Member(name: "chainId", type: "uint256"), Member(name: "verifyingContract", type: "address"),
    Member(name: "salt", type: "bytes32"),
  ]
}

/// What makes typed data unsignable, with its place.
package enum TypedDataError: Error, Hashable, Sendable, CustomStringConvertible {
  case unknownType(String, at: String)
  case missing(at: String)
  case unfit(type: String, at: String)
  case notEncodable(reason: String)

  package var description: String {
    switch self {
    case .unknownType(let type, let place): "\(place): there is no type '\(type)'"
    case .missing(let place): "\(place) is missing"
    case .unfit(let type, let place): "\(place) is not a value of the type \(type)"
    case .notEncodable(let reason): "the typed data can't be written as JSON: \(reason)"
    }
  }
}
