package import Workload

/// Prices of stretches of time, as a day-ahead market publishes them: in order, without overlap; there may be gaps.
package struct PriceSeries: Hashable, Sendable, Codable {
  package struct Stretch: Hashable, Sendable, Codable {
    package var start: Instant
    package var end: Instant
    package var price: EuroPerKilowattHour

    package init(start: Instant, end: Instant, price: EuroPerKilowattHour) {
      self.start = start
      self.end = end
      self.price = price
    }
  }

  package private(set) var stretches: [Stretch]

  package static let empty = PriceSeries(sorted: [])

  private init(sorted stretches: [Stretch]) {
    self.stretches = stretches
  }

  /// What is wrong with the stretches at these places, in words.
  package struct Fault: Error, Hashable, Sendable {
    package var place: Int
    package var sentence: String
  }

  /// Sorts them. One that is there twice counts once.
  ///
  /// - Throws: what ends before it begins, overlaps another, or costs what no market's limits allow.
  package init(_ stretches: [Stretch]) throws(PriceFaults) {
    var faults: [Fault] = []
    for (place, stretch) in stretches.enumerated() {
      if stretch.end <= stretch.start {
        faults.append(Fault(place: place, sentence: "ends before it begins"))
      }
      if !Self.possible.contains(stretch.price.value) {
        let range =
          "\(Decimals.trimmed(Self.possible.lowerBound, 1)) to \(Decimals.trimmed(Self.possible.upperBound, 1))"
        faults.append(
          Fault(place: place, sentence: "costs \(stretch.price), beyond \(range) EUR/kWh: is the unit right?")
        )
      }
    }
    let ordered = stretches.enumerated().sorted {
      ($0.element.start, $0.offset) < ($1.element.start, $1.offset)
    }
    var kept: [Stretch] = []
    for (place, stretch) in ordered {
      guard let last = kept.last, last.end > stretch.start else {
        kept.append(stretch)
        continue
      }
      if last != stretch {
        faults.append(Fault(place: place, sentence: "overlaps another with another price"))
      }
    }
    guard faults.isEmpty else { throw PriceFaults(all: faults.sorted { $0.place < $1.place }) }
    self.stretches = kept
  }

  /// The European market's limits are −0.5 and 5 EUR/kWh at present (harmonised maximum and minimum clearing prices); taxes come on top.
  private static let possible = -1.0...10

  /// Nothing where none is known.
  package func price(at instant: Instant) -> EuroPerKilowattHour? {
    stretch(at: instant)?.price
  }

  func stretch(at instant: Instant) -> Stretch? {
    let next = firstIndex(endingAfter: instant)
    guard next < stretches.count, stretches[next].start <= instant else { return nil }
    return stretches[next]
  }

  /// The next beginning or end of a stretch.
  func nextChange(after instant: Instant) -> Instant? {
    let next = firstIndex(endingAfter: instant)
    guard next < stretches.count else { return nil }
    return stretches[next].start > instant ? stretches[next].start : stretches[next].end
  }

  private func firstIndex(endingAfter instant: Instant) -> Int {
    var (low, high) = (0, stretches.count)
    while low < high {
      let middle = (low + high) / 2
      if stretches[middle].end <= instant { low = middle + 1 } else { high = middle }
    }
    return low
  }

  /// Up to when prices are known without a gap, from a moment on.
  package func knownUntil(from instant: Instant) -> Instant {
    var until = instant
    while let stretch = stretch(at: until) { until = stretch.end }
    return until
  }

  /// With what a later publication says; where both know a time, the later counts. What ended before `horizon` is
  /// forgotten.
  package func updated(by other: PriceSeries, forgettingBefore horizon: Instant) -> PriceSeries {
    let old = stretches.filter { stretch in
      let next = other.firstIndex(endingAfter: stretch.start)
      return next == other.stretches.count || other.stretches[next].start >= stretch.end
    }
    return PriceSeries(
      sorted: (old + other.stretches).filter { $0.end > horizon }.sorted { $0.start < $1.start })
  }
}

/// All that is wrong with a series.
package struct PriceFaults: Error, Hashable, Sendable {
  package var all: [PriceSeries.Fault]
}
