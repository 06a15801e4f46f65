import Agent
import ArgumentParser
import Receipts
import Scheduling
import Telemetry
import Workload

/// `samovar config`: the operator's file.
struct ConfigCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "config", abstract: "Check and show a node's configuration.",
    subcommands: [Check.self, Show.self])

  struct ConfigOptions: ParsableArguments {
    @Argument(help: "The node's configuration.")
    var file: String

    /// With everything that it refers to looked at, so that an agent that starts with it comes up.
    func load() throws -> (AgentConfiguration, Board) {
      let configuration = try AgentConfiguration.load(file)
      _ = try configuration.tariff.readingPrices()
      return (configuration, try Board.load(directory: configuration.hardware.board))
    }
  }

  struct Check: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Report every mistake in a configuration and in its board, with file, line and column.",
      discussion: "Among them each sensor of the board that this machine has not.")
    @OptionGroup var config: ConfigOptions

    @Flag(help: "Don't look for the board's sensors: for a check on another machine than the node.")
    var withoutSensors = false

    func run() throws {
      let configuration = try AgentConfiguration.load(config.file)
      let directory = configuration.hardware.board
      // A simulated boiler makes its sensors when it starts.
      let board =
        withoutSensors || configuration.simulation != nil
        ? try Board.load(directory: directory)
        : try Board.load(
          directory: directory, checkingSensorsIn: SysfsRoot(configuration.hardware.root))
      print("\(config.file): sound; node '\(configuration.identity.name)' on board '\(board.name)'")
    }
  }

  struct Show: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Show what a configuration comes to, defaults included.")
    @OptionGroup var config: ConfigOptions

    func run() throws {
      let (configuration, board) = try config.load()
      for (name, value) in Self.rows(configuration, board) {
        print("\(name)\(String(repeating: " ", count: max(1, 20 - name.count)))\(value)")
      }
    }

    private static func rows(_ configuration: AgentConfiguration, _ board: Board) -> [(String, String)] {
      let heat = configuration.heat
      let work = configuration.work
      let images =
        configuration.images.map {
          "from \($0.registries.joined(separator: ", ")); \($0.budget.value >> 20) MiB in \($0.cacheDirectory)"
        } ?? "none"
      return [
        ("node", configuration.identity.name),
        ("key", configuration.identity.keyFile),
        ("operator", configuration.identity.operatorAddress.description),
        ("site", configuration.identity.site),
        ("state", configuration.stateDirectory),
        ("ledger", configuration.ledgerDirectory),
        ("board", "\(board.name): \(board.description)"),
        (
          "comfort",
          "\(heat.comfort.minimum.value) to \(heat.comfort.target.value) °C, at most \(heat.comfort.maximum.value) °C"
        ),
        ("cut-off", "\(min(heat.cutOff, board.limits.tank).value) °C"),
        ("hysteresis", "\(heat.hysteresisKelvin) K"),
        ("heat is worth", "\(configuration.tariff.heat)"),
        ("wear", "\(configuration.tariff.wear)"),
        (
          "slots",
          "\(work.slots), together \(work.memory.value >> 20) MiB of memory and \(work.disk.value >> 20) MiB of disk"
        ),
        ("profile", work.profile),
        ("images", images),
        ("simulated", configuration.simulation == nil ? "no" : "yes: nothing real is heated"),
        ("fault injection", configuration.faults == .none ? "none" : "ON: this node misbehaves as told"),
      ]
    }
  }
}
