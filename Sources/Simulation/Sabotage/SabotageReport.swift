internal import Ledger
internal import Workload

/// What a simulation found, for people as tables and for machines as JSON.
package struct SabotageReport: Hashable, Sendable, Codable {
  /// One coalition under the rules, and under the schemes beside them.
  package struct Row: Hashable, Sendable, Codable {
    package var trust: UInt32
    package var coalition: Coalition
    package var rules: SabotageOutcome
    package var others: [SabotageOutcome]

    package init(_ scenario: SabotageScenario, rules: SabotageOutcome, others: [SabotageOutcome]) {
      trust = scenario.trust
      coalition = scenario.coalition
      self.rules = rules
      self.others = others
    }

    var name: String { trust <= 1 ? "r=1: \(coalition.name)" : coalition.name }
  }

  package var nodes: Int
  package var tasks: Int
  package var days: Int
  package var seed: UInt64
  package var rows: [Row]

  package init(_ scenario: SabotageScenario, rows: [Row]) {
    nodes = scenario.nodes
    tasks = scenario.tasks
    days = scenario.days
    seed = scenario.seed
    self.rows = rows
  }

  /// The rows of the rules' own table, "What it must reach in simulation", and those which it leaves out.
  package static func standard(_ base: SabotageScenario) -> [SabotageScenario] {
    let coalitions = [
      Coalition(.none, percent: 0), Coalition(.naive, percent: 20), Coalition(.smart, percent: 20),
      Coalition(.smart, percent: 30), Coalition(.occasional, percent: 20), Coalition(.sleeper, percent: 20),
      Coalition(.smart, percent: 20, loyalty: .honest), Coalition(.smart, percent: 20, nodesPerOperator: 4),
      Coalition(.sybil, percent: 20), Coalition(.lazy, percent: 20), Coalition(.slow, percent: 20),
    ]
    let pairs = coalitions.map { scenario(base, $0, trust: base.trust) }
    return pairs + [
      scenario(base, Coalition(.none, percent: 0), trust: 1),
      scenario(base, Coalition(.smart, percent: 20), trust: 1),
    ]
  }

  private static func scenario(_ base: SabotageScenario, _ coalition: Coalition, trust: UInt32)
    -> SabotageScenario
  {
    var scenario = base
    scenario.coalition = coalition
    scenario.trust = trust
    return scenario
  }

  package var table: String {
    "\(nodes) nodes, \(tasks) tasks in \(days) days, seed \(seed)\n\n"
      + "Wrong results at the end / executions, per task with a result:\n\n" + comparison
      + "\nUnder the rules:\n\n" + details
  }

  private var comparison: String {
    let schemes = rows.first?.others.map(\.scheme) ?? []
    return TextTable.text(
      ["coalition"] + schemes + ["rules"],
      rows.map { row in
        let others = schemes.map { scheme in
          row.others.first { $0.scheme == scheme }.map(Self.point) ?? "–"
        }
        return [row.name] + others + [Self.point(row.rules)]
      })
  }

  private var details: String {
    let headings = [
      "coalition", "final", "wrong", "inconcl.", "timed out", "audits", "re-audits", "juries", "banned",
      "lag h", "profit EUR", "honest EUR", "honest banned", "jailed", "calls",
    ]
    return TextTable.text(
      headings,
      rows.map { row in
        let rules = row.rules
        return [
          row.name, "\(rules.final)", "\(rules.wrong)", "\(rules.inconclusive)", "\(rules.timedOut)",
          "\(rules.audits)", "\(rules.reaudits)", "\(rules.juries)",
          "\(rules.membersBanned) of \(rules.members)",
          rules.lagHours.map { Decimals.text($0, 1) } ?? "–", Self.euros(rules.profit),
          Self.euros(rules.honestProfit), "\(rules.honestBanned)", "\(rules.honestJailed)", "\(rules.calls)",
        ]
      })
  }

  private static func euros(_ amount: Int64?) -> String {
    amount.map { Decimals.text(Double($0) / 1e6, 2) } ?? "–"
  }

  private static func point(_ outcome: SabotageOutcome) -> String {
    "\(scientific(outcome.error)) / \(Decimals.text(outcome.executionsPerTask, 2))"
  }

  /// Two digits and a power of ten.
  static func scientific(_ value: Double) -> String {
    guard value > 0 else { return "0" }
    var (digits, power) = (value, 0)
    while digits >= 9.95 { (digits, power) = (digits / 10, power + 1) }
    while digits < 0.995 { (digits, power) = (digits * 10, power - 1) }
    return "\(Decimals.text(digits, 1))e\(power)"
  }
}
