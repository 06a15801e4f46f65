package import Workload

/// A price of energy, in euros per kilowatt-hour. May be negative: day-ahead markets have such hours.
package struct EuroPerKilowattHour: Quantity {
  package var value: Double
  package init(_ value: Double) { self.value = value }
}

/// An amount of money that may be negative, in millionths of a euro: what heating alone may already pay for.
package struct SignedMicroEuros: Quantity {
  package var value: Int64
  package init(_ value: Int64) { self.value = value }

  /// Rounded up, so that an ask never falls below its cost. What is too large for the type is its greatest
  /// value.
  package init(roundingUp microEuros: Double) {
    value = Int64(exactly: microEuros.rounded(.up)) ?? (microEuros < 0 ? .min : .max)
  }
}

extension EuroPerKilowattHour: CustomStringConvertible {
  package var description: String { "\(Decimals.trimmed(value, 4)) EUR/kWh" }
}

extension YAMLValue {
  /// `0.18 EUR/kWh`, `18 ct/kWh`, `180 EUR/MWh`.
  package func energyPrice(mayBeNegative: Bool = false) -> EuroPerKilowattHour? {
    quantity(
      "a price of energy", ["EUR/kWh": 1, "ct/kWh": 0.01, "EUR/MWh": 0.001], mayBeNegative: mayBeNegative
    ).map(EuroPerKilowattHour.init)
  }
}
