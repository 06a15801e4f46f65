internal import Workload

/// A tally in words and numbers.
struct TallyTelling {
  let cast: Cast

  func lines(_ tally: TallyTrace) -> [String] {
    var lines = tally.groups.map { group in
      let votes = group.votes.map { vote in
        let k = "k \(vote.credibility), w \(vote.weight)"
        return "\(cast.name(vote.node)) (\(DrawTelling.name(vote.role)), \(k))"
      }
      let product = group.weights.map { "\($0)" }.joined(separator: " · ")
      return
        "  The result \(Cast.short(group.resultRoot)) has \(votes.joined(separator: ", ")); G = \(product)"
        + (group.weights.count > 1 ? " = \(group.odds)." : ".")
    }
    if lines.isEmpty { lines = ["  Nobody revealed one that counts."] }
    lines.insert("The votes are counted:", at: 0)
    for node in tally.unheard {
      lines.append("  The word of \(cast.name(node)) counts for nothing: it is banned since.")
    }
    lines.append("  " + (tally.isByJury ? jury(tally) : odds(tally)))
    return lines
  }

  private func jury(_ tally: TallyTrace) -> String {
    let counts = tally.groups.sorted { $0.jurors > $1.jurors }
    let text = counts.map { "\(Cast.short($0.resultRoot)) \($0.jurors)" }.joined(separator: ", ")
    let lead = (counts.first?.jurors ?? 0) - (counts.dropFirst().first?.jurors ?? 0)
    return "Only jurors count in a dispute: \(text). A lead of \(lead), and d = \(tally.lead) is needed: "
      + (lead >= tally.lead ? "that decides." : "not enough.")
  }

  private func odds(_ tally: TallyTrace) -> String {
    guard let group = tally.groups.first else { return "So there is no result." }
    guard tally.groups.count == 1 else { return "That is dissent: weights never overrule it." }
    let operators = group.weights.count
    let need = "r(T) = \(tally.required) operators are needed, and there are \(operators)"
    guard operators >= max(1, tally.required) else { return "\(need): not enough." }
    if tally.trust <= 1 { return "\(need); with T = \(tally.trust) their agreement is enough: accepted." }
    if operators >= 3, group.weights.allSatisfy({ $0 == 1 }) {
      return "\(need); all weights are 1, and three strangers in agreement are enough: accepted."
    }
    // G > T − 1 is the rules' G·T > (1 + G)(T − 1), and fits.
    let holds = group.odds > UInt128(tally.trust) - 1
    return
      "\(need); G·T > (1 + G)(T − 1) is G > T − 1: \(group.odds) \(holds ? ">" : "≤") \(tally.trust - 1), "
      + (holds ? "accepted." : "not enough.")
  }
}
