package import Workload

/// What electricity costs where the supplier passes a market's prices on: `factor · market + added`.
package struct DayAheadPrices: Hashable, Sendable, Codable {
  package enum Source: Hashable, Sendable, Codable {
    /// Read again when it changes.
    case file(String)
    case url(String)
  }

  package var source: Source
  package var clock: LocalClock
  /// Value-added tax and the like.
  package var factor: Double
  /// Grid, levies and the like.
  package var added: EuroPerKilowattHour
  /// All in all, where neither the market nor the days before say anything.
  package var otherwise: EuroPerKilowattHour
  /// Of the market, as far as it is known now.
  package var series: PriceSeries

  package init(
    source: Source, clock: LocalClock, factor: Double = 1, added: EuroPerKilowattHour = .zero,
    otherwise: EuroPerKilowattHour, series: PriceSeries = .empty
  ) {
    self.source = source
    self.clock = clock
    self.factor = factor
    self.added = added
    self.otherwise = otherwise
    self.series = series
  }

  /// A price that is published, and none that is guessed.
  package func published(at instant: Instant) -> EuroPerKilowattHour? {
    series.price(at: instant).map { EuroPerKilowattHour(factor * $0.value + added.value) }
  }

  /// Published, else that of the same hour of the last days by the wall clock: tomorrow is unknown until noon.
  package func price(at instant: Instant) -> EuroPerKilowattHour {
    if let price = published(at: instant) { return price }
    let (day, minute) = clock.local(instant)
    for back in 1...Self.mostDaysBack {
      if let price = published(at: clock.instant(day: day - back, minute: minute)) { return price }
    }
    return otherwise
  }

  private static let mostDaysBack = 7

  /// Not later than the price's next change.
  func nextChange(after instant: Instant) -> Instant {
    if let change = series.nextChange(after: instant), series.price(at: instant) != nil { return change }
    // A guess follows the days before, in which prices change at full quarters of an hour.
    let quarter: Int64 = 900_000
    return Instant((instant.value.quotientRoundedDown(by: quarter) + 1) * quarter)
  }
}
