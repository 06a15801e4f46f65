import Agent
import ArgumentParser
import Ledger
import Workload

/// `samovar submit`: posts a bag with its escrow.
struct SubmitCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "submit",
    abstract: "Post a bag of tasks, and lock its price.",
    discussion: """
      Checks the file, stores its inputs by digest where the nodes find them, and posts the bag with the account's \
      free balance as escrow. Prints the bag's name, by which status, results and cancel know it.
      """)

  @OptionGroup var bag: BagFileOptions
  @OptionGroup var account: AccountOptions
  @Flag(help: "Say it in JSON.") var json = false

  private struct Posted: Encodable {
    var bag: String
    var tasks: Int
    var manifest: String
  }

  func run() async throws {
    let resolved = try await bag.resolve()
    let ledger = try account.ledger.open()
    let submission = Submission(account: try account.account(on: ledger), shared: try account.ledger.shared())
    let id = try await submission.post(resolved)
    let posted = Posted(
      bag: id.description, tasks: resolved.bag.tasks.count, manifest: resolved.bag.manifestDigest.description)
    if json { return try JSONOutput.print(posted) }
    print("bag       \(posted.bag)")
    print("tasks     \(posted.tasks)")
    print("manifest  \(posted.manifest)")
  }
}
