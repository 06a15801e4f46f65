/// A draw in words.
struct DrawTelling {
  /// So many places that were passed over are told one by one, the rest by number.
  private static let shown = 8

  let cast: Cast

  func lines(_ draw: DrawTrace) -> [String] {
    var lines = [head(draw)]
    var skipped = 0
    var rest: [DrawTrace.Finding: Int] = [:]
    for place in draw.places {
      let isTaken = place.finding == .taken
      if !isTaken { skipped += 1 }
      guard isTaken || skipped <= Self.shown else {
        rest[place.finding, default: 0] += 1
        continue
      }
      lines.append(
        "  place \(place.number): slot \(place.slot) of \(cast.name(place.node)), entry \(place.index) of the list: "
          + "\(Self.words(place.finding)).")
    }
    let counts = DrawTrace.Finding.allCases.compactMap { finding in
      rest[finding].map { "\($0) × \(Self.words(finding))" }
    }
    if !counts.isEmpty { lines.append("  And more places: \(counts.joined(separator: "; ")).") }
    if draw.places.isEmpty { lines.append("  No place was left to look at.") }
    return lines
  }

  private func head(_ draw: DrawTrace) -> String {
    guard let reason = draw.reason else {
      return
        "Round \(draw.round) looks for another \(Self.name(draw.role)) in the same permutation, after its first "
        + "\(draw.before) places:"
    }
    return
      "Round \(draw.round) opens \(Self.words(reason)): the \(draw.listCount) slots of the list of epoch "
      + "\(draw.listEpoch), in the order that the seed \(Cast.short(draw.seed)), the task and the round give:"
  }

  static func name(_ role: ReplicaRole) -> String {
    switch role {
    case .vote: "voter"
    case .audit: "auditor"
    case .jury: "juror"
    case .reaudit: "re-auditor"
    }
  }

  private static func words(_ reason: RoundOpening.Reason) -> String {
    switch reason {
    case .first: "with the first voters"
    case .replacement: "with voters in place of those who failed"
    case .additional: "with one voter more, as the odds don't reach"
    case .audit: "with an auditor"
    case .jury: "with jurors"
    case .reaudit: "with somebody in place of the banned"
    }
  }

  static func words(_ finding: DrawTrace.Finding) -> String {
    switch finding {
    case .taken: "taken"
    case .busy: "passed over, it is busy"
    case .banned: "passed over, the node is banned"
    case .jailed: "passed over, the node is in jail"
    case .exiting: "passed over, the node is leaving"
    case .operatorBanned: "passed over, its operator is banned or has not bonded it"
    case .asksMore: "passed over, it asks more than p"
    case .bondTooSmall: "passed over, its bond is too small for p"
    case .bondLocked: "passed over, its bond is locked by replicas that await their verdict"
    case .tooLittleCredibility: "passed over, the node has too little credibility for a juror"
    case .requestersOwn: "passed over, it belongs to the requester"
    case .sameOperator: "passed over, its operator is in the task already"
    case .sameSite: "passed over, its site is in the task already"
    case .wrongHardwareClass: "passed over, it is of another hardware class"
    case .unexplained: "passed over"
    }
  }
}
