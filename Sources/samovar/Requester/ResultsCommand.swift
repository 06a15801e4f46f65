import Agent
import ArgumentParser
import Ledger
import Workload

/// `samovar results`: each task's verdict, and the outputs of the result that won.
struct ResultsCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "results",
    abstract: "Show the verdict on each task of a bag, and fetch what the tasks made.",
    discussion: """
      With --fetch, writes stdout, stderr, work/ and receipt.json of each decided task into a directory of the task's \
      name. Each file is checked against the digest in the receipt, and each receipt against its signature.
      """)

  @Argument(help: "The bag's name.")
  var bag: BagArgument
  @OptionGroup var ledger: LedgerOptions
  @Option(help: ArgumentHelp("Write the results below this directory.", valueName: "directory"))
  var fetch: String?
  @Flag(help: "Say it in JSON.") var json = false

  private struct Row: Encodable {
    var task: String
    var state: String
    var resultRoot: String?
    var byJury: Bool?
    var lowDiversity: Bool?
    var fetchedTo: String?
  }

  func run() async throws {
    let ledger = try ledger.open()
    let results = BagResults(ledger: ledger, shared: try self.ledger.shared())
    var rows: [Row] = []
    for task in try await results.tasks(of: bag.summary(on: ledger)) {
      let verdict = task.summary.state.verdict
      var row = Row(
        task: task.name, state: task.summary.state.name, resultRoot: verdict?.resultRoot.description,
        byJury: verdict?.byJury, lowDiversity: verdict?.isLowDiversity)
      if let fetch {
        let directory = "\(fetch)/\(task.name)"
        if try results.fetch(task.summary, into: directory) { row.fetchedTo = directory }
      }
      rows.append(row)
    }
    if json { return try JSONOutput.print(rows) }
    for row in rows {
      let notes = [row.byJury == true ? "by jury" : nil, row.lowDiversity == true ? "low diversity" : nil]
      let root = row.resultRoot.map { " " + $0.prefix(18) + "…" } ?? ""
      print("\(row.task)  \(row.state)\(root) \(notes.compactMap { $0 }.joined(separator: ", "))")
    }
    if let fetch {
      print("fetched \(rows.count { $0.fetchedTo != nil }) of \(rows.count) results into \(fetch)")
    }
  }
}
