import ArgumentParser

@main
struct Samovar: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "samovar",
    abstract: "Turn edge heating servers into a trustworthy batch computer.",
    version: "0.1.0",
    subcommands: [RunCommand.self, DoctorCommand.self])
}
