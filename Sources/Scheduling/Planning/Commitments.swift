/// Whether the tasks that were begun and may be suspended can still end in time, with the slots that are left.
///
/// Slots are given step by step to the task with the least laxity (Mok, "Fundamental design problems of distributed
/// systems for the hard-real-time environment", 1983).
struct Commitments {
  private var tasks: [PlannableTask]
  /// Slots that nothing holds, by step.
  private var free: [Int]
  /// What was chosen for the present step. Nothing else is taken to run in it.
  private var served: Set<String> = []

  /// Steps of laxity from which on a task can always pass once.
  private static let amplyLax = 12

  /// - Parameters:
  ///   - begun: what may be suspended and must end in time.
  ///   - firmSlots: held by tasks that can't be suspended, by step.
  init(begun: [PlannableTask], firmSlots: [Double], slots: Int) {
    tasks = begun.filter { $0.slack >= 0 }
    free = firmSlots.map { max(0, slots - Int($0)) }
  }

  /// Takes a task up for the present step, where all others can still be kept, and it too.
  mutating func admit(_ task: PlannableTask) -> Bool {
    if task.isStarted {
      served.insert(task.id)
      return true
    }
    let before = self
    let wasKept = areKept
    if task.isPreemptible {
      tasks.append(task)
      served.insert(task.id)
    } else {
      for index in 0..<min(free.count, task.remaining) { free[index] -= 1 }
    }
    if (wasKept || before.tasks.isEmpty) && areKept { return true }
    // What was lost before isn't this task's doing, but it must not grow worse.
    self = before
    return false
  }

  /// All can still be kept when only what was chosen runs in the present step.
  var areKept: Bool { areKept { served.contains($0) } }

  /// A begun task that must run in the present step, or it or another is lost.
  func isUrgent(_ task: PlannableTask) -> Bool {
    guard task.isStarted, task.slack < Self.amplyLax else { return false }
    return task.slack <= 0 || (areKept { _ in true } && !areKept { $0 != task.id })
  }

  /// - Parameter mayRunNow: by id.
  private func areKept(_ mayRunNow: (String) -> Bool) -> Bool {
    var left = tasks.map(\.remaining)
    var open = Array(left.indices)
    for step in free.indices {
      guard free[step] >= 0 else { return false }
      if open.isEmpty { return true }
      // By laxity: what has none left runs now or is lost.
      open.sort {
        (tasks[$0].deadline - left[$0], $0) < (tasks[$1].deadline - left[$1], $1)
      }
      var slots = free[step]
      for index in open {
        if tasks[index].deadline - step < left[index] { return false }
        guard slots > 0, step > 0 || mayRunNow(tasks[index].id) else { continue }
        left[index] -= 1
        slots -= 1
      }
      open.removeAll { left[$0] == 0 }
    }
    // Beyond the horizon nothing is held.
    return open.allSatisfy { left[$0] <= tasks[$0].deadline - free.count }
  }
}
