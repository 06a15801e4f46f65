import Scheduling
import Simulation
import Testing
import Workload

@Suite struct PolicyComparisonTests {
  @Test(arguments: [DecisionPolicy.fifo, .thermostat, .rule, .planner])
  func theSameSeedGivesTheSameCourse(policy: DecisionPolicy) throws {
    let scenario = try Scenarios.home(days: 3)
    let first = PolicyComparison(scenario, weekFrom: 0).run(policy)
    #expect(first == PolicyComparison(scenario, weekFrom: 0).run(policy))
    let other = PolicyComparison(try Scenarios.home(days: 3, seed: 4), weekFrom: 0).run(policy)
    #expect(first.totals != other.totals)
  }

  /// Heat in less heat out is what the store holds more, to 1e-9 of what went through, for a whole year.
  @Test func energyBalancesOverAYear() throws {
    let outcome = PolicyComparison(try Scenarios.home(days: 365), weekFrom: 0).run(.fifo)
    let totals = outcome.totals
    let into = totals.absorbedKilowattHours + totals.backupKilowattHours
    let out = totals.deliveredKilowattHours + totals.lostKilowattHours
    #expect(into > 5000)
    #expect(abs(into - out - outcome.storedKilowattHours) <= 1e-9 * into)
    // Of what the servers drew, what was captured went into the store or outside.
    let captured = totals.serverKilowattHours * 0.95
    #expect(abs(captured - totals.absorbedKilowattHours - totals.dumpedKilowattHours) <= 1e-9 * captured)
    #expect(outcome.months.count == 13)
    let monthly = outcome.months.reduce(0) { $0 + $1.serverKilowattHours + $1.backupKilowattHours }
    #expect(abs(monthly - into) <= 1e-9 * into)
  }

  /// Ten days in January, on seeds that nobody chose by their result.
  @Test(arguments: [UInt64(1), 2])
  func thePlannerEarnsMoreAndIsColdLess(seed: UInt64) throws {
    let comparison = PolicyComparison(try Scenarios.home(seed: seed), weekFrom: 0)
    let planner = comparison.run(.planner).totals
    for policy in [DecisionPolicy.fifo, .thermostat] {
      let other = comparison.run(policy).totals
      #expect(planner.money > other.money, "\(policy): \(other)")
      #expect(planner.coldKelvinHours <= other.coldKelvinHours, "\(policy): \(other)")
    }
  }

  @Test func thePictureHoldsTheWeekAndTheMonths() throws {
    let scenario = try Scenarios.home(days: 9)
    let comparison = PolicyComparison(scenario, weekFrom: 90)
    let outcome = comparison.run(.fifo)
    #expect(outcome.week.count == 7 * 96)
    #expect(outcome.week.first?.step == 2 * 96)
    let svg = YearPlot(scenario, shown: outcome, other: nil).svg()
    #expect(svg.hasPrefix("<svg ") && svg.hasSuffix("</svg>\n"))
    #expect(svg.contains(">2026-01-12<") && svg.contains(">2026-01<"))
    #expect(!svg.contains("nan") && !svg.contains("inf"))
  }
}
