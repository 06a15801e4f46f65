import FoundationEssentials
import Ledger
import Simulation
import Testing

/// A smaller network than that of docs/concepts/sabotage.md, with bounds that hold by a margin. Each outcome follows from
/// its seed, which is printed with it.
@Suite struct SabotageTests {
  private func scenario(
    _ behaviour: Coalition.Behaviour = .none, percent: Int = 20, seed: UInt64 = 1, nodes: Int = 60,
    tasks: Int = 2_400
  ) -> SabotageScenario {
    var scenario = SabotageScenario()
    scenario.nodes = nodes
    scenario.tasks = tasks
    scenario.days = 14
    // Fewer lists of offers to hash, which is slow without optimisation.
    scenario.parameters.epochBlocks = 500
    scenario.parameters.unbondingBlocks += 400
    scenario.seed = seed
    scenario.coalition = Coalition(behaviour, percent: percent)
    return scenario
  }

  private func outcome(_ scenario: SabotageScenario) throws -> SabotageOutcome {
    var run = try SabotageRun(scenario)
    let outcome = run.run()
    print("sabotage, seed \(scenario.seed), \(scenario.coalition.name): \(outcome)")
    // Every task ended in one of the ways that the rules know, and what nodes did in good faith was taken.
    #expect(
      outcome.final + outcome.inconclusive + outcome.timedOut + outcome.cancelled == scenario.tasks,
      "\(outcome)")
    #expect(outcome.refused == 0, "\(outcome)")
    return outcome
  }

  @Test func theSameSeedGivesTheSameJSON() throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    func json(seed: UInt64) throws -> Data {
      let small = scenario(.smart, seed: seed, nodes: 40, tasks: 300)
      var voting = VotingRun(small, scheme: .poco)
      let row = SabotageReport.Row(small, rules: try outcome(small), others: [voting.run()])
      return try encoder.encode(SabotageReport(small, rows: [row]))
    }
    let first = try json(seed: 7)
    #expect(try first == json(seed: 7))
    #expect(try first != json(seed: 8))
  }

  @Test func honestNodesAreNeverBannedForTheirMistakes() throws {
    var clumsy = scenario(tasks: 1_200)
    // Ten times as many mistakes as the page's, so that some happen.
    clumsy.errorPPM = 1_000
    let outcome = try outcome(clumsy)
    #expect(outcome.juries > 0, "some mistakes met a jury")
    #expect(outcome.honestBanned == 0)
    #expect(outcome.wrong == 0)
    #expect(outcome.executionsPerTask < 2.7)
    #expect(outcome.audits > outcome.final / 50)
  }

  @Test func auditsAndTheCascadeBreakASmartCoalition() throws {
    let smart = scenario(.smart)
    let rules = try outcome(smart)
    var voting = VotingRun(smart, scheme: .twoFirst)
    let twoFirst = voting.run()
    #expect(rules.bannedShare >= 0.5)
    #expect(rules.honestBanned == 0)
    #expect(rules.reaudits > 0)
    #expect(rules.errorLater < twoFirst.errorLater / 4)
    #expect(try #require(rules.honestProfit) > 0)
  }

  @Test func whoAlwaysLiesLosesMoney() throws {
    let rules = try outcome(scenario(.naive))
    #expect(rules.bannedShare >= 0.7)
    #expect(rules.honestBanned == 0)
    #expect(rules.errorLater < 5e-3)
    #expect(try #require(rules.profit) < 0)
  }

  @Test func bannedNodesComeBackUnderAnotherName() throws {
    let rules = try outcome(scenario(.sybil, tasks: 1_200))
    #expect(rules.membersBanned > 0)
    #expect(rules.reentries > 0)
    #expect(rules.members == 12 + rules.reentries)
  }

  /// Slow nodes cost time and their own money; they are no liars.
  @Test func slowNodesSpoilNothing() throws {
    let rules = try outcome(scenario(.slow, tasks: 400))
    #expect(rules.wrong == 0 && rules.membersBanned == 0 && rules.honestBanned == 0)
    let member = try #require(rules.profit) / Int64(rules.members)
    #expect(member < (try #require(rules.honestProfit)))
  }

  @Test func whatCannotBeSimulatedIsRefused() {
    var scenario = scenario(.smart, percent: 90)
    scenario.nodes = 3
    #expect(scenario.mistakes.count == 2)
    #expect(throws: GenesisError.self) { try SabotageRun(scenario) }
  }
}
