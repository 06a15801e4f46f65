internal import Receipts
internal import Workload

/// Collects what shows the receipts of one task to stand in an epoch's root.
struct LeafRecorder: ChainObserver {
  private let task: TaskID
  private(set) var reveals: [Reveal] = []
  /// The leaves of the epoch in which the task's own were appended, and the epoch's end.
  private(set) var epoch: EndedEpoch?
  /// Of the epoch at hand, before the block that may end it.
  private var leaves: [ReceiptLeaf] = []

  struct EndedEpoch {
    var record: EpochRecord
    var leaves: [ReceiptLeaf]
    var blockNumber: UInt64
    var blockHeight: Height
    var blockHash: Bytes32
  }

  init(task: TaskID) {
    self.task = task
  }

  mutating func willApply(_ block: Block, to state: ContributionState) {
    leaves = block.beacon == nil ? [] : state.leaves
  }

  mutating func didApply(_ block: Block, effect: ChainReplay.Effect, state: ContributionState) {
    for event in effect.opening {
      guard case .epochTurned(let record) = event, leaves.contains(where: { $0.task == task }) else {
        continue
      }
      epoch = EndedEpoch(
        record: record, leaves: leaves, blockNumber: block.head.number, blockHeight: block.head.height,
        blockHash: block.hash)
    }
    leaves = []
    for applied in effect.calls {
      guard case .reveal(let reveal) = applied.checked.call, reveal.receipt.taskID == task.word
      else { continue }
      reveals.append(reveal)
    }
  }
}
