internal import Ledger
internal import Receipts
internal import Workload

/// What a node of the scene commits to and reveals later.
struct CoalitionVote {
  let reveal: Reveal
  let digest: Bytes32

  /// - Parameter time: when the run is said to have ended, in milliseconds since 1970.
  init(_ duty: Duty, of node: CoalitionCast.Node, root: Bytes32, time: UInt64, domain: EIP712Domain) {
    let name = duty.replica
    let receipt = ExecutionReceipt(
      taskID: name.task.word, round: name.round, node: node.address, appDigest: duty.manifest.sha256,
      inputRoot: .zero, resultRoot: root, hwClass: node.registration.hardwareClass, exitCode: 0,
      startedAt: time, finishedAt: time, cpuMillis: 0, energyMilliWh: 0, heatMilliWh: 0, price: duty.price,
      statementHash: .zero)
    let receiptHash = receipt.digest(in: domain)
    // A salt need only be unknown to others until the reveal; this one is as secret as the key.
    let salt = Keccak256.hash(node.key.sign(Keccak256.hash(receiptHash, name.task.word)).bytes)
    let commit = Commit(to: receipt, receiptHash: receiptHash, salt: salt)
    reveal = Reveal(receipt: receipt, signature: node.key.sign(receiptHash), salt: salt)
    digest = commit.digest(in: domain)
  }
}
