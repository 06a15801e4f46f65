import Simulation
import Workload

/// A coalition's story in words: for the screen while it goes on, and for the report. Pure.
struct CoalitionText {
  let story: CoalitionStory

  /// Two lines for the screen.
  var screenLines: [String] {
    let counts = "\(story.decided.count) of \(story.tasks) tasks decided, \(story.audits) rounds audited"
    guard let dissent = story.dissent else {
      return ["12 nodes in one process, 4 of them lie together: \(counts)", "no auditor has dissented yet"]
    }
    var parts = ["task \(dissent.number): the auditor dissents"]
    if dissent.isDecided { parts.append("jury \(votes(dissent))") }
    if !story.banned.isEmpty { parts.append("\(story.banned.count) nodes banned") }
    if !story.reopened.isEmpty {
      parts.append("\(story.reopened.count) verdicts reopened, \(story.overturned.count) overturned")
    }
    return [
      "12 nodes in one process, 4 of them lie together: \(counts)", parts.joined(separator: "; "),
    ]
  }

  /// The same in a few words.
  var phrase: String {
    "coalition \(story.decided.count)/\(story.tasks) decided, \(story.audits) audits, \(story.banned.count) banned, "
      + "\(story.reopened.count) reopened, \(story.overturned.count) overturned"
  }

  var reportLines: [String] {
    var lines = [
      "Coalition: twelve nodes of ten operators in one process; the four of two operators give one false result",
      "           wherever nobody else votes. A vote alone would never notice.",
      "  \(story.decided.count) of \(story.tasks) tasks decided, \(story.audits) rounds audited; "
        + "\(story.believedLies.count) false results were believed at first",
    ]
    lines += dissentLines
    lines.append(
      story.banned.isEmpty
        ? "  nobody was banned"
        : "  banned for collusion: \(story.banned.joined(separator: ", ")); \(story.bannedOperators) operators banned with them"
    )
    lines.append(
      "  \(story.reopened.count) earlier verdicts of the banned were opened again: \(story.overturned.count) overturned, "
        + "\(story.confirmed.count) confirmed; \(story.finalLies) false results became FINAL")
    lines.append(
      "  slashed \(euros(story.slashed)) of bonds: \(euros(story.slashedToAuditPool)) to the audit pool, "
        + "\(euros(story.burned)) burned; bounties to auditors \(euros(story.bounties))")
    if !story.isComplete {
      lines.append(
        "  This is less than the scene is meant to show: an audit, a jury, bans, and a verdict that fell.")
    }
    return lines
  }

  private var dissentLines: [String] {
    guard let dissent = story.dissent else { return ["  no auditor dissented"] }
    let jury =
      dissent.isDecided
      ? "the jury of \(dissent.jurors.joined(separator: ", ")) gave its result too, \(votes(dissent))"
      : "its jury gave no verdict"
    return [
      "  task \(dissent.number): \(dissent.voters.joined(separator: " and ")) agreed; the auditor \(dissent.auditor) dissented;",
      "           \(jury)",
    ]
  }

  private func votes(_ dissent: CoalitionStory.Dissent) -> String {
    "\(dissent.jurorsWithAuditor) : \(dissent.jurors.count - dissent.jurorsWithAuditor)"
  }

  private func euros(_ amount: UInt128) -> String { Decimals.euros(microEuros: amount) }
}
