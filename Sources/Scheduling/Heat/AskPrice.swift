package import Workload

/// What one slot at work for one hour must bring, and of what that is made.
///
///     ask = P · (c + w − η·λ) + μ
///
/// with the power P of a busy slot, electricity c, wear w, the share η of the electricity that reaches the
/// water, the worth λ of one more kWh in the tank as it is now, and the least gain μ of a slot-hour.
package struct AskPrice: Hashable, Sendable, Codable {
  /// P, above what the machine draws idle.
  package var slotPower: Watts
  package var electricity: EuroPerKilowattHour
  package var wear: EuroPerKilowattHour
  package var capture: Double
  package var worthOfHeat: EuroPerKilowattHour
  package var slotHour: MicroEuros

  package init(
    slotPower: Watts, electricity: EuroPerKilowattHour, wear: EuroPerKilowattHour, capture: Double,
    worthOfHeat: EuroPerKilowattHour, slotHour: MicroEuros
  ) {
    self.slotPower = slotPower
    self.electricity = electricity
    self.wear = wear
    self.capture = capture
    self.worthOfHeat = worthOfHeat
    self.slotHour = slotHour
  }

  /// c + w − η·λ.
  package var perKilowattHour: EuroPerKilowattHour {
    EuroPerKilowattHour(electricity.value + wear.value - capture * worthOfHeat.value)
  }

  /// Negative where the heat alone pays for more than the electricity.
  package var perSlotHour: SignedMicroEuros { cost(of: .seconds(3600)) }

  /// What one slot at work for that long must bring, rounded up.
  package func cost(of duration: Duration) -> SignedMicroEuros {
    let hours = duration.seconds / 3600
    let energy = slotPower.value / 1000 * hours * perKilowattHour.value * 1e6
    return SignedMicroEuros(roundingUp: energy + Double(slotHour.value) * hours)
  }

  /// λ: the worth of heat in an empty tank, in full up to a charge of 0.3, then falling in proportion to
  /// nothing in a full one. When somebody would have a cold shower it counts in full.
  ///
  /// The ramp's form matters little (about 1 % of the profit); that it is there, and ends at the full tank,
  /// does.
  package static func worthOfHeat(_ tank: TankState, _ demand: HeatDemand, _ heat: EuroPerKilowattHour)
    -> EuroPerKilowattHour
  {
    if demand == .urgent { return heat }
    return EuroPerKilowattHour(heat.value * emptiness(charge: tank.charge))
  }

  /// How much of heat's full worth it has at a charge: the ramp of `worthOfHeat`.
  static func emptiness(charge: Double) -> Double { min(1, max(0, (1 - charge) / 0.7)) }
}
