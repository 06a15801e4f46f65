import Scheduling
import Testing

@Suite struct HeatValueTests {
  private func value(
    mayBoost: Bool = false, deviation: Double = 0, demand: Double = 1, room: Double = .infinity,
    price: (Int) -> Double = PlannerSites.price
  ) -> HeatValue {
    var market = TaskMarket(stepsPerDay: 96)
    market.observe(PlannerSites.tasks(120, seed: 3), at: 0)
    let steps = (0..<96).map { index in
      HeatValue.Step(
        price: price(index), backupPrice: mayBoost ? price(index) : 0.11, fixed: -demand,
        deviation: deviation,
        risk: (0, 1), freeSlots: 16, room: room)
    }
    return HeatValue(
      steps: steps,
      limits: HeatValue.Limits(
        lowest: 15, highest: 95, decay: 0.0006, backup: 5, mayBoost: mayBoost, unmet: 0.6, fanShare: 0.04,
        wear: 0.02, capture: 0.95, stepHours: 0.25),
      curve: SupplyCurve(market: market, now: 0, slots: 16), terminal: { 0.05 * min($0, 40) })
  }

  @Test func theFullerTheStoreTheLessHeatIsWorth() {
    for value in [value(), value(deviation: 1.5), value(mayBoost: true), value(mayBoost: true, deviation: 1)]
    {
      for step in [0, 1, 30, 70, 95] {
        var last = Double.infinity
        for energy in stride(from: 0.0, through: 110, by: 0.5) {
          let worth = value.worth(at: step, energy: energy)
          // The ask levels are steps of 2 ct: their corners show as small humps.
          #expect(worth <= last + 0.012, "step \(step) at \(energy) kWh: \(worth) after \(last)")
          last = min(last, worth)
        }
        #expect(value.worth(at: step, energy: 110) <= 0)
        #expect(value.worth(at: step, energy: 5) >= 0.05)
      }
    }
  }

  @Test func heatIsNeverWorthMoreThanWhatGasCosts() {
    let value = value(demand: 3)
    for step in 0..<96 { #expect(value.worth(at: step, energy: 20) <= 0.11 + 1e-9) }
  }

  @Test func theCourseStaysWithinTheStoreAndTheRoom() {
    let course = value(room: 1.2).course(from: 60)
    #expect(course.energy.allSatisfy { (15...95).contains($0) })
    #expect(course.power.allSatisfy { $0 <= 1.2 + 1e-9 })
    #expect(course.worth.count == 96)
  }

  @Test func anElectricHeaterBoostsWhileElectricityCostsLessThanNothing() {
    let negative = value(mayBoost: true, price: { $0 < 4 ? -0.1 : 0.3 })
    #expect(negative.course(from: 40).boostsNow)
    let dear = value(mayBoost: true, price: { $0 < 4 ? 0.5 : 0.1 })
    #expect(!dear.course(from: 60).boostsNow)
  }
}
