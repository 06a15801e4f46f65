import ArgumentParser
import Ledger
import Workload

/// `samovar audit`: derives a whole ledger again from its genesis.
struct AuditCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "audit",
    abstract: "Check a ledger from its genesis on: chain, signatures, draws, sums, every byte.",
    discussion: """
      Changes nothing, and may be run while agents work. Ends with 1 where something is wrong and names the first wrong \
      entry; with 2 where it could not look. With --task it tells the story of one task of a ledger that is right: who \
      was drawn and why those, votes, odds, verdict and money, with a timeline.
      """)

  @Option(
    help: ArgumentHelp(
      "The ledger's directory, or a copy of its ledger.sqlite (with its -wal, where it has one).",
      valueName: "directory|file"))
  var ledger: String?
  @Option(
    help: ArgumentHelp("Where a copy and a second writing of the ledger find room.", valueName: "directory"))
  var temporary = "/tmp"
  @Option(
    help: ArgumentHelp(
      "Tell the story of a task: its name, the first digits of it, or the first digits of its bag and its number in it.",
      valueName: "name"), transform: { try TaskReference($0) })
  var task: TaskReference?
  @Option(help: ArgumentHelp("With --task: draw its timeline into this file.", valueName: "file"))
  var svg: String?
  @Flag(help: "Say it in JSON.") var json = false

  func validate() throws {
    if svg != nil, task == nil {
      throw ValidationError("--svg draws the timeline of a task: name it with --task")
    }
  }

  func run() throws {
    let ledger = try Setting.of(self.ledger, option: "--ledger", variable: LedgerOptions.variable)
    let report: AuditReport
    var story: TaskStory?
    let bar = AuditProgressBar()
    do {
      if let task {
        (report, story) = try Audit.story(
          of: task, in: ledger, temporaryDirectory: temporary, progress: bar.show)
      } else {
        report = try Audit.run(ledger, temporaryDirectory: temporary, progress: bar.show)
      }
      bar.clear()
    } catch let error as TaskReferenceError {
      bar.clear()
      StandardStream.error.write("samovar: \(error)\n")
      throw ExitCode(2)
    } catch {
      bar.clear()
      StandardStream.error.write("samovar: cannot audit \(ledger): \(error)\n")
      throw ExitCode(2)
    }
    if let story {
      try StoryOutput(story: story, svg: svg, json: json).write(after: report)
    } else {
      if json { try JSONOutput.print(report) } else { print(AuditText.describe(report)) }
    }
    if !report.isClean { throw ExitCode(1) }
  }
}

/// An audit's report for people.
private enum AuditText {
  static func describe(_ report: AuditReport) -> String {
    let tasks = report.tasks.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }.joined(
      separator: ", ")
    let sums = report.sums
    var lines = [
      "ledger    \(report.file)",
      "genesis   \(report.genesis.map(\.description) ?? "not readable")",
      "blocks    \(report.blocks), to height \(report.height); tip \(report.tip.map(\.description) ?? "none")",
      "calls     \(report.calls) signed; \(report.events) events, \(report.draws) draws, \(report.receipts) receipt leaves, "
        + "\(report.epochs) epochs",
      "tasks     \(tasks.isEmpty ? "none" : tasks)",
      "money     \(euros(sums.deposited)) in, \(euros(sums.withdrawn)) out; \(euros(sums.free)) free, "
        + "\(euros(sums.bonds)) in bonds, \(euros(sums.escrows)) in escrow,",
      "          \(euros(sums.auditPool)) audit pool, \(euros(sums.treasury)) treasury, \(euros(sums.burned)) burned; "
        + "\(euros(report.slashed)) slashed in all",
    ]
    lines += report.notes.map { "note      \($0)" }
    if let fault = report.fault {
      lines.append("WRONG     \(fault)")
      lines.append(
        "          All before it is right; keep the file, and restore a copy that the audit passes.")
    } else {
      lines.append(
        "right     every entry follows from the genesis, and every byte of the file from the entries")
    }
    return lines.joined(separator: "\n")
  }

  private static func euros(_ amount: Amount) -> String { Decimals.euros(microEuros: amount) }
}
