import Agent
import Scheduling
import Workload

/// The demo's picture of itself: lines of text for a terminal. Pure, so that it can be tested by golden files.
struct DemoScreen {
  var elapsedSeconds: Int
  var height: UInt64
  var nodes: [Node]
  var tasks: [(state: String, count: Int)]
  var coalition: CoalitionText

  struct Node {
    var title: String
    var status: AgentStatus?
    var remark: String
  }

  private static let barWidth = 20
  private static let progressWidth = 40
  /// States in which the ledger has given a verdict or will give none.
  private static let decidedStates: Set<String> = [
    "PROVISIONAL", "FINAL", "INCONCLUSIVE", "TIMED_OUT", "CANCELLED",
  ]

  func lines(width: Int = 100) -> [String] {
    var lines = ["Samovar demo · \(elapsedSeconds) s · ledger height \(height)", ""]
    for node in nodes {
      lines += describe(node)
    }
    let total = tasks.reduce(0) { $0 + $1.count }
    let decided = tasks.reduce(0) { $0 + (Self.decidedStates.contains($1.state) ? $1.count : 0) }
    lines.append("")
    lines.append("  \(progress(decided, of: total)) \(decided) of \(total) tasks decided")
    lines.append("  " + tasks.map { "\($0.state) \($0.count)" }.joined(separator: " · "))
    lines.append("")
    for (title, line) in zip(["coalition", ""], coalition.screenLines) {
      lines.append("  \(pad(title, 12))\(line)")
    }
    return lines.map { clip($0, to: width) }
  }

  /// The same in one line, for logs.
  var line: String {
    let water = nodes.map { node in
      "\(node.title) \(node.status?.tank.map { one($0.mean.value) } ?? "?") °C"
        + (node.remark.isEmpty ? "" : " (\(node.remark))")
    }
    return "\(elapsedSeconds) s: " + tasks.map { "\($0.state) \($0.count)" }.joined(separator: ", ") + "; "
      + water.joined(separator: ", ") + "; " + coalition.phrase
  }

  private func describe(_ node: Node) -> [String] {
    guard let status = node.status else { return ["  \(pad(node.title, 14)) starting …", ""] }
    let tank =
      status.tank.map { "\(bar($0)) \(one($0.mean.value)) °C, outlet \(one($0.outlet.value)) °C" }
      ?? "no tank reading"
    let indent = pad("", 14)
    return [
      "  \(pad(node.title, 12))\(tank), \(status.needsHeat ? "needs heat" : "warm enough")",
      "\(indent)\(status.runningReplicas) running in \(status.offeredSlots) slots, \(status.finishedRuns) done; asks "
        + "\(three(status.askEURPerSlotHour)) EUR/h at \(three(status.ask.electricity.value)) EUR/kWh",
      "\(indent)\(two(status.electric.kilowattHours)) kWh used, \(two(status.heat.kilowattHours)) kWh to the water"
        + (node.remark.isEmpty ? "" : "; \(node.remark)"),
    ]
  }

  private func progress(_ done: Int, of total: Int) -> String {
    let filled = total > 0 ? done * Self.progressWidth / total : 0
    return String(repeating: "━", count: filled) + String(repeating: "╌", count: Self.progressWidth - filled)
  }

  /// The tank from cold (10 °C) to its safety limit, filled to its mean, `|` where comfort begins.
  private func bar(_ tank: AgentStatus.Tank) -> String {
    let low = 10.0
    let span = max(1, tank.safetyMaximum.value - low)
    func cell(_ temperature: Celsius) -> Int {
      Int(((temperature.value - low) / span * Double(Self.barWidth)).rounded())
    }
    let filled = cell(tank.mean)
    let comfort = cell(tank.comfortMinimum)
    let cells = (0..<Self.barWidth).map { $0 == comfort ? "|" : $0 < filled ? "█" : "░" }
    return "[\(cells.joined())]"
  }

  private func pad(_ text: String, _ width: Int) -> String {
    text + String(repeating: " ", count: max(0, width - text.count))
  }

  private func clip(_ text: String, to width: Int) -> String {
    text.count <= width ? text : String(text.prefix(width - 1)) + "…"
  }

  private func one(_ value: Double) -> String { Decimals.text(value, 1) }
  private func two(_ value: Double) -> String { Decimals.text(value, 2) }
  private func three(_ value: Double) -> String { Decimals.text(value, 3) }
}
