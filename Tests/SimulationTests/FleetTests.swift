import Scheduling
import Simulation
import Testing
import Workload

@Suite struct FleetTests {
  /// Homes in January, whose stores are emptied, and in July, at tasks for half of the slots.
  private func fleet(seed: UInt64 = 1) throws -> FleetScenario {
    var winter = try Scenarios.home(days: 4)
    winter.demand.heatingKilowattsPerKelvin = 0.15
    var summer = winter
    summer.start = CivilDate(year: 2026, month: 7, day: 1)
    summer.demand.homes = 1
    return FleetScenario(
      name: "homes", days: 4, seed: seed,
      kinds: [.init(site: winter, count: 8), .init(site: summer, count: 8)],
      tasks: TaskFlow(load: 45, value: 0.19))
  }

  @Test func tasksFlowToTheSitesThatNeedHeat() throws {
    let scenario = try fleet()
    var blind = FleetRun(scenario, pricing: .blind)
    var planned = FleetRun(scenario, pricing: .planned)
    let (without, with) = (blind.run(), planned.run())
    #expect(without.tasks == with.tasks)
    let half = { (outcome: FleetOutcome) in outcome.flow.shares[5...].reduce(0, +) }
    #expect(half(with) > half(without) + 0.03, "\(with.flow.shares) against \(without.flow.shares)")
    #expect(with.flow.correlation > without.flow.correlation)
    #expect(with.totals.money > without.totals.money)
  }

  @Test func theSameSeedGivesTheSameFleet() throws {
    var first = FleetRun(try fleet(), pricing: .cost)
    var second = FleetRun(try fleet(), pricing: .cost)
    var other = FleetRun(try fleet(seed: 2), pricing: .cost)
    let outcome = first.run()
    #expect(outcome == second.run())
    #expect(outcome.totals != other.run().totals)
    let all = outcome.totals.tasksDone + outcome.totals.tasksExpired
    // What is neither runs at the end.
    #expect(all <= outcome.tasks && all > outcome.tasks / 2)
  }

  @Test func aFleetWithMistakesSaysThemAll() {
    let text = """
      name: x
      sites: [{file: nowhere.yaml, count: 0}, {file: nowhere.yaml, count: 3}]
      tasks: {load: many}
      """
    do {
      _ = try FleetScenario.read(text, file: "fleet.yaml", base: "/nonexistent")
      Issue.record("a fleet full of mistakes was read")
    } catch {
      let lines = error.all.map(\.description)
      for place in ["fleet.yaml:2:37", "fleet.yaml:2:41", "fleet.yaml:3:15"] {
        #expect(lines.contains { $0.hasPrefix(place) }, "\(place) in \(lines)")
      }
    }
  }
}
