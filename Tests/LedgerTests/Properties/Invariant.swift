/// The invariants of the rules' page, by their numbers there.
enum Invariant: Int, CaseIterable, Sendable {
  case conservation = 1
  case settlementIsEscrow = 2
  case nothingUnderflows = 3
  case onceEach = 4
  case edges = 5
  case hiddenUntilSealed = 6
  case drawIsRepeatable = 7
  case nothingNewIsDrawn = 8
  case unanimousAcceptance = 9
  case dissentGoesToAJury = 10
  case credibilityBounds = 11
  case bannedAndJailedAreNotDrawn = 12
  case nothingStandsOnTheBanned = 13
  case slashesGoNowhereElse = 14
  case atMost56Replicas = 18
  case oneLeafEach = 19
  case claimsAreCumulative = 20
  /// Of the issue, not of the page: a call that is refused changes nothing.
  case refusalChangesNothing = 100
}

/// Where an invariant did not hold.
struct Violation: Hashable, Sendable, CustomStringConvertible {
  var invariant: Invariant
  var what: String

  var description: String { "invariant \(invariant.rawValue), \(invariant): \(what)" }
}
