import Scheduling
import Workload

/// What a comparison found, for people as a table and for machines as JSON.
package struct ComparisonReport: Hashable, Sendable, Codable {
  package var scenario: String
  package var start: String
  package var days: Int
  package var seed: UInt64
  package var tasks: Int
  /// kWh that taps, rooms and the circulation loop ask for.
  package var askedKilowattHours: Double
  package var outcomes: [SiteOutcome]

  package init(_ comparison: PolicyComparison, outcomes: [SiteOutcome]) {
    let scenario = comparison.scenario
    self.scenario = scenario.name
    start = scenario.start.description
    days = scenario.days
    seed = scenario.seed
    tasks = comparison.taskCount
    askedKilowattHours = comparison.askedKilowattHours
    self.outcomes = outcomes
  }

  package var table: String {
    let headings = [
      "policy", "EUR", "EUR/day", "tasks EUR", "power EUR", "backup EUR", "from servers", "backup kWh",
      "computed kWh", "blown out kWh", "cold K·h", "done", "missed",
    ]
    let rows = outcomes.map { outcome in
      let totals = outcome.totals
      return [
        outcome.policy.rawValue, Decimals.text(totals.money, 0),
        Decimals.text(totals.money / Double(days), 2), Decimals.text(totals.revenue, 0),
        Decimals.text(totals.electricity, 0), Decimals.text(totals.backup, 0),
        Decimals.text(totals.coverage * 100, 1) + " %", Decimals.text(totals.backupKilowattHours, 0),
        Decimals.text(totals.computedKilowattHours, 0), Decimals.text(totals.dumpedKilowattHours, 0),
        Decimals.text(totals.coldKelvinHours, 1), "\(totals.tasksDone)", "\(totals.tasksMissed)",
      ]
    }
    return "\(scenario), \(days) days from \(start), seed \(seed): \(tasks) tasks, "
      + "\(Decimals.text(askedKilowattHours, 0)) kWh of heat asked for\n\n" + TextTable.text(headings, rows)
  }
}

/// Columns of text: the first to the left, numbers to the right.
enum TextTable {
  static func text(_ headings: [String], _ rows: [[String]]) -> String {
    let widths = headings.indices.map { column in
      ([headings] + rows).map { $0[column].count }.max() ?? 0
    }
    return ([headings] + rows).map { row in
      row.indices.map { column in
        let space = String(repeating: " ", count: widths[column] - row[column].count)
        return column == 0 ? row[column] + space : space + row[column]
      }.joined(separator: "  ") + "\n"
    }.joined()
  }
}
