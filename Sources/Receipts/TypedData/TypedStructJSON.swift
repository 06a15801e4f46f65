internal import FoundationEssentials

extension TypedStruct {
  /// The struct with its types and domain, in the JSON form that wallets take (`eth_signTypedData_v4`): with
  /// it any Ethereum tool computes the digest and checks a signature.
  package func typedData(in domain: EIP712Domain) throws(TypedDataError) -> [UInt8] {
    let document = TypedDocument(domain: domain, message: self)
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    do {
      return Array(try encoder.encode(document))
    } catch {
      throw .notEncodable(reason: JSONFault.describe(error))
    }
  }

  /// `Name(type member,…)` taken apart.
  fileprivate static func members(of encodedType: String) -> (name: String, members: [TypedData.Member]) {
    let parts = encodedType.dropLast().split(separator: "(", maxSplits: 1)
    let members = parts[1].split(separator: ",").map { member in
      let words = member.split(separator: " ")
      return TypedData.Member(name: String(words[1]), type: String(words[0]))
    }
    return (String(parts[0]), members)
  }
}

/// A typed struct with its types, as `eth_signTypedData_v4` takes it.
struct TypedDocument<Message: TypedStruct>: Hashable {
  var domain: EIP712Domain
  var message: Message

  fileprivate static var primaryType: String { Message.members(of: Message.encodedType).name }

  fileprivate static var types: [String: [TypedData.Member]] {
    [
      "EIP712Domain": Message.members(of: EIP712Domain.encodedType).members,
      primaryType: Message.members(of: Message.encodedType).members,
    ]
  }
}

extension TypedDocument: Codable {
  private enum CodingKeys: String, CodingKey {
    case types, primaryType, domain, message
  }

  /// Throws where the types are not those of `Message`: its hash would be another than the document's.
  init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    guard try container.decode(String.self, forKey: .primaryType) == Self.primaryType,
      try container.decode([String: [TypedData.Member]].self, forKey: .types) == Self.types
    else {
      throw DecodingError.dataCorruptedError(
        forKey: .types, in: container, debugDescription: "the types are not those of \(Message.encodedType)")
    }
    domain = try container.decode(EIP712Domain.self, forKey: .domain)
    message = try container.decode(Message.self, forKey: .message)
  }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(Self.types, forKey: .types)
    try container.encode(Self.primaryType, forKey: .primaryType)
    try container.encode(domain, forKey: .domain)
    try container.encode(message, forKey: .message)
  }
}
