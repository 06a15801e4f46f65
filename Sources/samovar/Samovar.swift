import ArgumentParser

@main
struct Samovar: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "samovar",
    abstract: "Turn edge heating servers into a trustworthy batch computer.",
    version: "0.1.0",
    groupedSubcommands: [
      CommandGroup(
        name: "Requesters:",
        subcommands: [BagCommand.self, SubmitCommand.self, StatusCommand.self, ResultsCommand.self, CancelCommand.self]),
      CommandGroup(name: "Auditors:", subcommands: [ReceiptCommand.self]),
      CommandGroup(name: "Operators:", subcommands: [LedgerCommand.self, KeyCommand.self]),
    ])
}
