import Scheduling
import Telemetry
import Testing
import Workload

@Suite struct HeatRuleTests {
  @Test(arguments: [
    (40.0, HeatDemand.urgent, 2, "below-comfort"), (49.9, .urgent, 2, "below-comfort"),
    (52, .wanted, 2, "below-target"),
    (56, .surplus, 2, "price-decides"), (63, .full, 0, "tank-full"), (69, .cutOff, 0, "tank-too-hot"),
    (80, .cutOff, 0, "tank-too-hot"),
  ])
  func aTankOfOneTemperatureAfterAStart(temperature: Double, demand: HeatDemand, slots: Int, code: String) {
    let plan = Sites.plan([temperature, temperature, temperature])
    #expect(plan.demand == demand)
    #expect(plan.slots == slots)
    #expect(plan.reasons.map(\.code.rawValue) == [code])
    #expect(plan.running == (demand == .cutOff ? .mustStop : .mayFinish))
  }

  @Test func aReasonIsASentenceWithTheFiguresThatDecided() {
    #expect(
      Sites.plan([30, 42, 48.46]).reasons.map(\.description) == [
        "below-comfort: the outlet is 48.5 °C and its comfort minimum 50 °C, so heat counts in full: all 2 slots are offered"
      ])
    #expect(
      Sites.plan([66, 70.5, 71]).reasons.map(\.description) == [
        "tank-too-hot: the tank's hottest layer is 71 °C; reached at 70 °C, its cut-off holds until it is below 68 °C: nothing runs"
      ])
  }

  @Test func aBoardsLowerLimitCutsOffBeforeThePolicysDoes() {
    var rule = Sites.rule
    rule.board.limits.tank = Celsius(60)
    #expect(Sites.plan([60, 60], rule: rule).demand == .cutOff)
    #expect(Sites.plan([57.9, 57.9], rule: rule).demand == .surplus)
  }

  @Test func hotCoolantAndHotProcessorsStopWorkWhateverTheTankNeeds() {
    let hot = Sites.rule.plan(
      Sites.snapshot([20, 20], coolant: 68, processor: 95), previous: nil, now: Sites.now)
    #expect(hot.slots == 0)
    #expect(hot.running == .mustStop)
    #expect(hot.reasons.map(\.code) == [.coolantTooHot, .processorTooHot])
    let cooler = Sites.rule.plan(
      Sites.snapshot([20, 20], coolant: 66.5, processor: 90), previous: hot, now: Sites.now)
    #expect(cooler.reasons.map(\.code) == [.coolantTooHot])
    let cool = Sites.rule.plan(
      Sites.snapshot([20, 20], coolant: 65.9, processor: 90), previous: cooler, now: Sites.now)
    #expect(cool.demand == .urgent)
  }

  @Test func lostSensorsFallBackToNoHeatFromTasks() {
    var snapshot = Sites.snapshot([30, 40, 45])
    snapshot.tank[2].temperature = .lost(at: Sites.now)
    let plan = Sites.rule.plan(snapshot, previous: nil, now: Sites.now)
    #expect(plan.demand == .unknown)
    #expect(plan.slots == 0)
    #expect(plan.running == .mustStop)
    #expect(plan.tank == nil)
    #expect(plan.reasons.map(\.code) == [.sensorsLost])
    #expect(plan.reasons.first?.sentence.contains("layer2") == true)
    // One lower layer less is borne: its neighbours tell.
    var lower = Sites.snapshot([30, 40, 45])
    lower.tank[0].temperature = .lost(at: Sites.now)
    #expect(Sites.rule.plan(lower, previous: nil, now: Sites.now).demand == .urgent)
  }

  @Test(arguments: [301.0, -301.0])
  func oldTemperaturesAndThoseOfAClockThatWasSetAreNotDecidedBy(age: Double) {
    let plan = Sites.rule.plan(Sites.snapshot([30, 30]), previous: nil, now: Sites.now + .seconds(age))
    #expect(plan.demand == .unknown)
    #expect(plan.slots == 0)
    #expect(plan.reasons.map(\.code) == [.snapshotTooOld])
  }

  @Test func aBoardWithoutATankNeverJustifiesTasksByHeat() {
    let plan = Sites.rule.plan(Sites.snapshot([]), previous: nil, now: Sites.now)
    #expect(plan.slots == 0)
    #expect(plan.reasons.map(\.code) == [.sensorsLost])
  }

  @Test func aNodeWithoutProcessorsOffersNothingAndSaysSo() {
    var rule = Sites.rule
    rule.capacity = NodeCapacity(processors: [], slots: 2, memory: .zero, disk: .zero)
    #expect(Sites.plan([20, 20], rule: rule).reasons.map(\.code) == [.noCapacity])
  }

  @Test func aboveTheTargetOnlyCheapElectricityHeatsWhereThePolicySaysSo() {
    var rule = Sites.rule
    rule.policy.cheapElectricity = EuroPerKilowattHour(0.15)
    #expect(Sites.plan([57, 57], rule: rule).reasons.map(\.code) == [.dearElectricity])
    #expect(Sites.plan([57, 57], rule: rule).slots == 0)
    rule.tariff.electricity = .fixed(EuroPerKilowattHour(0.14))
    #expect(Sites.plan([57, 57], rule: rule).reasons.map(\.code) == [.cheapElectricity])
    #expect(Sites.plan([57, 57], rule: rule).slots == 2)
  }

  @Test func aPlanHoldsForItsValidityOnly() {
    let plan = Sites.plan([40, 40])
    #expect(plan.isValid(at: Sites.now))
    #expect(!plan.isValid(at: Sites.now + .seconds(600)))
    #expect(!plan.isValid(at: Instant(Sites.now.value - 1)))
  }
}
