/// Chooses the tasks that run in the present step, at the plan's prices.
struct TaskSelection {
  let problem: PlanProblem
  let slots: SlotPrices
  let limits: SlotPrices.Limits
  let tuning: PlanTuning

  private struct Candidate {
    var task: PlannableTask
    /// EUR lost when it doesn't run now; infinite when it must.
    var regret: Double
  }

  func choose() -> (start: [String], suspend: [String]) {
    let sums = slots.sums(limits)
    let begun = (problem.situation.queue + problem.situation.running).filter {
      $0.isPreemptible && $0.isStarted
    }
    var commitments = Commitments(
      begun: begun, firmSlots: problem.firmSlots, slots: problem.site.servers.slots)
    var candidates: [Candidate] = []
    for task in problem.situation.queue where task.slack >= 0 {
      let regret =
        commitments.isUrgent(task)
        ? .infinity : task.isPreemptible ? piecewise(task, sums) : whole(task, sums)
      candidates.append(Candidate(task: task, regret: regret))
    }
    for task in problem.situation.running where task.isPreemptible {
      let regret = commitments.isUrgent(task) ? .infinity : piecewise(task, sums) + tuning.suspendCost
      candidates.append(Candidate(task: task, regret: regret))
    }
    candidates.sort { ($0.regret, $1.task.slack, $1.task.id) > ($1.regret, $0.task.slack, $0.task.id) }
    var room = CapRoom(site: problem.site, situation: problem.situation)
    var free = problem.site.servers.slots - problem.situation.running.filter { !$0.isPreemptible }.count
    // A slot that would stay empty now costs nothing now.
    let empty = slots.slot.first ?? 0
    var start: [String] = []
    var kept: Set<String> = []
    for candidate in candidates {
      guard free > 0 else { break }
      guard candidate.regret + empty > 0 else { break }
      guard room.fits(candidate.task) || candidate.regret == .infinity, commitments.admit(candidate.task)
      else {
        continue
      }
      room.take(candidate.task)
      free -= 1
      if candidate.task.isRunning { kept.insert(candidate.task.id) } else { start.append(candidate.task.id) }
    }
    // Where several could wait but not all together, those with the least slack go first.
    let waiting = begun.filter { !kept.contains($0.id) && !start.contains($0.id) }
    for task in waiting.sorted(by: { ($0.slack, $0.id) < ($1.slack, $1.id) }) {
      guard free > 0, !commitments.areKept else { break }
      guard room.fits(task), commitments.admit(task) else { continue }
      room.take(task)
      free -= 1
      if task.isRunning { kept.insert(task.id) } else { start.append(task.id) }
    }
    let suspend = problem.situation.running.filter { $0.isPreemptible && !kept.contains($0.id) }.map(\.id)
    return (start, suspend)
  }

  private func whole(_ task: PlannableTask, _ sums: SlotPrices.Sums) -> Double {
    let horizon = problem.horizon
    let last = min(task.slack, horizon - 1)
    func value(_ start: Int) -> Double {
      let end = min(horizon, start + task.remaining)
      return task.revenue * Double(end - start) / Double(task.remaining)
        - task.kilowatts * (sums.energy[end] - sums.energy[start]) - (sums.slot[end] - sums.slot[start])
    }
    let now = value(0)
    var later = 0.0
    if last >= 1 { for start in 1...last { later = max(later, value(start)) } }
    return now - later
  }

  private func piecewise(_ task: PlannableTask, _ sums: SlotPrices.Sums) -> Double {
    let horizon = problem.horizon

    let end = min(task.deadline, horizon)
    func cost(_ step: Int) -> Double {
      task.kilowatts * (sums.energy[step + 1] - sums.energy[step]) + sums.slot[step + 1] - sums.slot[step]
    }
    let now = cost(0)
    let later = end > 1 ? (1..<end).map(cost).sorted() : []
    let needed = task.remaining
    // The step that would take the place of this one, and what all the others cost.
    let others = later.prefix(needed - 1).reduce(0, +)
    let isOpen = task.deadline > horizon
    let instead = needed - 1 < later.count ? later[needed - 1] : Double.infinity
    let reward = task.revenue * (isOpen ? min(1, Double(later.count + 1) / Double(needed)) : 1)
    if task.isStarted {
      return instead.isInfinite ? (isOpen ? reward / Double(needed) - now : .infinity) : instead - now
    }
    let withNow = reward - others - now
    let without = instead.isInfinite ? 0 : max(0, reward - others - instead)
    return withNow - without
  }
}
