import Workload

/// A plan as a table with a line for each hour, and three small charts below.
package struct OutlookTable: Sendable {
  package var lines: [String] = []

  private static let perHour = 4

  package init(outlook: HeatOutlook, policy: HeatPolicy, hours: Int) {
    let steps = Array(outlook.steps.prefix(hours * Self.perHour))
    lines.append(
      Self.row(["hour", "mean °C", "draw kWh", "price", "worth", "ask", "tasks kW", "most kW"]))
    var start = 0
    while start < steps.count {
      let hour = steps[start..<min(steps.count, start + Self.perHour)]
      let count = Double(hour.count)
      func mean(_ value: (HeatOutlook.Step) -> Double) -> Double { hour.reduce(0) { $0 + value($1) } / count }
      let cap = hour.compactMap(\.cap).min()
      let known = hour.allSatisfy(\.isPriceKnown)
      lines.append(
        Self.row([
          HeatExplanation.time(hour[start].start, policy), Decimals.text(hour[start].mean, 1),
          Decimals.text(hour.reduce(0) { $0 + $1.demand }, 2),
          Decimals.text(mean(\.price), 4) + (known ? "" : "?"), Decimals.text(mean(\.worthOfHeat), 4),
          Decimals.text(mean(outlook.ask), 4), Decimals.text(mean(\.power), 2),
          cap.map { Decimals.text($0, 2) } ?? "",
        ]))
      start += Self.perHour
    }
    lines.append(
      "Prices, worth of heat and ask in EUR/kWh; '?': not published yet, taken from the days before.")
    lines.append("")
    for (name, value) in [
      ("mean", { $0.mean }), ("tasks", { $0.power }), ("price", { $0.price }),
    ] as [(String, (HeatOutlook.Step) -> Double)] {
      let values = stride(from: 0, to: steps.count, by: 2).map { value(steps[$0]) }
      guard let low = values.min(), let high = values.max() else { continue }
      lines.append(
        "\(name)\(String(repeating: " ", count: 7 - name.count))\(Self.spark(values, low, high))  "
          + "\(Decimals.trimmed(low, 3)) to \(Decimals.trimmed(high, 3))")
    }
  }

  private static func row(_ cells: [String]) -> String {
    let widths = [10, 9, 9, 9, 8, 8, 9, 8]
    var line = ""
    for (index, (cell, width)) in zip(cells, widths).enumerated() {
      let padding = String(repeating: " ", count: max(0, width - cell.count))
      line += index == 0 ? cell + padding : padding + cell + " "
    }
    while line.last == " " { line.removeLast() }
    return line
  }

  private static func spark(_ values: [Double], _ low: Double, _ high: Double) -> String {
    let blocks = Array("▁▂▃▄▅▆▇█")
    return String(
      values.map { value in
        let share = high > low ? (value - low) / (high - low) : 0
        return blocks[min(blocks.count - 1, max(0, Int(share * Double(blocks.count))))]
      })
  }
}
