package import Workload

/// Energy counters of the processor packages at one instant. Two of them make an energy.
package struct EnergySample: Hashable, Sendable, Codable {
  /// More than this one package can't draw: what a pair of samples would need beyond it is a counter that was reset.
  package static let mostWattsOfPackage = Watts(2000)

  package var takenAt: Instant
  /// By zone, `intel-rapl:0`.
  package var counters: [String: EnergyCounter]

  package init(takenAt: Instant = .zero, counters: [String: EnergyCounter] = [:]) {
    self.takenAt = takenAt
    self.counters = counters
  }

  /// Energy used since an earlier sample, a turn of each counter through zero taken into account.
  ///
  /// A counter that stands in only one of the two, or was reset between them, adds nothing and is named in `gaps`.
  package func energy(since earlier: EnergySample) -> EnergyUse {
    let seconds = (takenAt - earlier.takenAt).seconds
    var use = EnergyUse(joules: .zero, seconds: max(0, seconds), counted: 0, gaps: [])
    for (zone, before) in earlier.counters.sorted(by: { NaturalOrder.precedes($0.key, $1.key) }) {
      guard let now = counters[zone] else {
        use.gaps.append("\(zone) (\(before.name)) is gone")
        continue
      }
      switch now.difference(since: before, over: seconds) {
      case .success(let joules):
        use.joules += joules
        use.counted += 1
      case .failure(let gap): use.gaps.append("\(zone) (\(before.name)) \(gap.reason)")
      }
    }
    for zone in counters.keys.sorted(by: NaturalOrder.precedes) where earlier.counters[zone] == nil {
      use.gaps.append("\(zone) is new")
    }
    return use
  }
}

/// Energy between two samples.
package struct EnergyUse: Hashable, Sendable {
  package var joules: Joules
  /// Time between them.
  package var seconds: Double
  /// Counters that it is the sum of; 0 means that nothing was measured.
  package var counted: Int
  /// Counters that could not be counted, with the reason.
  package var gaps: [String]

  /// Nothing where no counter was counted or no time has passed.
  package var meanPower: Watts? {
    counted > 0 && seconds > 0 ? Watts(joules.value / seconds) : nil
  }
}

/// One energy counter: microjoules that turn to zero after `range`. Kernel doc: power/powercap/powercap.rst.
package struct EnergyCounter: Hashable, Sendable, Codable {
  /// The zone's name, `package-0`.
  package var name: String
  package var microjoules: UInt64
  /// `max_energy_range_uj`; 0 where unknown, which makes a turn indistinguishable from a reset.
  package var range: UInt64

  package init(name: String, microjoules: UInt64, range: UInt64) {
    self.name = name
    self.microjoules = microjoules
    self.range = range
  }

  package struct Gap: Error, Hashable, Sendable {
    package var reason: String
  }

  /// Energy since an earlier state of the same counter.
  ///
  /// A state below the earlier one is a turn through zero if a package could have used that much in the time;
  /// else the counter was reset (suspend, driver reload), and what it had counted before that is not known.
  package func difference(since before: EnergyCounter, over seconds: Double) -> Result<Joules, Gap> {
    guard seconds >= 0 else { return .failure(Gap(reason: "was sampled in the wrong order of time")) }
    let most = EnergySample.mostWattsOfPackage.value * seconds
    let joules: Double
    if microjoules >= before.microjoules {
      joules = Double(microjoules - before.microjoules) / 1e6
    } else if range >= before.microjoules, range > 0 {
      // At most `range` each, so that neither the difference nor the sum overflows.
      joules = Double(range - before.microjoules) / 1e6 + Double(microjoules) / 1e6
    } else {
      return .failure(Gap(reason: "went back from \(before.microjoules) to \(microjoules) µJ"))
    }
    guard joules <= most else {
      return .failure(
        Gap(reason: "would have used \(Int(joules)) J in \(seconds) s: it was reset, or its range is wrong"))
    }
    return .success(Joules(joules))
  }
}
