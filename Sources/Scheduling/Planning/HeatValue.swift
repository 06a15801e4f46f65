import Glibc

/// The worth of heat in the store, by a dynamic program over its energy (Bellman, "Dynamic Programming", 1957).
///
/// The state is the energy E in kWh above cold water. Between `lowest`, where the backup heater must help, and
/// `highest`, above which heat is blown outside, each step chooses an ask price; the market's supply curve says what
/// work that takes. Demand is uncertain: each step's value is a mean over three points of its error.
package struct HeatValue: Sendable {
  /// What a step brings, apart from the choice.
  package struct Step: Sendable {
    /// Electricity with all that is added to it, EUR/kWh.
    package var price: Double
    /// Heat from the backup heater, EUR/kWh.
    package var backupPrice: Double
    /// Heat into the store without new tasks, less all demand: kWh.
    package var fixed: Double
    /// Standard deviation of the demand: kWh.
    package var deviation: Double
    /// Expected cost of cold water in the step with a store at `lowest`, EUR, and the energy above it with which that
    /// falls to 1/e: kWh.
    package var risk: (cost: Double, scale: Double)
    package var freeSlots: Int
    /// New tasks may take at most that: kW.
    package var room: Double

    package init(
      price: Double, backupPrice: Double, fixed: Double, deviation: Double,
      risk: (cost: Double, scale: Double),
      freeSlots: Int, room: Double
    ) {
      self.price = price
      self.backupPrice = backupPrice
      self.fixed = fixed
      self.deviation = deviation
      self.risk = risk
      self.freeSlots = freeSlots
      self.room = room
    }
  }

  package struct Limits: Sendable {
    package var lowest: Double
    package var highest: Double
    /// Share of the energy that is lost in a step.
    package var decay: Double
    /// Heat that the backup heater gives in a step: kWh.
    package var backup: Double
    /// May the backup heater run though it needn't: with electricity.
    package var mayBoost: Bool
    package var unmet: Double
    package var fanShare: Double
    package var wear: Double
    package var capture: Double
    package var stepHours: Double

    package init(
      lowest: Double, highest: Double, decay: Double, backup: Double, mayBoost: Bool, unmet: Double,
      fanShare: Double, wear: Double, capture: Double, stepHours: Double
    ) {
      self.lowest = lowest
      self.highest = highest
      self.decay = decay
      self.backup = backup
      self.mayBoost = mayBoost
      self.unmet = unmet
      self.fanShare = fanShare
      self.wear = wear
      self.capture = capture
      self.stepHours = stepHours
    }
  }

  package let steps: [Step]
  package let limits: Limits
  let curve: SupplyCurve
  /// By step from 0 to the horizon's end, by state: EUR.
  private var values: [[Double]]
  private let spacing: Double
  private let origin: Double

  static let states = 41
  /// More states on each side, where the store is below `lowest` or above `highest`.
  static let margin = 12

  /// - Parameter terminal: worth of the energy above `lowest` at the end.
  package init(steps: [Step], limits: Limits, curve: SupplyCurve, terminal: (Double) -> Double) {
    self.steps = steps
    self.limits = limits
    self.curve = curve
    spacing = max(1e-6, (limits.highest - limits.lowest) / Double(Self.states - 1))
    origin = limits.lowest - spacing * Double(Self.margin)
    let all = Self.states + 2 * Self.margin
    values = Array(repeating: [], count: steps.count + 1)
    let spacing = spacing
    values[steps.count] = (0..<Self.states).map { terminal(spacing * Double($0)) }
    var extended = Array(repeating: 0.0, count: all)
    for index in steps.indices.reversed() {
      extend(values[index + 1], step: steps[index], into: &extended)
      values[index] = stage(steps[index], extended)
    }
  }

  /// The next step's value beyond the limits, where the backup heater helps and heat is blown outside, and its mean
  /// over the error of demand.
  private func extend(_ next: [Double], step: Step, into extended: inout [Double]) {
    let count = extended.count
    var raw = Array(repeating: 0.0, count: count)
    let margin = Self.margin
    for index in 0..<count {
      if index < margin {
        let missing = spacing * Double(margin - index)
        let helped = min(missing, limits.backup)
        raw[index] =
          next[0] - helped * step.backupPrice - (missing - helped) * max(limits.unmet, step.backupPrice)
      } else if index < margin + Self.states {
        raw[index] = next[index - margin]
      } else {
        let over = spacing * Double(index - margin - Self.states + 1)
        raw[index] = next[Self.states - 1] - over * limits.fanShare * max(0, step.price)
      }
    }
    if step.risk.cost > 0 {
      for index in 0..<count {
        let above = spacing * Double(index - margin)
        raw[index] -= step.risk.cost * exp(-max(-1, above / step.risk.scale))
      }
    }
    // Three points at 0 and ±√3 σ with weights 2/3 and 1/6: exact to the fifth moment of a normal error.
    let shift = step.deviation * 3.0.squareRoot() / spacing
    for index in 0..<count {
      let up = Self.interpolate(raw, Double(index) + shift)
      let down = Self.interpolate(raw, Double(index) - shift)
      extended[index] = raw[index] * 2 / 3 + (up + down) / 6
    }
  }

  private func stage(_ step: Step, _ extended: [Double]) -> [Double] {
    let choices = choices(step)
    return (0..<Self.states).map { state in
      let energy = limits.lowest + spacing * Double(state)
      let kept = (energy * (1 - limits.decay) + step.fixed - origin) / spacing
      var best = -Double.infinity
      for choice in choices {
        best = max(best, choice.gain + Self.interpolate(extended, kept + choice.heat))
      }
      return best
    }
  }

  /// Heat in units of the grid's spacing, and gain in EUR.
  private func choices(_ step: Step) -> [(heat: Double, gain: Double, power: Double)] {
    var found: [(Double, Double, Double)] = []
    for level in curve.asks.indices {
      let wanted = curve.power(level, free: step.freeSlots)
      let share = wanted > step.room ? max(0, step.room) / wanted : 1
      let power = wanted * share
      let gain =
        limits.stepHours * share
        * (curve.income(level, free: step.freeSlots) - wanted * (step.price + limits.wear))
      let heat = limits.stepHours * limits.capture * power
      found.append((heat / spacing, gain, power))
      if limits.mayBoost {
        found.append(
          ((heat + limits.backup) / spacing, gain - limits.backup * step.backupPrice, power))
      }
    }
    return found
  }

  private static func interpolate(_ values: [Double], _ place: Double) -> Double {
    let last = values.count - 1
    if place <= 0 { return values[0] + place * (values[1] - values[0]) }
    if place >= Double(last) {
      return values[last] + (place - Double(last)) * (values[last] - values[last - 1])
    }
    let low = Int(place)
    let part = place - Double(low)
    return values[low] + part * (values[low + 1] - values[low])
  }

  /// λ: what one more kWh in the store is worth when a step begins, in EUR/kWh. Falls with the energy.
  package func worth(at index: Int, energy: Double) -> Double {
    let step = steps[max(0, min(index, steps.count) - 1)]
    if energy <= limits.lowest - spacing { return step.backupPrice }
    if energy >= limits.highest + spacing { return -limits.fanShare * max(0, step.price) }
    let place = (energy - limits.lowest) / spacing
    let low = min(max(0, place - 1), Double(Self.states - 1))
    let high = min(max(0, place + 1), Double(Self.states - 1))
    guard high > low else { return 0 }
    let column = values[index]
    let worth = (Self.interpolate(column, high) - Self.interpolate(column, low)) / ((high - low) * spacing)
    // A heater whose fuel costs the same at all times gives heat whenever it is wanted: it is worth no more than that.
    return limits.mayBoost ? worth : min(worth, step.backupPrice)
  }

  /// The course of the store when each step makes its best choice and demand is as expected.
  package struct Course: Sendable {
    /// λ of heat that comes in during a step: EUR/kWh.
    package var worth: [Double] = []
    /// At the beginning of a step: kWh.
    package var energy: [Double] = []
    /// New tasks take that: kW.
    package var power: [Double] = []
    /// The best first choice has the backup heater on.
    package var boostsNow = false
  }

  /// - Parameter powers: kW of new tasks in each step, where they are known; else the program's choice.
  package func course(from start: Double, powers: [Double]? = nil) -> Course {
    var course = Course()
    var energy = start
    var extended = Array(repeating: 0.0, count: Self.states + 2 * Self.margin)
    for (index, step) in steps.enumerated() {
      let kept = energy * (1 - limits.decay) + step.fixed
      var next: Double
      var power: Double
      var boosts = false
      if powers == nil || (index == 0 && limits.mayBoost) {
        extend(values[index + 1], step: step, into: &extended)
        var best = (gain: -Double.infinity, heat: 0.0, power: 0.0, boost: false)
        for (number, choice) in choices(step).enumerated() {
          let gain = choice.gain + Self.interpolate(extended, (kept - origin) / spacing + choice.heat)
          if gain > best.gain {
            best = (gain, choice.heat * spacing, choice.power, limits.mayBoost && number % 2 == 1)
          }
        }
        next = kept + best.heat
        power = best.power
        boosts = best.boost && next < limits.highest
      } else {
        next = kept
        power = 0
      }
      if let powers {
        power = powers[index]
        next = kept + power * limits.capture * limits.stepHours + (boosts ? limits.backup : 0)
      }
      if index == 0 { course.boostsNow = boosts }
      course.energy.append(energy)
      course.power.append(power)
      course.worth.append(worth(at: index + 1, energy: next))
      energy = min(max(next, limits.lowest), limits.highest)
    }
    return course
  }
}
