internal import Ledger
internal import Receipts

/// Turning the crank: what anybody may do once time has passed.
extension SabotageRun {
  /// Asks for a turn at a task some blocks later, unless one comes sooner.
  mutating func later(_ id: TaskID, after blocks: Height) {
    guard let task = number(of: id) else { return }
    later(task, after: blocks)
  }

  private mutating func later(_ task: Int, after blocks: Height) {
    let at = state.height + blocks
    if tasks[task].crankAt > state.height, tasks[task].crankAt <= at { return }
    tasks[task].crankAt = at
    queue.push(.crank(task: task), at: at)
  }

  mutating func crank(_ task: Int) {
    guard tasks[task].phase == .open, tasks[task].crankAt == state.height else { return }
    let id = tasks[task].id
    let events = outcome.calls
    for call in [Call.tally(id), .seal(id), .drawJury(id), .expire(id)]
    where attempt(call, by: SabotageNode.crank) == nil { break }
    guard tasks[task].phase == .open, !tasks[task].isAwaited else { return }
    later(task, after: outcome.calls == events ? Self.crankInterval : 1)
  }

  mutating func finalize(_ task: Int) {
    guard tasks[task].phase == .provisional else { return }
    if attempt(.finalize(tasks[task].id), by: SabotageNode.crank) == nil { return }
    queue.push(.finalize(task: task), at: state.height + Self.crankInterval)
  }

  /// Draws for the tasks that wait longest, until there are too few slots.
  mutating func drawWaiting() {
    while state.height >= nextDraw, let task = waiting.first {
      if attempt(.assign(tasks[task].id), by: SabotageNode.crank) == nil {
        waiting.removeFirst()
      } else {
        nextDraw = state.height + Self.drawInterval
        queue.push(.draw, at: nextDraw)
      }
    }
  }
}
