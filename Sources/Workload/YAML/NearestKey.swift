/// The known key that a mistyped one most likely meant.
package enum NearestKey {
  /// Nothing where all candidates are too far: more than a third of the letters would have to change.
  package static func find(_ typed: String, in candidates: some Sequence<String>) -> String? {
    let ranked = candidates.map { ($0, distance(typed, $0)) }
    guard let (name, changes) = ranked.min(by: { ($0.1, $0.0) < ($1.1, $1.0) }) else { return nil }
    return changes <= max(2, typed.count / 3) && changes < typed.count ? name : nil
  }

  /// Optimal string alignment: insertions, deletions, substitutions, and swaps of neighbours.
  static func distance(_ left: String, _ right: String) -> Int {
    let a = Array(left.lowercased())
    let b = Array(right.lowercased())
    var beforePrevious: [Int] = []
    var previous = Array(0...b.count)
    for i in a.indices {
      var row = [i + 1]
      for j in b.indices {
        var least = min(previous[j + 1] + 1, row[j] + 1, previous[j] + (a[i] == b[j] ? 0 : 1))
        if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] { least = min(least, beforePrevious[j - 1] + 1) }
        row.append(least)
      }
      beforePrevious = previous
      previous = row
    }
    return previous[b.count]
  }
}
