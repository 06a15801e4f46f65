import Glibc
import Workload

/// Wrong results against the work they cost: one mark for each scheme and coalition.
package struct SabotagePlot {
  private let report: SabotageReport
  private var canvas = SVGCanvas(width: 900, height: 640)
  private let panel: ChartPanel

  /// Powers of ten shown. A scheme without a wrong result stands on the lowest line.
  private static let powers = -5...0
  private static let zero = -5.6
  private static let colours: [SVGCanvas.Colour] = [.grey, .sky, .orange, .purple]

  package init(_ report: SabotageReport) {
    self.report = report
    let most = report.rows.flatMap { $0.others + [$0.rules] }.map(\.executionsPerTask).max() ?? 2
    panel = ChartPanel(
      left: 76, top: 50, width: 790, height: 400, x: 0.8...max(3, most + 0.2), y: Self.zero...0.2)
  }

  package func svg() -> String {
    var plot = self
    plot.frame()
    plot.marks()
    plot.key()
    return plot.canvas.svg
  }

  private var schemes: [(name: String, colour: SVGCanvas.Colour)] {
    let others = report.rows.first?.others.map(\.scheme) ?? []
    return Array(zip(others, Self.colours)).map { ($0, $1) } + [("rules", .vermilion)]
  }

  private mutating func frame() {
    canvas.text(
      "Wrong results by what they cost: \(report.nodes) nodes, \(report.tasks) tasks", panel.left,
      panel.top - 24,
      size: 13, bold: true)
    for power in Self.powers {
      let at = panel.atY(Double(power))
      canvas.line([(panel.left, at), (panel.left + panel.width, at)], .grid, width: 1)
      let label = power == 0 ? "1" : "1e\(power)"
      canvas.text(label, panel.left - 8, at + 4, size: 11, .end, colour: .grey)
    }
    let bottom = panel.top + panel.height
    canvas.line([(panel.left, bottom), (panel.left + panel.width, bottom)], .grey, width: 1)
    canvas.text("none", panel.left - 8, bottom + 4, size: 11, .end, colour: .grey)
    var tick = 1.0
    while tick <= panel.x.upperBound {
      let at = panel.atX(tick)
      canvas.line([(at, panel.top), (at, bottom)], .grid, width: 1)
      canvas.text(Decimals.text(tick, 1), at, bottom + 18, size: 11, .middle, colour: .grey)
      tick += 0.5
    }
    canvas.text("executions a task", panel.left + panel.width / 2, bottom + 38, size: 12, .middle)
    canvas.text("wrong results a task", panel.left - 68, panel.top - 6, size: 11, colour: .grey)
    panel.legend(&canvas, schemes.map { ($0.name, $0.colour) })
  }

  private struct Mark {
    var x: Double
    var y: Double
    var colour: SVGCanvas.Colour
    var rows: [Int]
  }

  /// Marks of one scheme that would cover each other become one, with the numbers of all.
  private mutating func marks() {
    var marks: [Mark] = []
    for (number, row) in report.rows.enumerated() {
      for outcome in row.others + [row.rules] where outcome.final > 0 {
        let colour = schemes.first { $0.name == outcome.scheme }?.colour ?? .ink
        let y = outcome.wrong == 0 ? Self.zero : max(Self.zero, log10(outcome.error))
        let place = panel.place(outcome.executionsPerTask, y)
        let near = marks.firstIndex {
          $0.colour == colour && abs($0.x - place.x) < 9 && abs($0.y - place.y) < 9
        }
        if let near {
          marks[near].rows.append(number + 1)
        } else {
          marks.append(Mark(x: place.x, y: place.y, colour: colour, rows: [number + 1]))
        }
      }
    }
    for mark in marks {
      canvas.rectangle(mark.x - 4, mark.y - 4, 8, 8, mark.colour)
      canvas.text(mark.rows.map(String.init).joined(separator: " "), mark.x + 7, mark.y - 5, size: 10)
    }
  }

  private mutating func key() {
    let top = panel.top + panel.height + 62
    let perColumn = 5
    for (number, row) in report.rows.enumerated() {
      canvas.text(
        "\(number + 1)  \(row.name)", panel.left + Double(number / perColumn) * 270,
        top + Double(number % perColumn) * 18, size: 11)
    }
  }
}
