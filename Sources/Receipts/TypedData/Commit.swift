package import Workload

/// A sealed vote: the `Commit` of Proof-of-Contribution. Its digest goes on the chain first, itself only when
/// all votes of the round are sealed.
package struct Commit: TypedStruct {
  package var taskID: Bytes32
  package var round: UInt32
  package var node: Address
  package var resultRoot: Bytes32
  /// EIP-712 digest of the `ExecutionReceipt`.
  package var receiptHash: Bytes32
  /// Random, so that nobody finds a small result by trying all.
  package var salt: Bytes32

  package init(
    taskID: Bytes32, round: UInt32, node: Address, resultRoot: Bytes32, receiptHash: Bytes32, salt: Bytes32
  ) {
    self.taskID = taskID
    self.round = round
    self.node = node
    self.resultRoot = resultRoot
    self.receiptHash = receiptHash
    self.salt = salt
  }

  /// To a receipt, whose digest is `receiptHash`.
  package init(to receipt: ExecutionReceipt, receiptHash: Bytes32, salt: Bytes32) {
    self.init(
      taskID: receipt.taskID, round: receipt.round, node: receipt.node, resultRoot: receipt.resultRoot,
      receiptHash: receiptHash, salt: salt)
  }

  package static let encodedType =
    "Commit(bytes32 taskId,uint32 round,address node,bytes32 resultRoot,bytes32 receiptHash,bytes32 salt)"
  package static let typeHash = Keccak256.hash(encodedType)

  package var words: [Bytes32] {
    [taskID, round.abiWord, node.word, resultRoot, receiptHash, salt]
  }

  private enum CodingKeys: String, CodingKey {
    case taskID = "taskId"
    case round, node, resultRoot, receiptHash, salt
  }
}
