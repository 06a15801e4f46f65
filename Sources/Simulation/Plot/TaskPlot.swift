package import Ledger

/// The picture of a task's timeline: one row a replica, from its draw to its verdict.
package struct TaskPlot {
  private static let left = 190.0
  private static let width = 690.0
  private static let top = 50.0
  private static let rowHeight = 26.0
  /// Columns that heights are laid out in, as wide as a mark; a gap without events is shortened where they don't reach.
  private static let columns = 60

  private let timeline: Timeline
  private let title: String
  private let layout: TimelineLayout
  private var canvas: SVGCanvas

  package init(_ timeline: Timeline, title: String) {
    self.timeline = timeline
    self.title = title
    layout = TimelineLayout(timeline, columns: Self.columns)
    let rows = Double(timeline.rows.count)
    canvas = SVGCanvas(width: 900, height: Self.top + rows * Self.rowHeight + 70)
  }

  package func svg() -> String {
    var plot = self
    plot.frame()
    for (index, row) in timeline.rows.enumerated() { plot.draw(row, at: index) }
    plot.legend()
    return plot.canvas.svg
  }

  private var bottom: Double { Self.top + Double(timeline.rows.count) * Self.rowHeight }

  private func x(_ column: Int) -> Double {
    Self.left + (Double(column) + 0.5) / Double(max(1, layout.end)) * Self.width
  }

  private func y(_ row: Int) -> Double { Self.top + (Double(row) + 0.5) * Self.rowHeight }

  private mutating func frame() {
    canvas.text(title, 12, 22, size: 13, bold: true)
    var free = 0.0
    for (height, column) in layout.columns.sorted(by: { $0.key < $1.key }) {
      canvas.line([(x(column), Self.top), (x(column), bottom)], .grid, width: 1)
      guard x(column) >= free else { continue }
      canvas.text("\(height)", x(column), bottom + 16, size: 11, .middle, colour: .grey)
      free = x(column) + Double("\(height)".count) * 7 + 10
    }
    canvas.text("height", Self.left - 8, bottom + 16, size: 11, .end, colour: .grey)
    for cut in layout.cuts {
      canvas.line([(x(cut), Self.top), (x(cut), bottom)], .grey, width: 1, dashes: "2 4")
    }
  }

  private mutating func draw(_ row: Timeline.Row, at index: Int) {
    canvas.text(row.label, Self.left - 8, y(index) + 4, size: 12, .end)
    let places = layout.places(of: row).map { (x: x($0.column), kind: $0.kind) }
    for (place, next) in zip(places, places.dropFirst()) {
      canvas.rectangle(
        place.x, y(index) - 7, next.x - place.x, 14, place.kind.colour, opacity: place.kind.isWork ? 0.8 : 0.3
      )
    }
    for place in places {
      canvas.rectangle(place.x - 5, y(index) - 8, 10, 16, place.kind.colour)
      canvas.text(place.kind.rawValue, place.x, y(index) + 4, size: 11, .middle, bold: true)
    }
  }

  private mutating func legend() {
    var at = 12.0
    var line = bottom + 40
    for kind in timeline.kinds {
      let text = "\(kind.rawValue) \(kind.words)"
      let length = Double(text.count) * 6.4 + 30
      if at + length > canvas.width {
        at = 12
        line += 16
      }
      canvas.rectangle(at, line - 9, 10, 10, kind.colour)
      canvas.text(text, at + 14, line, size: 11)
      at += length
    }
  }
}

extension Timeline.Kind {
  fileprivate var isWork: Bool { self == .acknowledged || self == .extended }

  fileprivate var colour: SVGCanvas.Colour {
    switch self {
    case .posted, .opened, .ended, .drawn: .grey
    case .acknowledged, .extended: .orange
    case .committed, .sealed, .auditRolled: .sky
    case .revealed: .blue
    case .won, .verdict: .green
    case .lost, .withheld, .timedOut, .disputed, .reopened: .vermilion
    case .declined, .undecided: .purple
    }
  }
}
