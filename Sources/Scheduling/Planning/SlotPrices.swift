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

  /// What limits the work, by step.
  struct Limits: Sendable {
    var slots: [Double]
    /// kW; infinite where nothing caps.
    var power: [Double]
    /// Cost of one kW in one step: electricity and wear less the worth of the heat, EUR.
    var energy: [Double]
  }

  /// Sums of the prices up to each step.
  struct Sums: Sendable {
    /// EUR for one kW.
    var energy: [Double]
    /// EUR for one slot.
    var slot: [Double]
  }

  /// EUR for one slot in one step.
  private(set) var slot: [Double]
  /// EUR for one kW in one step, on top of the energy: where a cap binds.
  private(set) var power: [Double]
  /// Slots in use by work, and kW, as expected.
  private(set) var usedSlots: [Double]
  private(set) var usedPower: [Double]
  private var slotPace: PricePace
  private var powerPace: PricePace

  /// EUR within which two times are nearly as good.
  static let softness = 0.004

  init(horizon: Int) {
    slot = Array(repeating: 0, count: horizon)
    power = slot
    usedSlots = slot
    usedPower = slot
    slotPace = PricePace(count: horizon, first: 0.002)
    powerPace = PricePace(count: horizon, first: 0.005)
  }

  /// The prices of the last plan, for one that begins that many steps later.
  func shifted(by steps: Int, horizon: Int) -> SlotPrices {
    var next = SlotPrices(horizon: horizon)
    guard !slot.isEmpty else { return next }
    for index in 0..<horizon {
      let from = min(index + steps, slot.count - 1)
      next.slot[index] = slot[from]
      next.power[index] = power[from]
    }
    next.slotPace = slotPace.shifted(by: steps, count: horizon)
    next.powerPace = powerPace.shifted(by: steps, count: horizon)
    return next
  }

  /// Moves the prices towards balance.
  ///
  /// - Returns: false where it was too late before the end.
  mutating func settle(_ work: [Work], _ limits: Limits, rounds: Int, isLate: () -> Bool = { false }) -> Bool
  {
    var choices = TaskChoices(horizon: slot.count)
    for round in 0...rounds {
      if isLate() { return false }
      choices.respond(to: sums(limits), work: work)
      usedSlots = Array(choices.slots.prefix(slot.count))
      usedPower = Array(choices.kilowatts.prefix(slot.count))
      guard round < rounds else { break }
      for index in slot.indices {
        slotPace.move(&slot[index], at: index, by: usedSlots[index] - limits.slots[index])
        if limits.power[index].isFinite {
          powerPace.move(&power[index], at: index, by: usedPower[index] - limits.power[index])
        } else {
          power[index] = 0
        }
      }
    }
    return true
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
}

/// How fast prices move: faster while they go on in one direction, slower after each turn (Riedmiller and Braun,
/// "A direct adaptive method for faster backpropagation learning: the RPROP algorithm", 1993).
struct PricePace: Sendable {
  private var pace: [Double]
  private var last: [Double]
  private let first: Double

  private static let faster = 1.3
  private static let slower = 0.5

  init(count: Int, first: Double) {
    pace = Array(repeating: first, count: count)
    last = Array(repeating: 0, count: count)
    self.first = first
  }

  func shifted(by steps: Int, count: Int) -> PricePace {
    var next = PricePace(count: count, first: first)
    guard !pace.isEmpty else { return next }
    for index in 0..<count {
      next.pace[index] = max(first / 16, min(first, pace[min(index + steps, pace.count - 1)]))
    }
    return next
  }

  /// Raises a price for an excess of demand, lowers it for a lack, never below nothing.
  mutating func move(_ price: inout Double, at index: Int, by excess: Double) {
    let turn = excess * last[index]
    if turn > 0 {
      pace[index] = min(pace[index] * Self.faster, first * 8)
    } else if turn < 0 {
      pace[index] = max(pace[index] * Self.slower, first / 200)
    }
    last[index] = excess
    // A small imbalance moves a price by less than the full pace.
    price = max(0, price + pace[index] * min(1, max(-1, 2 * excess)))
  }
}
