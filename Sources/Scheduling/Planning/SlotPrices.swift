#if canImport(Glibc)
  import Glibc
#endif

/// The price μ of a slot in each step, at which the work that is worth it fills the slots and no more.
///
/// The tasks share slots, and under a cap power. With a price on both they fall apart: each chooses its own best
/// time (Lagrangian decomposition; Fisher, "The Lagrangian relaxation method for solving integer programming
/// problems", Management Science 27, 1981). The prices rise where more is wanted than there is, and fall where less is.
/// A choice is smooth: times that are nearly as good get a share, since what comes is not known exactly.
struct SlotPrices: Sendable {
  /// Work that may be done, with the step from which it may.
  struct Work: Sendable {
    var task: PlannableTask
    var release: Int
    /// 1: it is there. Less: it may come.
    var weight: Double
  }

  /// EUR for one slot in one step.
  private(set) var slot: [Double]
  /// EUR for one kW in one step, on top of the energy: where a cap binds.
  private(set) var power: [Double]
  /// Slots in use by work, and kW, as expected.
  private(set) var usedSlots: [Double]
  private(set) var usedPower: [Double]

  /// EUR within which two times are nearly as good.
  static let softness = 0.004

  init(horizon: Int) {
    slot = Array(repeating: 0, count: horizon)
    power = slot
    usedSlots = slot
    usedPower = slot
  }

  /// The prices of the last plan, for one that begins that many steps later.
  func shifted(by steps: Int, horizon: Int) -> SlotPrices {
    var next = SlotPrices(horizon: horizon)
    for index in 0..<horizon {
      let from = min(index + steps, slot.count - 1)
      guard from >= 0 else { continue }
      next.slot[index] = slot[from]
      next.power[index] = power[from]
    }
    return next
  }

  /// What limits the work: by step.
  struct Limits: Sendable {
    var slots: [Double]
    /// kW; infinite where nothing caps.
    var power: [Double]
    /// Cost of one kW in one step: electricity and wear less the worth of the heat, EUR.
    var energy: [Double]
    var stepHours: Double
    /// Share of the revenue that is lost when a started task isn't finished.
    var missPenalty: Double
  }

  /// Moves the prices towards balance.
  mutating func settle(_ work: [Work], _ limits: Limits, rounds: Int) {
    let horizon = slot.count
    guard horizon > 0 else { return }
    let most = limits.slots.max() ?? 1
    for round in 0..<rounds {
      respond(work, limits)
      // EUR a slot-hour for an excess of all slots; smaller steps later.
      let rate = 0.05 * limits.stepHours / (1 + 0.15 * Double(round))
      for index in 0..<horizon {
        let excess = (usedSlots[index] - limits.slots[index]) / max(1, most)
        slot[index] = max(0, slot[index] + rate * min(1, max(-1, excess)))
        if limits.power[index].isFinite {
          let over = (usedPower[index] - limits.power[index]) / max(0.3, 0.3 * most)
          power[index] = max(0, power[index] + 4 * rate * min(1, max(-1, over)))
        } else {
          power[index] = 0
        }
      }
    }
    respond(work, limits)
  }

  /// Sums of the prices up to each step.
  struct Sums: Sendable {
    /// EUR for one kW.
    var energy: [Double]
    /// EUR for one slot.
    var slot: [Double]
  }

  func sums(_ limits: Limits) -> Sums {
    var sums = Sums(energy: [0], slot: [0])
    sums.energy.reserveCapacity(slot.count + 1)
    sums.slot.reserveCapacity(slot.count + 1)
    for index in slot.indices {
      sums.energy.append(sums.energy[index] + limits.energy[index] + power[index])
      sums.slot.append(sums.slot[index] + slot[index])
    }
    return sums
  }

  private mutating func respond(_ work: [Work], _ limits: Limits) {
    let horizon = slot.count
    let sums = sums(limits)
    // Changes of the slots and kW in use, summed up at the end.
    var slotChange = Array(repeating: 0.0, count: horizon + 1)
    var powerChange = slotChange
    var scratch: [Double] = []
    for item in work {
      let task = item.task
      if task.isPreemptible {
        let (steps, share) = Self.pieces(item, sums, limits)
        for step in steps {
          slotChange[step] += share * item.weight
          slotChange[step + 1] -= share * item.weight
          powerChange[step] += share * item.weight * task.kilowatts
          powerChange[step + 1] -= share * item.weight * task.kilowatts
        }
        continue
      }
      let last = min(task.deadline - task.remaining, horizon - 1)
      guard last >= item.release else { continue }
      scratch.removeAll(keepingCapacity: true)
      var best = 0.0
      for start in item.release...last {
        let end = min(horizon, start + task.remaining)
        let value =
          task.revenue * Double(end - start) / Double(task.remaining)
          - task.kilowatts * (sums.energy[end] - sums.energy[start]) - (sums.slot[end] - sums.slot[start])
        scratch.append(value)
        best = max(best, value)
      }
      let softness = Self.softness
      var total = exp((0 - best) / softness)
      for index in scratch.indices {
        let gap = (scratch[index] - best) / softness
        scratch[index] = gap > -12 ? exp(gap) : 0
        total += scratch[index]
      }
      for (index, share) in scratch.enumerated() where share > 0 {
        let start = item.release + index
        let end = min(horizon, start + task.remaining)
        let part = item.weight * share / total
        slotChange[start] += part
        slotChange[end] -= part
        powerChange[start] += part * task.kilowatts
        powerChange[end] -= part * task.kilowatts
      }
    }
    var slots = 0.0
    var kilowatts = 0.0
    for index in 0..<horizon {
      slots += slotChange[index]
      kilowatts += powerChange[index]
      usedSlots[index] = slots
      usedPower[index] = kilowatts
    }
  }

  /// The cheapest steps for a task that may be suspended, and the share with which it is worth doing.
  private static func pieces(_ item: Work, _ sums: Sums, _ limits: Limits) -> (steps: [Int], share: Double) {
    let task = item.task
    let horizon = sums.slot.count - 1
    let end = min(task.deadline, horizon)
    guard end > item.release else { return ([], 0) }
    let costs = (item.release..<end).map { step in
      (
        step: step,
        cost: task.kilowatts * (sums.energy[step + 1] - sums.energy[step]) + sums.slot[step + 1]
          - sums.slot[step]
      )
    }
    let needed = min(task.remaining, costs.count)
    let chosen = costs.sorted { $0.cost < $1.cost }.prefix(needed)
    let cost = chosen.reduce(0) { $0 + $1.cost }
    let isOpen = task.deadline > horizon
    let reward = task.revenue * (isOpen ? Double(needed) / Double(task.remaining) : 1)
    if task.isStarted { return (chosen.map(\.step), 1) }
    if !isOpen, costs.count < task.remaining { return ([], 0) }
    let value = (reward - cost) / softness
    let share = value > 12 ? 1 : value < -12 ? 0 : 1 / (1 + exp(-value))
    return (chosen.map(\.step), share)
  }
}
