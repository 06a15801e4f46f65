internal import FoundationEssentials
package import Receipts
package import Workload

/// The first state of a chain: whoever has the same genesis has the same rules. A JSON file.
package struct Genesis: Hashable, Sendable, Codable {
  /// Of EIP-155; signatures for one chain are void on another.
  package var chainID: UInt64
  /// Signs blocks and deposits of the embedded ledger.
  package var ledgerKey: Address
  package var parameters: Parameters
  /// Free balances at height 0.
  package var deposits: [Address: MicroEuros]
  /// What the AuditPool starts with, so that the first jurors are paid before premiums came in.
  package var auditPool: MicroEuros

  package init(
    chainID: UInt64, ledgerKey: Address, parameters: Parameters = Parameters(),
    deposits: [Address: MicroEuros] = [:], auditPool: MicroEuros = .zero
  ) {
    self.chainID = chainID
    self.ledgerKey = ledgerKey
    self.parameters = parameters
    self.deposits = deposits
    self.auditPool = auditPool
  }

  /// Throws where `json` is no genesis, or one whose parameters contradict each other.
  package init(json: [UInt8]) throws(GenesisError) {
    do {
      self = try JSONDecoder().decode(Genesis.self, from: Data(json))
    } catch {
      throw .unreadable("\(error)")
    }
    let mistakes = parameters.mistakes
    guard mistakes.isEmpty else { throw .contradictory(mistakes) }
  }

  /// Canonical JSON (sorted keys, no spaces). Its Keccak-256 is the chain's name.
  package var json: [UInt8] {
    get throws(GenesisError) {
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
      do {
        return Array(try encoder.encode(self))
      } catch {
        throw .unreadable("\(error)")
      }
    }
  }

  /// Keccak-256 of the canonical JSON.
  package var digest: Bytes32 {
    get throws(GenesisError) { Keccak256.hash(try json) }
  }

  /// The EIP-712 domain of everything signed for this chain. The embedded ledger has no contract; the last 20
  /// bytes of the genesis digest stand in its place, so that a signature for another genesis never verifies.
  package var domain: EIP712Domain {
    get throws(GenesisError) {
      EIP712Domain(
        name: "Samovar PoC", version: "1", chainID: chainID,
        verifyingContract: Address(lastBytesOf: try digest))
    }
  }

  private enum CodingKeys: String, CodingKey {
    case chainID, ledgerKey, parameters, deposits, auditPool
  }

  package init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    chainID = try container.decode(UInt64.self, forKey: .chainID)
    ledgerKey = try container.decode(Address.self, forKey: .ledgerKey)
    parameters = try container.decode(Parameters.self, forKey: .parameters)
    auditPool = try container.decode(MicroEuros.self, forKey: .auditPool)
    let texts = try container.decode([String: MicroEuros].self, forKey: .deposits)
    deposits = [:]
    for (text, amount) in texts {
      guard let address = Address(text) else {
        throw DecodingError.dataCorruptedError(
          forKey: .deposits, in: container, debugDescription: "'\(text)' is not an address")
      }
      guard deposits.updateValue(amount, forKey: address) == nil else {
        throw DecodingError.dataCorruptedError(
          forKey: .deposits, in: container, debugDescription: "\(address) stands twice among the deposits")
      }
    }
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(chainID, forKey: .chainID)
    try container.encode(ledgerKey, forKey: .ledgerKey)
    try container.encode(parameters, forKey: .parameters)
    try container.encode(auditPool, forKey: .auditPool)
    let texts = deposits.map { ($0.key.description, $0.value) }
    try container.encode(Dictionary(uniqueKeysWithValues: texts), forKey: .deposits)
  }
}

/// Why a genesis can't be used.
package enum GenesisError: Error, Hashable, Sendable, CustomStringConvertible {
  case unreadable(String)
  case contradictory([String])

  package var description: String {
    switch self {
    case .unreadable(let reason): "this is not a genesis: \(reason)"
    case .contradictory(let mistakes): "this genesis contradicts itself: \(mistakes.joined(separator: "; "))"
    }
  }
}
