import Scheduling
import Workload

/// The picture of a comparison: a week of the planner's store and prices, and where each month's heat came from.
package struct YearPlot {
  private let scenario: SiteScenario
  private let shown: SiteOutcome
  private let other: SiteOutcome?
  private var canvas = SVGCanvas(width: 900, height: 760)

  /// - Parameters:
  ///   - shown: whose week and months are drawn.
  ///   - other: whose months stand beside them.
  package init(_ scenario: SiteScenario, shown: SiteOutcome, other: SiteOutcome?) {
    self.scenario = scenario
    self.shown = shown
    self.other = other
  }

  package func svg() -> String {
    var plot = self
    plot.temperatures()
    plot.prices()
    plot.months()
    return plot.canvas.svg
  }

  private static let left = 64.0
  private static let width = 810.0

  private var weekRange: ClosedRange<Double> {
    let first = Double(shown.week.first?.step ?? 0)
    return first...(first + max(1, Double(shown.week.count)))
  }

  private mutating func days(_ panel: ChartPanel, labelled: Bool) {
    let first = Int(panel.x.lowerBound)
    for step in Swift.stride(from: first, through: Int(panel.x.upperBound), by: SiteScenario.stepsPerDay) {
      let at = panel.atX(Double(step))
      canvas.line([(at, panel.top), (at, panel.top + panel.height)], .grid, width: 1)
      guard labelled, step < Int(panel.x.upperBound) else { continue }
      let date = CivilDate(daysSinceEpoch: scenario.start.daysSinceEpoch + step / SiteScenario.stepsPerDay)
      canvas.text(
        "\(date)", panel.atX(Double(step) + Double(SiteScenario.stepsPerDay) / 2),
        panel.top + panel.height + 16,
        size: 11, .middle, colour: .grey)
    }
  }

  private mutating func temperatures() {
    let panel = ChartPanel(left: Self.left, top: 50, width: Self.width, height: 210, x: weekRange, y: 0...80)
    panel.frame(&canvas, title: "Store of \(scenario.name), policy \(shown.policy.rawValue)", unit: "°C")
    days(panel, labelled: false)
    panel.legend(
      &canvas, [("top", .vermilion), ("middle", .orange), ("bottom", .blue), ("backup on", .purple)])
    for (index, point) in shown.week.enumerated() where point.isBackupOn {
      let at = panel.atX(Double(point.step))
      let next = index + 1 < shown.week.count ? panel.atX(Double(point.step + 1)) : at
      canvas.rectangle(at, panel.atY(4), next - at, panel.atY(0) - panel.atY(4), .purple)
    }
    let comfort = scenario.site.comfort
    canvas.line(
      [panel.place(panel.x.lowerBound, comfort), panel.place(panel.x.upperBound, comfort)], .grey,
      dashes: "4 3")
    canvas.text("comfort", panel.left + 4, panel.atY(comfort) - 4, size: 10, colour: .grey)
    canvas.line(shown.week.map { panel.place(Double($0.step), $0.bottom) }, .blue)
    canvas.line(shown.week.map { panel.place(Double($0.step), $0.middle) }, .orange)
    canvas.line(shown.week.map { panel.place(Double($0.step), $0.top) }, .vermilion)
  }

  private mutating func prices() {
    let prices = shown.week.map { $0.price * 100 }
    let low = min(0, prices.min() ?? 0)
    let high = max(1, prices.max() ?? 1) * 1.08
    let power = ChartPanel(
      left: Self.left, top: 310, width: Self.width, height: 150, x: weekRange,
      y: 0...max(0.1, (shown.week.map(\.serverKilowatts).max() ?? 1) * 1.1))
    let panel = ChartPanel(
      left: Self.left, top: 310, width: Self.width, height: 150, x: weekRange, y: low...high)
    let most = Decimals.text(shown.week.map(\.serverKilowatts).max() ?? 0, 1)
    panel.frame(&canvas, title: "Price of electricity, and power of the servers", unit: "ct/kWh")
    days(panel, labelled: true)
    panel.legend(&canvas, [("price", .ink), ("servers, up to \(most) kW", .green)])
    canvas.area(
      shown.week.flatMap { point in
        [Double(point.step), Double(point.step + 1)].map { power.place($0, point.serverKilowatts) }
      }, base: power.atY(0), .green, opacity: 0.35)
    canvas.line(
      shown.week.flatMap { point in
        [Double(point.step), Double(point.step + 1)].map { panel.place($0, point.price * 100) }
      }, .ink)
  }

  private mutating func months() {
    let all = [shown] + (other.map { [$0] } ?? [])
    let most = all.flatMap(\.months).map { $0.serverKilowattHours + $0.backupKilowattHours }.max() ?? 1
    let count = shown.months.count
    let panel = ChartPanel(
      left: Self.left, top: 530, width: Self.width, height: 180, x: 0...Double(max(1, count)),
      y: 0...max(1, most * 1.08))
    let names =
      other.map { "left \(shown.policy.rawValue), right \($0.policy.rawValue)" } ?? shown.policy.rawValue
    panel.frame(&canvas, title: "Heat into the store by month: \(names)", unit: "kWh")
    panel.legend(&canvas, [("servers", .green), ("backup heater", .purple)])
    let bar = 0.8 / Double(all.count)
    for index in 0..<count {
      for (place, outcome) in all.enumerated() where index < outcome.months.count {
        let month = outcome.months[index]
        let x = panel.atX(Double(index) + 0.1 + bar * Double(place))
        let width = panel.atX(bar * 0.94) - panel.atX(0)
        let middle = panel.atY(month.serverKilowattHours)
        let top = panel.atY(month.serverKilowattHours + month.backupKilowattHours)
        canvas.rectangle(x, middle, width, panel.atY(0) - middle, .green, opacity: place == 0 ? 1 : 0.5)
        canvas.rectangle(x, top, width, middle - top, .purple, opacity: place == 0 ? 1 : 0.5)
      }
      let month = shown.months[index]
      canvas.text(
        "\(month.year)-\(month.month < 10 ? "0" : "")\(month.month)", panel.atX(Double(index) + 0.5),
        panel.top + panel.height + 16, size: 11, .middle, colour: .grey)
    }
  }
}
