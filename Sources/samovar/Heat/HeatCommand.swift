import ArgumentParser

struct HeatCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "heat", abstract: "Plan heat and tasks.", subcommands: [ControllerCommand.self])
}
