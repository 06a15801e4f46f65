import Simulation
import Testing

/// The schemes beside the rules, against what can be worked out by hand.
@Suite struct VotingSchemeTests {
  private func outcome(_ scheme: VotingScheme, _ behaviour: Coalition.Behaviour, errorPPM: UInt64 = 0)
    -> SabotageOutcome
  {
    var scenario = SabotageScenario()
    scenario.tasks = 6_000
    scenario.errorPPM = errorPPM
    // Everybody is always there, so that a coalition of 20 % has 20 % of the seats.
    scenario.churn.mean = 1
    scenario.churn.daily = 0
    scenario.churn.yearly = 0
    scenario.coalition = Coalition(behaviour, percent: 20)
    var run = VotingRun(scenario, scheme: scheme)
    return run.run()
  }

  /// With p = 0.2 of the seats, drawn without putting back from 200 nodes.
  private static let pair = 0.2 * 39 / 199
  private static let triple = pair * 38 / 198

  @Test func aCoalitionThatHoldsTheSetWins() {
    let two = outcome(.twoFirst, .smart)
    #expect(abs(two.error - Self.pair) < 0.01 && two.executionsPerTask == 2, "\(two)")
    let three = outcome(.threeFirst, .smart)
    #expect(abs(three.error - Self.triple) < 0.004 && three.executionsPerTask == 3, "\(three)")
  }

  /// Of two-first against liars: p²(1 + 2q) wrong, 2 + 2pq votes.
  @Test func liarsAreOutvotedMostly() {
    let two = outcome(.twoFirst, .naive)
    #expect(abs(two.error - 0.04 * 2.6) < 0.015, "\(two)")
    #expect(abs(two.executionsPerTask - 2.32) < 0.03, "\(two)")
    let three = outcome(.threeFirst, .naive)
    #expect(abs(three.error - 0.058) < 0.012, "\(three)")
  }

  @Test func trustedHostsGoUnchecked() {
    let honest = outcome(.adaptive, .none)
    #expect(honest.wrong == 0 && honest.executionsPerTask < 1.4, "\(honest)")
    // Once it is trusted, a smart host holds the whole set.
    #expect(outcome(.adaptive, .smart).error > 0.1)
  }

  @Test func aCopycatSeesWhatToSayInPoCo() {
    let copied = outcome(.poco, .lazy)
    let guessed = outcome(.poco, .naive)
    #expect(copied.executionsPerTask < guessed.executionsPerTask, "copies agree: \(copied), \(guessed)")
    // Unless its whole set are copycats, it is paid for the work of others.
    #expect(copied.wrong < 200)
  }

  @Test func schemesDecideAsTheirPagesSay() {
    let fresh = [(root: 0, standing: 0 as UInt64), (root: 0, standing: 0 as UInt64)]
    #expect(VotingScheme.twoFirst.decision(fresh, firstSet: 2) == 0)
    #expect(VotingScheme.threeFirst.decision(fresh, firstSet: 3) == nil)
    // Fresh workers weigh 2: 2^13 are below 9,999 to one, 2^14 are above.
    #expect(VotingScheme.poco.firstSet(Array(repeating: 0, count: 30), coin: 0) == 14)
    // Score 300 weighs 99: 9,801 are not enough, 306 weighs 101 and 10,201 are.
    #expect(VotingScheme.poco.decision([(0, 300), (0, 300)], firstSet: 2) == nil)
    #expect(VotingScheme.poco.decision([(0, 306), (0, 306)], firstSet: 2) == 0)
    #expect(VotingScheme.poco.decision([(0, 306), (0, 306), (1, 30)], firstSet: 2) == nil)
    #expect(VotingScheme.poco.standing(after: 30, won: false, votes: 3) == 20)
    #expect(VotingScheme.adaptive.firstSet([9], coin: 0) == 2)
    #expect(VotingScheme.adaptive.firstSet([10], coin: 0.89) == 1)
    #expect(VotingScheme.adaptive.firstSet([10], coin: 0.91) == 2)
    #expect(VotingScheme.adaptive.standing(after: 10, won: true, votes: 1) == 10)
    #expect(VotingScheme.adaptive.standing(after: 10, won: false, votes: 3) == 0)
  }
}
