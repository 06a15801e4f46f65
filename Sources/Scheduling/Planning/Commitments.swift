/// Whether the tasks that were begun and may be suspended can still end in time, with the slots that are left.
///
/// Slots are given step by step to the task with the least laxity (Mok, "Fundamental design problems of distributed
/// systems for the hard-real-time environment", 1983).
struct Commitments {
  private let tasks: [PlannableTask]
  /// Slots that nothing holds, by step.
  private var free: [Int]

  /// - Parameters:
  ///   - begun: what may be suspended and must end in time.
  ///   - firmSlots: held by tasks that can't be suspended, by step.
  init(begun: [PlannableTask], firmSlots: [Double], slots: Int) {
    tasks = begun.filter { $0.slack >= 0 }
    let last = tasks.map(\.deadline).max() ?? 0
    free = (0..<min(last, firmSlots.count)).map { max(0, slots - Int(firmSlots[$0])) }
  }

  /// Gives a slot to a task that can't be suspended, where all others can still be kept.
  mutating func admit(_ task: PlannableTask) -> Bool {
    guard !tasks.isEmpty else { return true }
    let before = free
    let end = min(free.count, task.remaining)
    let isTight = !areKept
    for index in 0..<end { free[index] -= 1 }
    // What was lost before isn't this task's doing, but it must not grow worse.
    if !isTight, areKept { return true }
    free = before
    return false
  }

  private var areKept: Bool {
    var left = tasks.map(\.remaining)
    for step in free.indices {
      var open = free[step]
      guard open >= 0 else { return false }
      let waiting = left.indices.filter { left[$0] > 0 }
      if waiting.isEmpty { return true }
      for index in waiting.sorted(by: {
        (tasks[$0].deadline - step - left[$0], $0) < (tasks[$1].deadline - step - left[$1], $1)
      }) {
        if tasks[index].deadline - step < left[index] { return false }
        guard open > 0 else { continue }
        left[index] -= 1
        open -= 1
      }
    }
    return zip(left, tasks).allSatisfy { $0 <= max(0, $1.deadline - free.count) }
  }
}
