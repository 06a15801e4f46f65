internal import FoundationEssentials
package import Workload

/// A receipt with all that shows it to stand in an epoch's receiptsRoot: a file that can be checked without the ledger,
/// by us, by eth-account (the signature over `typedData`), and by OpenZeppelin's merkle-tree, as
/// `StandardMerkleTree.verify(receiptsRoot, leafEncoding, value, proof)`.
package struct ReceiptProof: Hashable, Sendable {
  /// Which form of file this is.
  package static let format = "samovar-receipt-proof-1"
  /// Solidity types of a receipt leaf, in the order of its values.
  package static let leafEncoding = ["bytes32", "bytes32", "address", "uint8", "uint128"]

  package var domain: EIP712Domain
  package var receipt: ExecutionReceipt
  package var signature: Signature
  package var receiptHash: Bytes32
  package var value: LeafValue
  /// Keccak-256 of Keccak-256 of the value's ABI encoding.
  package var leaf: Bytes32
  /// Siblings from the leaf up.
  package var proof: [Bytes32]
  package var anchor: Anchor

  /// Of a receipt leaf: `(bytes32 taskId, bytes32 receiptHash, address node, uint8 verdict, uint128 amount)`.
  package struct LeafValue: Hashable, Sendable {
    package var task: Bytes32
    package var receiptHash: Bytes32
    package var node: Address
    package var verdict: UInt8
    package var amount: UInt128

    package init(task: Bytes32, receiptHash: Bytes32, node: Address, verdict: UInt8, amount: UInt128) {
      self.task = task
      self.receiptHash = receiptHash
      self.node = node
      self.verdict = verdict
      self.amount = amount
    }

    package var hash: Bytes32 {
      StandardMerkleTree.leafHash([
        .word(task), .word(receiptHash), .word(node), .word(verdict), .word(amount),
      ])
    }
  }

  /// Where the root stands.
  package struct Anchor: Hashable, Sendable, Codable {
    package var epoch: UInt64
    package var receiptsRoot: Bytes32
    /// Leaves of the epoch.
    package var receiptCount: UInt32
    /// The block that ended the epoch: its number, height and hash.
    package var blockNumber: UInt64
    package var blockHeight: UInt64
    package var blockHash: Bytes32
    /// Of the ledger.
    package var genesis: Bytes32

    package init(
      epoch: UInt64, receiptsRoot: Bytes32, receiptCount: UInt32, blockNumber: UInt64, blockHeight: UInt64,
      blockHash: Bytes32, genesis: Bytes32
    ) {
      self.epoch = epoch
      self.receiptsRoot = receiptsRoot
      self.receiptCount = receiptCount
      self.blockNumber = blockNumber
      self.blockHeight = blockHeight
      self.blockHash = blockHash
      self.genesis = genesis
    }
  }

  package init(
    domain: EIP712Domain, receipt: ExecutionReceipt, signature: Signature, value: LeafValue, proof: [Bytes32],
    anchor: Anchor
  ) {
    self.domain = domain
    self.receipt = receipt
    self.signature = signature
    receiptHash = receipt.digest(in: domain)
    self.value = value
    leaf = value.hash
    self.proof = proof
    self.anchor = anchor
  }

  /// Reads the JSON form. Throws with the place of what is wrong.
  package init(decoding bytes: [UInt8]) throws(ReceiptProofError) {
    do {
      self = try JSONDecoder().decode(ReceiptProof.self, from: Data(bytes))
    } catch {
      throw .unreadable(reason: JSONFault.describe(error))
    }
  }

  /// Reads one proof, or an array of them.
  package static func list(decoding bytes: [UInt8]) throws(ReceiptProofError) -> [ReceiptProof] {
    let isArray = bytes.first { !" \n\r\t".utf8.contains($0) } == UInt8(ascii: "[")
    guard isArray else { return [try ReceiptProof(decoding: bytes)] }
    let proofs: [ReceiptProof]
    do {
      proofs = try JSONDecoder().decode([ReceiptProof].self, from: Data(bytes))
    } catch {
      throw .unreadable(reason: JSONFault.describe(error))
    }
    guard !proofs.isEmpty else { throw .unreadable(reason: "it is an empty array") }
    return proofs
  }

  /// JSON, keys sorted.
  package func encoded() throws(ReceiptProofError) -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    do {
      return Array(try encoder.encode(self))
    } catch {
      throw .unreadable(reason: JSONFault.describe(error))
    }
  }
}

package enum ReceiptProofError: Error, Hashable, Sendable, CustomStringConvertible {
  case unreadable(reason: String)

  package var description: String {
    switch self {
    case .unreadable(let reason): "this is no receipt proof: \(reason)"
    }
  }
}
