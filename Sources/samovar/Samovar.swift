import ArgumentParser
import Glibc

@main
struct Samovar: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "samovar",
    abstract: "Turn edge heating servers into a trustworthy batch computer.",
    version: "0.1.0",
    subcommands: [DemoCommand.self, SimulationCommand.self],
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
          HardwareCommand.self, BridgeCommand.self, HeatCommand.self, RunCommand.self, ImageCommand.self,
          ProfileCommand.self, DoctorCommand.self,
        ]),
    ])

  /// Swift takes the arguments from /proc: without it every command would be none, print the help, and succeed.
  static func main() async {
    guard access("/proc/self/cmdline", R_OK) == 0 else {
      StandardStream.error.write(
        "samovar: reading the own arguments from /proc/self/cmdline: \(String(cString: strerror(errno))); mount it: "
          + "mount -t proc proc /proc\n")
      Glibc.exit(125)
    }
    await main(nil)
  }
}
