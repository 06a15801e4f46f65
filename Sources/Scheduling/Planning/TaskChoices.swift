import Glibc

/// What tasks choose at given prices, summed up by step.
struct TaskChoices: Sendable {
  private(set) var slots: [Double]
  private(set) var kilowatts: [Double]
  private var scratch: [Double] = []
  private let horizon: Int

  init(horizon: Int) {
    self.horizon = horizon
    slots = Array(repeating: 0, count: horizon + 1)
    kilowatts = slots
  }

  mutating func respond(to sums: SlotPrices.Sums, work: [SlotPrices.Work]) {
    for index in 0...horizon {
      slots[index] = 0
      kilowatts[index] = 0
    }
    for item in work {
      if item.task.isPreemptible { pieces(item, sums) } else { whole(item, sums) }
    }
    // What was noted are the changes.
    for index in 0..<horizon {
      slots[index + 1] += slots[index]
      kilowatts[index + 1] += kilowatts[index]
    }
  }

  private mutating func note(from start: Int, to end: Int, share: Double, _ power: Double) {
    slots[start] += share
    slots[end] -= share
    kilowatts[start] += share * power
    kilowatts[end] -= share * power
  }

  /// A task that runs in one go: a share for each start, by its gain.
  private mutating func whole(_ item: SlotPrices.Work, _ sums: SlotPrices.Sums) {
    let task = item.task
    let last = min(task.slack, horizon - 1)
    guard last >= item.release else { return }
    scratch.removeAll(keepingCapacity: true)
    var best = 0.0
    let rate = task.revenue / Double(task.remaining)
    for start in item.release...last {
      let end = min(horizon, start + task.remaining)
      let value =
        rate * Double(end - start) - task.kilowatts * (sums.energy[end] - sums.energy[start])
        - (sums.slot[end] - sums.slot[start])
      scratch.append(value)
      if value > best { best = value }
    }
    var total = exp(-best / SlotPrices.softness)
    for index in scratch.indices {
      let gap = (scratch[index] - best) / SlotPrices.softness
      let share = gap > -10 ? exp(gap) : 0
      scratch[index] = share
      total += share
    }
    for index in scratch.indices where scratch[index] > 0 {
      let start = item.release + index
      note(
        from: start, to: min(horizon, start + task.remaining), share: item.weight * scratch[index] / total,
        task.kilowatts)
    }
  }

  /// A task that may be suspended: its cheapest steps, all of them or none.
  private mutating func pieces(_ item: SlotPrices.Work, _ sums: SlotPrices.Sums) {
    let task = item.task
    let end = min(task.deadline, horizon)
    guard end > item.release else { return }
    let isOpen = task.deadline > horizon
    let count = end - item.release
    guard task.isStarted || isOpen || count >= task.remaining else { return }
    let needed = min(task.remaining, count)
    scratch.removeAll(keepingCapacity: true)
    for step in item.release..<end {
      scratch.append(
        task.kilowatts * (sums.energy[step + 1] - sums.energy[step]) + sums.slot[step + 1] - sums.slot[step])
    }
    let costs = scratch
    let limit = scratch.partition(smallest: needed)
    var cost = 0.0
    for index in 0..<needed { cost += scratch[index] }
    let reward = task.revenue * (isOpen ? Double(needed) / Double(task.remaining) : 1)
    let value = task.isStarted ? 99 : (reward - cost) / SlotPrices.softness
    guard value > -10 else { return }
    let share = item.weight / (1 + exp(-value))
    var left = needed
    for index in 0..<count where left > 0 && costs[index] <= limit {
      left -= 1
      note(from: item.release + index, to: item.release + index + 1, share: share, task.kilowatts)
    }
  }
}

extension [Double] {
  /// Brings the smallest elements to the front, in no order, and returns the greatest of them (Hoare, "Algorithm 65:
  /// Find", Communications of the ACM 4, 1961).
  ///
  /// - Parameter smallest: how many; from 1 to `count`.
  mutating func partition(smallest: Int) -> Double {
    var low = 0
    var high = count - 1
    let wanted = smallest - 1
    while low < high {
      let pivot = self[(low + high) / 2]
      var left = low
      var right = high
      while left <= right {
        while self[left] < pivot { left += 1 }
        while self[right] > pivot { right -= 1 }
        if left <= right {
          swapAt(left, right)
          left += 1
          right -= 1
        }
      }
      if wanted <= right { high = right } else if wanted >= left { low = left } else { break }
    }
    return self[wanted]
  }
}
