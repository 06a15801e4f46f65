import ArgumentParser

@main
struct Samovar: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "samovar",
    abstract: "Turn edge heating servers into a trustworthy batch computer.",
    version: "0.1.0",
    subcommands: [DemoCommand.self],
    groupedSubcommands: [
      CommandGroup(
        name: "Requesters:",
        subcommands: [
          BagCommand.self, SubmitCommand.self, StatusCommand.self, ResultsCommand.self, CancelCommand.self,
        ]),
      CommandGroup(name: "Auditors:", subcommands: [AuditCommand.self, ReceiptCommand.self]),
      CommandGroup(
        name: "Operators:",
        subcommands: [
          AgentCommand.self, ConfigCommand.self, BondCommand.self, LedgerCommand.self, KeyCommand.self,
          HardwareCommand.self, RunCommand.self, ImageCommand.self, DoctorCommand.self,
        ]),
    ])
}
