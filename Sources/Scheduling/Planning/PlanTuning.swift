/// Figures of the planner that hold for every site; a test or an experiment may have others.
package struct PlanTuning: Hashable, Sendable {
  /// Steps that a plan looks ahead: two days of quarter hours.
  package var horizon = 192
  /// Rounds of the price search, twice in each plan; the first plan has no prices to begin with and takes more.
  package var rounds = 6
  package var firstRounds = 40
  /// Days of past arrivals that stand for the future.
  package var marketDays = 3
  /// EUR that a suspension and its resumption cost: so that nothing flaps.
  package var suspendCost = 0.002
  /// How much of a change in the level of demand is believed.
  package var level = 0.7
  /// Share of (charge − cold water) that the store never falls below, since the backup heater then runs.
  package var reserve = 0.15
  /// Standard deviations of demand that the backup heater is prepared for.
  package var peak = 3.0
  /// Weight of the risk of cold water in the program.
  package var risk = 6.0
  /// Steps over which the backup heater's threshold is tried.
  package var backupSteps = 8
  /// Does the identified store take the place of the described one?
  package var usesIdentification = true

  package init() {}
}
