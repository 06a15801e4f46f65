package import Workload

/// What a node signs about one run: the `ExecutionReceipt` of Proof-of-Contribution, "Signed types".
package struct ExecutionReceipt: TypedStruct {
  package var taskID: Bytes32
  package var round: UInt32
  /// Who ran the task and signs.
  package var node: Address
  /// The program: see `Attestation.appDigest`.
  package var appDigest: Bytes32
  /// Of all input files: see `Attestation.inputRoot`.
  package var inputRoot: Bytes32
  /// What is voted on: see `ResultLeaf`.
  package var resultRoot: Bytes32
  /// Digest of the hardware class, zero where results don't depend on it.
  package var hwClass: Bytes32
  /// As `RunOutcome.exitStatus` gives it.
  package var exitCode: Int32
  /// Seconds since 1970.
  package var startedAt: UInt64
  /// Seconds since 1970.
  package var finishedAt: UInt64
  /// Processor time in milliseconds.
  package var cpuMillis: UInt64
  /// Electric energy in milliwatt-hours: the node's own word, by the method that the statement names.
  package var energyMilliWh: UInt64
  /// Heat delivered to water or rooms in milliwatt-hours: the node's own word.
  package var heatMilliWh: UInt64
  /// For this replica, in millionths of a euro.
  package var price: UInt128
  /// Keccak-256 of the pre-authentication encoding of the statement: see `Statement`.
  package var statementHash: Bytes32

  package init(
    taskID: Bytes32, round: UInt32, node: Address, appDigest: Bytes32, inputRoot: Bytes32,
    resultRoot: Bytes32,
    hwClass: Bytes32, exitCode: Int32, startedAt: UInt64, finishedAt: UInt64, cpuMillis: UInt64,
    energyMilliWh: UInt64, heatMilliWh: UInt64, price: UInt128, statementHash: Bytes32
  ) {
    self.taskID = taskID
    self.round = round
    self.node = node
    self.appDigest = appDigest
    self.inputRoot = inputRoot
    self.resultRoot = resultRoot
    self.hwClass = hwClass
    self.exitCode = exitCode
    self.startedAt = startedAt
    self.finishedAt = finishedAt
    self.cpuMillis = cpuMillis
    self.energyMilliWh = energyMilliWh
    self.heatMilliWh = heatMilliWh
    self.price = price
    self.statementHash = statementHash
  }

  package static let encodedType = """
    ExecutionReceipt(bytes32 taskId,uint32 round,address node,bytes32 appDigest,bytes32 inputRoot,\
    bytes32 resultRoot,bytes32 hwClass,int32 exitCode,uint64 startedAt,uint64 finishedAt,uint64 cpuMillis,\
    uint64 energyMilliWh,uint64 heatMilliWh,uint128 price,bytes32 statementHash)
    """
  package static let typeHash = Keccak256.hash(encodedType)

  package var words: [Bytes32] {
    [
      taskID, round.abiWord, node.word, appDigest, inputRoot, resultRoot, hwClass, exitCode.abiWord,
      startedAt.abiWord, finishedAt.abiWord, cpuMillis.abiWord, energyMilliWh.abiWord, heatMilliWh.abiWord,
      price.abiWord, statementHash,
    ]
  }
}

/// As JSON a receipt has the names of its EIP-712 type, and its price is decimal text, because the numbers of
/// JSON are not safe beyond 2⁵³.
extension ExecutionReceipt {
  private enum CodingKeys: String, CodingKey {
    case taskID = "taskId"
    case round, node, appDigest, inputRoot, resultRoot, hwClass, exitCode, startedAt, finishedAt, cpuMillis
    case energyMilliWh, heatMilliWh, price, statementHash
  }

  package init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    self.init(
      taskID: try container.decode(Bytes32.self, forKey: .taskID),
      round: try container.decode(UInt32.self, forKey: .round),
      node: try container.decode(Address.self, forKey: .node),
      appDigest: try container.decode(Bytes32.self, forKey: .appDigest),
      inputRoot: try container.decode(Bytes32.self, forKey: .inputRoot),
      resultRoot: try container.decode(Bytes32.self, forKey: .resultRoot),
      hwClass: try container.decode(Bytes32.self, forKey: .hwClass),
      exitCode: try container.decode(Int32.self, forKey: .exitCode),
      startedAt: try container.decode(UInt64.self, forKey: .startedAt),
      finishedAt: try container.decode(UInt64.self, forKey: .finishedAt),
      cpuMillis: try container.decode(UInt64.self, forKey: .cpuMillis),
      energyMilliWh: try container.decode(UInt64.self, forKey: .energyMilliWh),
      heatMilliWh: try container.decode(UInt64.self, forKey: .heatMilliWh),
      price: try Self.price(in: container),
      statementHash: try container.decode(Bytes32.self, forKey: .statementHash))
  }

  private static func price(in container: KeyedDecodingContainer<CodingKeys>) throws -> UInt128 {
    let text = try container.decode(String.self, forKey: .price)
    guard let price = UInt128(text) else {
      throw DecodingError.dataCorruptedError(
        forKey: .price, in: container, debugDescription: "'\(text)' is not a decimal number below 2^128")
    }
    return price
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(taskID, forKey: .taskID)
    try container.encode(round, forKey: .round)
    try container.encode(node, forKey: .node)
    try container.encode(appDigest, forKey: .appDigest)
    try container.encode(inputRoot, forKey: .inputRoot)
    try container.encode(resultRoot, forKey: .resultRoot)
    try container.encode(hwClass, forKey: .hwClass)
    try container.encode(exitCode, forKey: .exitCode)
    try container.encode(startedAt, forKey: .startedAt)
    try container.encode(finishedAt, forKey: .finishedAt)
    try container.encode(cpuMillis, forKey: .cpuMillis)
    try container.encode(energyMilliWh, forKey: .energyMilliWh)
    try container.encode(heatMilliWh, forKey: .heatMilliWh)
    try container.encode(String(price), forKey: .price)
    try container.encode(statementHash, forKey: .statementHash)
  }
}
