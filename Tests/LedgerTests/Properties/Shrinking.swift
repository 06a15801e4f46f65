import Ledger

/// A recorded history, told again and cut down.
struct Recording {
  let genesis: Genesis
  var attempts: [Chain.Entry]

  /// What does not hold when this history is told again from the start. Calls that others needed may be gone: then they are
  /// refused, as any senseless call is.
  func violations() throws -> [Violation] {
    var state = try ContributionState(genesis: genesis, signatures: .assumeValid)
    var checker = InvariantChecker()
    for attempt in attempts {
      let before = state
      do {
        let events = try attempt.apply(to: &state)
        checker.check(before, state, events)
      } catch {
        if case .call = attempt { checker.countRefusal() }
      }
    }
    return checker.violations
  }

  /// The same failure with as few steps as a halving search finds (delta debugging, Zeller and Hildebrandt 2002), looking at
  /// most at so many histories.
  func shrunk(tries: Int = 400, fails: (Recording) throws -> Bool) rethrows -> Recording {
    var best = self
    var left = tries
    var size = max(1, attempts.count / 2)
    while size >= 1, left > 0 {
      var start = 0
      var hasCut = false
      while start < best.attempts.count, left > 0 {
        var candidate = best
        candidate.attempts.removeSubrange(start..<min(start + size, best.attempts.count))
        left -= 1
        if try fails(candidate) {
          best = candidate
          hasCut = true
        } else {
          start += size
        }
      }
      if size == 1, !hasCut { break }
      size = max(1, size / 2)
    }
    return best
  }
}
