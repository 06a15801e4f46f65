private import Workload

extension ReceiptProof: Codable {
  private enum CodingKeys: String, CodingKey {
    case format, typedData, signature, receiptHash, leafEncoding, value, leaf, proof, anchor
  }

  package init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    func require(_ key: CodingKeys, is expected: some Equatable & Decodable, _ what: String) throws {
      let found = try container.decode(type(of: expected), forKey: key)
      guard found == expected else {
        throw DecodingError.dataCorruptedError(
          forKey: key, in: container,
          debugDescription: "\(what) is '\(found)', and '\(expected)' is what is read here")
      }
    }
    try require(.format, is: Self.format, "the form of the file")
    try require(.leafEncoding, is: Self.leafEncoding, "the leaf's encoding")
    let typed = try container.decode(TypedDocument<ExecutionReceipt>.self, forKey: .typedData)
    domain = typed.domain
    receipt = typed.message
    signature = try container.decode(Signature.self, forKey: .signature)
    receiptHash = try container.decode(Bytes32.self, forKey: .receiptHash)
    value = try container.decode(LeafValue.self, forKey: .value)
    leaf = try container.decode(Bytes32.self, forKey: .leaf)
    proof = try container.decode([Bytes32].self, forKey: .proof)
    anchor = try container.decode(Anchor.self, forKey: .anchor)
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(Self.format, forKey: .format)
    try container.encode(TypedDocument(domain: domain, message: receipt), forKey: .typedData)
    try container.encode(signature, forKey: .signature)
    try container.encode(receiptHash, forKey: .receiptHash)
    try container.encode(Self.leafEncoding, forKey: .leafEncoding)
    try container.encode(value, forKey: .value)
    try container.encode(leaf, forKey: .leaf)
    try container.encode(proof, forKey: .proof)
    try container.encode(anchor, forKey: .anchor)
  }
}

/// An array, as OpenZeppelin's library takes it. The amount is decimal text, because numbers of JSON are not safe beyond
/// 2⁵³.
extension ReceiptProof.LeafValue: Codable {
  package init(from decoder: any Decoder) throws {
    var values = try decoder.unkeyedContainer()
    task = try values.decode(Bytes32.self)
    receiptHash = try values.decode(Bytes32.self)
    node = try values.decode(Address.self)
    verdict = try values.decode(UInt8.self)
    let text = try values.decode(String.self)
    guard let amount = UInt128(text) else {
      throw DecodingError.dataCorruptedError(
        in: values, debugDescription: "'\(text)' is not a decimal number below 2^128")
    }
    self.amount = amount
    guard values.isAtEnd else {
      throw DecodingError.dataCorruptedError(in: values, debugDescription: "a leaf has five values")
    }
  }

  package func encode(to encoder: any Encoder) throws {
    var values = encoder.unkeyedContainer()
    try values.encode(task)
    try values.encode(receiptHash)
    try values.encode(node)
    try values.encode(verdict)
    try values.encode(String(amount))
  }
}
