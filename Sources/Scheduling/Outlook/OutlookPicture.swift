import Workload

/// A plan as a picture: the store between its limits, the tasks' power with what caps it, and prices with the ask, over one axis of
/// time.
package struct OutlookPicture: Sendable {
  package let svg: String

  private static let width = 900.0
  private static let left = 58.0
  private static let right = 16.0
  private static let panel = 140.0
  private static let gap = 34.0

  package init(outlook: HeatOutlook, policy: HeatPolicy, hours: Int) {
    let steps = Array(outlook.steps.prefix(hours * 4))
    let height = 3 * (Self.panel + Self.gap) + 30
    var body = ""
    let means = steps.map(\.mean)
    let band = policy.comfort
    body += Self.panelText(
      0, "Store: mean, °C", steps: steps, policy: policy, lines: [("mean", means)],
      marks: [
        ("minimum", band.minimum.value), ("target", band.target.value), ("maximum", band.maximum.value),
      ])
    body += Self.panelText(
      1, "Tasks, kW", steps: steps, policy: policy,
      lines: [("power", steps.map(\.power))]
        + (steps.contains { $0.cap != nil } ? [("cap", steps.map { $0.cap ?? .nan })] : []), marks: [],
      fromZero: true)
    body += Self.panelText(
      2, "Electricity (line), worth of heat (dashed) and ask (grey), EUR/kWh", steps: steps, policy: policy,
      lines: [
        ("price", steps.map(\.price)), ("worth", steps.map(\.worthOfHeat)), ("ask", steps.map(outlook.ask)),
      ], marks: [])
    svg = """
      <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 \(Int(Self.width)) \(Int(height))" role="img" aria-label="Plan of the next \(hours) hours">
      <style>
      text{font:12px system-ui,sans-serif;fill:#334}.t{font-weight:600}.g{stroke:#d8dce4;stroke-width:1}.m{stroke:#c9764a;stroke-width:1;stroke-dasharray:2 4}
      .mean{stroke:#b5472c}.power{stroke:#2c6fb5}.price{stroke:#2f7d4f}.worth{stroke:#b5472c;stroke-dasharray:6 4}.ask{stroke:#8a8f99}.cap{stroke:#444;stroke-dasharray:3 3}
      path{fill:none;stroke-width:2}
      @media (prefers-color-scheme: dark){text{fill:#dde}.g{stroke:#3a3f4a}}
      </style>
      \(body)</svg>

      """
  }

  private static func panelText(
    _ index: Int, _ title: String, steps: [HeatOutlook.Step], policy: HeatPolicy,
    lines: [(name: String, values: [Double])], marks: [(name: String, value: Double)], fromZero: Bool = false
  ) -> String {
    let top = Double(index) * (panel + gap) + 24
    let known = lines.flatMap(\.values).filter(\.isFinite) + marks.map(\.value)
    var low = fromZero ? 0 : known.min() ?? 0
    var high = known.max() ?? 1
    if high - low < 1e-9 { high = low + 1 }
    let margin = (high - low) * 0.06
    if !fromZero { low -= margin }
    high += margin
    func x(_ step: Int) -> Double {
      left + (width - left - right) * Double(step) / Double(max(1, steps.count))
    }
    func y(_ value: Double) -> Double { top + panel * (1 - (value - low) / (high - low)) }
    func text(_ value: Double) -> String { Decimals.text(value, 1) }
    var out = "<text class=\"t\" x=\"\(text(left))\" y=\"\(text(top - 8))\">\(title)</text>\n"
    for tick in 0...2 {
      let value = low + (high - low) * Double(tick) / 2
      out +=
        "<line class=\"g\" x1=\"\(text(left))\" x2=\"\(text(width - right))\" y1=\"\(text(y(value)))\" y2=\"\(text(y(value)))\"/>\n"
      out +=
        "<text x=\"\(text(left - 6))\" y=\"\(text(y(value) + 4))\" text-anchor=\"end\">\(Decimals.trimmed(value, high - low < 1 ? 3 : 1))</text>\n"
    }
    for mark in marks {
      out +=
        "<line class=\"m\" x1=\"\(text(left))\" x2=\"\(text(width - right))\" y1=\"\(text(y(mark.value)))\" y2=\"\(text(y(mark.value)))\"/>\n"
      out +=
        "<text x=\"\(text(width - right))\" y=\"\(text(y(mark.value) - 3))\" text-anchor=\"end\">\(mark.name)</text>\n"
    }
    for (position, step) in steps.enumerated() {
      let (day, minute) = policy.clock.local(step.start)
      guard minute % 360 == 0 else { continue }
      out +=
        "<line class=\"g\" x1=\"\(text(x(position)))\" x2=\"\(text(x(position)))\" y1=\"\(text(top))\" y2=\"\(text(top + panel))\"/>\n"
      let name =
        minute == 0 ? "\(Weekday(daysSinceEpoch: day).rawValue.prefix(3)) 00:00" : "\(TimeOfDay(minute))"
      if index == 2 {
        out +=
          "<text x=\"\(text(x(position)))\" y=\"\(text(top + panel + 16))\" text-anchor=\"middle\">\(name)</text>\n"
      }
    }
    for line in lines {
      var path = ""
      var isDown = false
      for (position, value) in line.values.enumerated() {
        guard value.isFinite else { isDown = false; continue }
        path += "\(isDown ? "L" : "M")\(text(x(position))) \(text(y(value)))"
        // Prices and power hold for a whole step.
        path += "L\(text(x(position + 1))) \(text(y(value)))"
        isDown = true
      }
      out += "<path class=\"\(line.name)\" d=\"\(path)\"/>\n"
    }
    return out
  }
}
