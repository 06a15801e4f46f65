internal import Workload

/// A verdict that waits for the end of its hold.
struct Hold: Hashable, Sendable, Codable {
  let place: TaskPlace
  /// `Verdict.finalFrom`: it tells a verdict from one on the same task before a re-audit.
  let end: Height
}

/// Tasks that a node has won and that may be opened again.
struct Wins: Hashable, Sendable, Codable {
  private(set) var places: [TaskPlace] = []
  /// The list is gone through when it is twice as long as what was left of it.
  private var pruneAt = 64

  mutating func append(_ place: TaskPlace, isStanding: (TaskPlace) -> Bool) {
    if places.count >= pruneAt {
      places.removeAll { !isStanding($0) }
      pruneAt = max(64, 2 * places.count)
    }
    places.append(place)
  }
}

/// What a node had won when it was banned or found wrong.
struct Review: Hashable, Sendable, Codable {
  let places: [TaskPlace]
  /// The first that nobody has looked at yet.
  var next = 0
}

extension ContributionState {
  func isOpen(_ hold: Hold) -> Bool {
    guard case .provisional(_, let verdict) = bags[hold.place.bag].tasks[hold.place.task] else {
      return false
    }
    return verdict.finalFrom == hold.end
  }

  /// Keeps in mind who won, for the day when one of them is banned.
  mutating func remember(_ winner: Replica, of place: TaskPlace) {
    var list = wins.removeValue(forKey: winner.nodeNumber) ?? Wins()
    list.append(place) { standing in
      if case .provisional = bags[standing.bag].tasks[standing.task] { true } else { false }
    }
    wins[winner.nodeNumber] = list
  }
}
