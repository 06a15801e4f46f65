import Workload

/// What became of a fleet under one way of pricing.
package struct FleetOutcome: Hashable, Sendable, Codable {
  package var pricing: FleetPricing
  package var tasks: Int
  package var totals: SiteTotals
  package var flow: HeatFlow
}

package struct FleetReport: Hashable, Sendable, Codable {
  package var scenario: String
  package var sites: Int
  package var slots: Int
  package var days: Int
  package var seed: UInt64
  package var outcomes: [FleetOutcome]

  package init(_ scenario: FleetScenario, outcomes: [FleetOutcome]) {
    self.scenario = scenario.name
    sites = scenario.siteCount
    slots = scenario.slots
    days = scenario.days
    seed = scenario.seed
    self.outcomes = outcomes
  }

  package var table: String {
    let headings = [
      "pricing", "EUR", "from servers", "backup kWh", "computed kWh", "blown out kWh", "cold K·h", "done",
      "expired", "emptiest tenth", "fullest tenth", "correlation",
    ]
    let rows = outcomes.map { outcome in
      let totals = outcome.totals
      let shares = outcome.flow.shares
      return [
        outcome.pricing.rawValue, Decimals.text(totals.money, 0),
        Decimals.text(totals.coverage * 100, 1) + " %", Decimals.text(totals.backupKilowattHours, 0),
        Decimals.text(totals.computedKilowattHours, 0), Decimals.text(totals.dumpedKilowattHours, 0),
        Decimals.text(totals.coldKelvinHours, 0), "\(totals.tasksDone)", "\(totals.tasksExpired)",
        Decimals.text(shares[9] * 100, 1) + " %", Decimals.text(shares[0] * 100, 1) + " %",
        Decimals.text(outcome.flow.correlation, 3),
      ]
    }
    return "\(scenario): \(sites) sites with \(slots) slots, \(days) days, seed \(seed), "
      + "\(outcomes.first?.tasks ?? 0) tasks\n\n" + TextTable.text(headings, rows)
  }

  /// Share of the work by decile of need, one group of bars for each decile.
  package func svg() -> String {
    var canvas = SVGCanvas(width: 900, height: 380)
    let most = outcomes.flatMap(\.flow.shares).max() ?? 1
    let panel = ChartPanel(
      left: 64, top: 50, width: 810, height: 260, x: 0...10, y: 0...max(1, most * 110))
    panel.frame(&canvas, title: "Where work goes: \(scenario)", unit: "% of work")
    let colours: [SVGCanvas.Colour] = [.grey, .sky, .vermilion]
    panel.legend(&canvas, zip(outcomes, colours).map { ($0.pricing.rawValue, $1) })
    let bar = 0.8 / Double(max(1, outcomes.count))
    for (place, (outcome, colour)) in zip(outcomes, colours).enumerated() {
      for (decile, share) in outcome.flow.shares.enumerated() {
        let x = panel.atX(Double(decile) + 0.1 + bar * Double(place))
        canvas.rectangle(
          x, panel.atY(share * 100), panel.atX(bar * 0.92) - panel.atX(0),
          panel.atY(0) - panel.atY(share * 100),
          colour)
      }
    }
    for decile in 0..<10 {
      canvas.text(
        "\(decile + 1)", panel.atX(Double(decile) + 0.5), panel.top + panel.height + 16, size: 11, .middle,
        colour: .grey)
    }
    canvas.text(
      "sites by need for heat in each epoch, tenths: 1 the fullest stores, 10 the emptiest",
      panel.left + panel.width / 2, panel.top + panel.height + 38, size: 12, .middle)
    return canvas.svg
  }
}
