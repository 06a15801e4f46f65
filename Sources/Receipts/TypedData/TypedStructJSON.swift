internal import FoundationEssentials

extension TypedStruct {
  /// The struct with its types and domain, in the JSON form that wallets take (`eth_signTypedData_v4`): with
  /// it any Ethereum tool computes the digest and checks a signature.
  package func typedData(in domain: EIP712Domain) throws(TypedDataError) -> [UInt8] {
    let (name, members) = Self.members(of: Self.encodedType)
    let document = TypedDocument(
      types: [
        "EIP712Domain": Self.members(of: EIP712Domain.encodedType).members, name: members,
      ], primaryType: name, domain: domain, message: self)
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    do {
      return Array(try encoder.encode(document))
    } catch {
      throw .notEncodable(reason: JSONFault.describe(error))
    }
  }

  /// `Name(type member,…)` taken apart.
  private static func members(of encodedType: String) -> (name: String, members: [TypedData.Member]) {
    let parts = encodedType.dropLast().split(separator: "(", maxSplits: 1)
    let members = parts[1].split(separator: ",").map { member in
      let words = member.split(separator: " ")
      return TypedData.Member(name: String(words[1]), type: String(words[0]))
    }
    return (String(parts[0]), members)
  }
}

private struct TypedDocument<Message: TypedStruct>: Encodable {
  var types: [String: [TypedData.Member]]
  var primaryType: String
  var domain: EIP712Domain
  var message: Message
}
