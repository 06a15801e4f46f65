import Scheduling
import Telemetry
import Testing
import Workload

@Suite struct AskPriceTests {
  /// By hand: 25 W for an hour is 0.025 kWh; at 0.18 + 0.02 − 0.92 · 0.11 = 0.0988 EUR/kWh that is 0.00247
  /// EUR.
  @Test func anEmptyTankPaysForItsHeatInFull() {
    let ask = Sites.plan([15, 15, 15]).ask
    #expect(ask.worthOfHeat == EuroPerKilowattHour(0.11))
    #expect(abs(ask.perKilowattHour.value - 0.0988) < 1e-12)
    #expect(ask.perSlotHour == SignedMicroEuros(2470))
  }

  /// Half way between 10 and 62 °C: λ = 0.11 · 0.5/0.7.
  @Test func aHalfFullTankPaysForPartOfIt() {
    var rule = Sites.rule
    rule.policy.comfort.minimum = Celsius(30)
    let plan = Sites.plan([36, 36], rule: rule)
    #expect(abs((plan.tank?.charge ?? 0) - 0.5) < 1e-12)
    #expect(abs(plan.ask.worthOfHeat.value - 0.11 * 0.5 / 0.7) < 1e-12)
  }

  @Test func aFullTankPaysForNothing() {
    let ask = Sites.plan([63, 63]).ask
    #expect(ask.worthOfHeat == .zero)
    #expect(ask.perSlotHour == SignedMicroEuros(5000))
  }

  @Test func aMeasuredInletReplacesThePolicysColdWaterUnlessItIsWarm() {
    var snapshot = Sites.snapshot([36, 36])
    snapshot.inlet = .good(Celsius(20), at: Sites.now)
    #expect(Sites.rule.plan(snapshot, previous: nil, now: Sites.now).tank?.charge == 16.0 / 42)
    snapshot.inlet = .good(Celsius(62), at: Sites.now)
    #expect(Sites.rule.plan(snapshot, previous: nil, now: Sites.now).tank?.charge == 0.5)
  }

  @Test func heatWorthMoreThanElectricityAsksForNothingButNeverPays() {
    var rule = Sites.rule
    rule.tariff.electricity = .fixed(EuroPerKilowattHour(-0.05))
    let plan = Sites.plan([15, 15], rule: rule)
    #expect(plan.ask.perSlotHour < .zero)
    #expect(OfferTerms(plan, referenceRun: .seconds(3600)).minimumPrice == .zero)
  }

  @Test func termsArePlanTimesTheReferenceRunRoundedUp() {
    let terms = OfferTerms(Sites.plan([15, 15]), referenceRun: .seconds(60))
    // 2470 / 60 = 41.17
    #expect(terms.minimumPrice == MicroEuros(42))
    #expect(terms.slots == 2)
    #expect(terms.validFrom == Sites.now)
    #expect(terms.validUntil == Sites.now + .seconds(600))
  }

  @Test func theLeastGainOfASlotHourComesOnTop() {
    var rule = Sites.rule
    rule.tariff.slotHour = MicroEuros(1000)
    #expect(Sites.plan([15, 15], rule: rule).ask.perSlotHour == SignedMicroEuros(3470))
  }

  @Test func aSlotOfSeveralCoresDrawsForAll() {
    var rule = Sites.rule
    rule.capacity = NodeCapacity(
      processors: Array(0..<8), slots: 2, memory: .mebibytes(1024), disk: .mebibytes(512))
    #expect(Sites.plan([15, 15], rule: rule).ask.slotPower == Watts(100))
  }

  @Test func aPriceTooLargeForItsTypeIsItsGreatestAndNotACrash() {
    var rule = Sites.rule
    rule.tariff.electricity = .fixed(EuroPerKilowattHour(1e300))
    let plan = Sites.plan([15, 15], rule: rule)
    #expect(plan.ask.perSlotHour == SignedMicroEuros(.max))
    #expect(plan.leastPrice(of: .seconds(3600), slots: 1_000_000) == MicroEuros(.max))
  }
}
