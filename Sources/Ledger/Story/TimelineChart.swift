/// A timeline as text: one row a replica, columns are heights. A gap in which nothing happens is shortened where the
/// width asks for it, and marked so.
package struct TimelineChart {
  /// Below it there is no room for a chart beside its labels.
  package static let leastWidth = 40

  private let timeline: Timeline
  private let width: Int
  private let labelWidth: Int
  private let layout: TimelineLayout

  package init(_ timeline: Timeline, width: Int) {
    self.timeline = timeline
    self.width = max(width, Self.leastWidth)
    labelWidth = min(timeline.rows.map(\.label.count).max() ?? 0, self.width / 2)
    layout = TimelineLayout(timeline, columns: self.width - labelWidth - 2)
  }

  package var lines: [String] {
    [axis] + timeline.rows.map(line) + legend
  }

  /// Heights, where there is room for their digits.
  private var axis: String {
    var text = [Character](repeating: " ", count: layout.end)
    var free = 0
    for (height, column) in layout.columns.sorted(by: { $0.key < $1.key }) where column >= free {
      let digits = Array("\(height)")
      guard column + digits.count <= width - labelWidth - 2 else { continue }
      if column + digits.count > text.count {
        text += [Character](repeating: " ", count: column + digits.count - text.count)
      }
      text.replaceSubrange(column..<column + digits.count, with: digits)
      free = column + digits.count + 1
    }
    return pad("height") + trimmed(text)
  }

  private func line(_ row: Timeline.Row) -> String {
    var text = [Character](repeating: " ", count: layout.end)
    let places = layout.places(of: row)
    for (place, next) in zip(places, places.dropFirst()) where place.column + 1 < next.column {
      for column in place.column + 1..<next.column { text[column] = place.kind.trail }
    }
    for cut in layout.cuts where text[cut] != " " { text[cut] = "~" }
    for place in places { text[place.column] = Character(place.kind.rawValue) }
    return pad(row.label) + trimmed(text)
  }

  private var legend: [String] {
    var items = timeline.kinds.map { "\($0.rawValue) \($0.words)" }
    items.append("= at work")
    if !layout.cuts.isEmpty { items.append("~ time left out") }
    var lines: [String] = []
    for item in items {
      if let last = lines.last, last.count + item.count + 2 <= width {
        lines[lines.count - 1] = last + ", " + item
      } else {
        lines.append(item)
      }
    }
    return lines
  }

  private func pad(_ label: String) -> String {
    let short = label.count > labelWidth ? label.prefix(labelWidth - 1) + "…" : label[...]
    return short + String(repeating: " ", count: labelWidth + 2 - short.count)
  }

  private func trimmed(_ text: [Character]) -> String {
    String(text.reversed().drop { $0 == " " }.reversed())
  }
}

extension Timeline.Kind {
  /// What stands between this mark and the next of its row.
  fileprivate var trail: Character {
    switch self {
    case .acknowledged, .extended: "="
    default: "·"
    }
  }
}

/// Where heights stand in so many columns.
package struct TimelineLayout {
  package private(set) var columns: [Height: Int] = [:]
  /// Columns in gaps that are shorter than they should be.
  package private(set) var cuts: [Int] = []
  package private(set) var end = 0

  /// The column of each mark of a row: marks of one height stand side by side.
  package func places(of row: Timeline.Row) -> [(column: Int, kind: Timeline.Kind)] {
    var used: [Height: Int] = [:]
    return row.marks.map { mark in
      defer { used[mark.height, default: 0] += 1 }
      return (min((columns[mark.height] ?? 0) + used[mark.height, default: 0], end - 1), mark.kind)
    }
  }

  package init(_ timeline: Timeline, columns most: Int) {
    /// How many columns a height needs so that no mark hides another of its row.
    var needs: [Height: Int] = [:]
    for row in timeline.rows {
      var counts: [Height: Int] = [:]
      for mark in row.marks { counts[mark.height, default: 0] += 1 }
      needs.merge(counts) { max($0, $1) }
    }
    let heights = needs.keys.sorted()
    let gaps = zip(heights, heights.dropFirst()).map { Int(clamping: $1 - $0) }
    let needed = heights.map { needs[$0] ?? 1 }
    func length(_ longest: Int) -> Int {
      zip(gaps, needed).reduce(needed.last ?? 0) { $0 + max($1.1, min($1.0, longest)) }
    }
    // Halves the bound until all fits; a gap of one column is the least.
    var longest = max(1, gaps.max() ?? 1)
    while longest > 1, length(longest) > most { longest /= 2 }
    // More heights than columns: several share one.
    let total = max(1, length(longest))
    let isCrowded = total > most
    var column = 0
    for (index, height) in heights.enumerated() {
      columns[height] = isCrowded ? column * most / total : column
      let step = index < gaps.count ? max(needed[index], min(gaps[index], longest)) : needed[index]
      if index < gaps.count, gaps[index] > step, step > needed[index], !isCrowded {
        cuts.append(column + step - 1)
      }
      column += step
    }
    end = isCrowded ? most : max(1, column)
  }
}
