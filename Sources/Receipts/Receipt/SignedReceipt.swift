internal import FoundationEssentials
package import Workload

/// A receipt that stands alone: what was signed, in which domain, by whom, and the statement behind it.
package struct SignedReceipt: Hashable, Sendable {
  package var domain: EIP712Domain
  package var receipt: ExecutionReceipt
  package var signature: Signature
  /// The statement's bytes as they were hashed; nothing where only the receipt travels.
  package var statement: [UInt8]?

  package init(domain: EIP712Domain, receipt: ExecutionReceipt, signature: Signature, statement: [UInt8]?) {
    self.domain = domain
    self.receipt = receipt
    self.signature = signature
    self.statement = statement
  }

  /// EIP-712 digest of the receipt in its domain: what commits, reveals and leaves call `receiptHash`.
  package var hash: Bytes32 { receipt.digest(in: domain) }

  /// Reads the JSON form. Throws with the place of what is wrong.
  package init(decoding bytes: [UInt8]) throws(SignedReceiptError) {
    do {
      self = try JSONDecoder().decode(SignedReceipt.self, from: Data(bytes))
    } catch {
      throw .unreadable(reason: JSONFault.describe(error))
    }
  }

  /// JSON, keys sorted, one receipt.
  package func encoded(pretty: Bool = false) throws(SignedReceiptError) -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    if pretty { encoder.outputFormatting.insert(.prettyPrinted) }
    do {
      return Array(try encoder.encode(self))
    } catch {
      throw .unreadable(reason: JSONFault.describe(error))
    }
  }
}

/// The statement is base64, as the payload of a DSSE envelope is.
extension SignedReceipt: Codable {
  private enum CodingKeys: String, CodingKey {
    case domain, receipt, signature, statement
  }

  package init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    domain = try container.decode(EIP712Domain.self, forKey: .domain)
    receipt = try container.decode(ExecutionReceipt.self, forKey: .receipt)
    signature = try container.decode(Signature.self, forKey: .signature)
    statement = try container.decodeIfPresent(String.self, forKey: .statement).map { text in
      guard let data = Data(base64Encoded: text) else {
        throw DecodingError.dataCorruptedError(
          forKey: .statement, in: container, debugDescription: "the statement is not base64")
      }
      return Array(data)
    }
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(domain, forKey: .domain)
    try container.encode(receipt, forKey: .receipt)
    try container.encode(signature, forKey: .signature)
    try container.encodeIfPresent(statement.map { Data($0).base64EncodedString() }, forKey: .statement)
  }
}

package enum SignedReceiptError: Error, Hashable, Sendable, CustomStringConvertible {
  case unreadable(reason: String)

  package var description: String {
    switch self {
    case .unreadable(let reason): "this is no signed receipt: \(reason)"
    }
  }
}
