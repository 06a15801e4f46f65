/// What a scheme came to against a coalition.
package struct SabotageOutcome: Hashable, Sendable, Codable {
  /// The rules, or a voting scheme they are compared with.
  package var scheme: String
  package var coalition: Coalition
  package var tasks = 0
  /// Tasks with a result that was paid for.
  package var final = 0
  /// Of those, with a wrong one.
  package var wrong = 0
  package var inconclusive = 0
  package var timedOut = 0
  package var cancelled = 0
  /// Committed replicas of all roles, on all tasks.
  package var executions = 0
  package var audits = 0
  package var juries = 0
  package var reaudits = 0
  package var members = 0
  package var membersBanned = 0
  /// Names under which members came back.
  package var reentries = 0
  package var honestBanned = 0
  package var honestJailed = 0
  /// From a member's first lie to its ban: the median of those banned.
  package var lagHours: Double?
  /// What the coalition was paid less what it was slashed, in millionths of a euro; of rules that know money.
  package var profit: Int64?
  /// What an honest node earned less what it was slashed, on average.
  package var honestProfit: Int64?
  package var calls = 0
  /// Calls that nodes made in good faith and the rules refused.
  package var refused = 0

  init(scheme: String, coalition: Coalition) {
    self.scheme = scheme
    self.coalition = coalition
  }

  /// Wrong results per final task.
  package var error: Double { final == 0 ? 0 : Double(wrong) / Double(final) }
  package var executionsPerTask: Double { final == 0 ? 0 : Double(executions) / Double(final) }
  package var bannedShare: Double { members == 0 ? 0 : Double(membersBanned) / Double(members) }
}
