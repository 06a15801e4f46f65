package import Scheduling
package import Workload

/// The tappings of every day, and how much of them falls into a span of simulated time. Deterministic: a seed
/// other than 0 moves each tapping by up to a quarter of an hour and changes its energy by up to a fifth,
/// differently each day.
package struct DrawOffs: Hashable, Sendable, Codable {
  package var profile: TappingProfile
  package var cold: Celsius
  package var seed: UInt64

  /// - Parameter cold: at most `warmestCold`.
  package init(profile: TappingProfile, cold: Celsius, seed: UInt64 = 0) {
    precondition(cold <= Self.warmestCold, "cold water is cold")
    self.profile = profile
    self.cold = cold
    self.seed = seed
  }

  /// A tapping of one day, as far as it falls into the span asked for.
  struct Part {
    var energy: Joules
    var temperature: Celsius
  }

  /// - Parameters:
  ///   - from, to: seconds since the midnight before the simulation's start.
  func parts(from: Double, to: Double) -> [Part] {
    guard to > from else { return [] }
    var found: [Part] = []
    for day in Int(from / Self.day)...Int(to / Self.day) {
      for (index, tapping) in profile.tappings.enumerated() {
        let nominal = Double(day) * Self.day + Double(tapping.at.value) * 60
        // Most tappings are far away: they are passed over before anything about them is computed.
        guard nominal - Self.mostShift < to, nominal + Self.mostShift + Self.longest > from else { continue }
        let (start, energy) = varied(tapping, day: day, index: index)
        let power = tapping.power(cold: cold).value
        let overlap = min(to, start + energy / power) - max(from, start)
        if overlap > 0 {
          found.append(Part(energy: Joules(overlap * power), temperature: tapping.temperature))
        }
      }
    }
    return found
  }

  static let day = 86_400.0
  private static let mostShift = 900.0
  /// No tapping lasts longer, with cold water of at most `warmestCold`.
  private static let longest = 3600.0
  package static let warmestCold = Celsius(30)

  private func varied(_ tapping: Tapping, day: Int, index: Int) -> (start: Double, energy: Double) {
    let start = Double(day) * Self.day + Double(tapping.at.value) * 60
    guard seed != 0 else { return (start, tapping.energy.value) }
    var random = SplitMix64(state: seed &+ UInt64(day) &* 0x1_0001 &+ UInt64(index) &* 0x9E37_79B9)
    let shift = (random.unit() * 2 - 1) * Self.mostShift
    let factor = 0.8 + 0.4 * random.unit()
    return (start + shift, tapping.energy.value * factor)
  }
}

/// A small generator whose every output follows from its state: Steele, Lea and Flood, "Fast splittable
/// pseudorandom number generators" (2014).
struct SplitMix64 {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  /// From 0 up to, not including, 1.
  mutating func unit() -> Double { Double(next() >> 11) * 0x1p-53 }
}
