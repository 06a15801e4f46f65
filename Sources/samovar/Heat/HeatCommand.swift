import Agent
import ArgumentParser
import Scheduling
import Workload

/// `samovar heat`: what a node does about its water, and why.
struct HeatCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "heat", abstract: "Show what a node does about its water, why, and what it plans.",
    subcommands: [HeatExplain.self, HeatPlanCommand.self, SimulateCommand.self, ControllerCommand.self])
}

/// What the agent of a configuration last wrote down.
struct HeatNode {
  var configuration: AgentConfiguration
  var status: AgentStatus
  var outlook: HeatOutlook?

  init(_ file: String) throws {
    configuration = try AgentConfiguration.load(file)
    configuration.tariff = try configuration.tariff.readingPrices()
    let state = configuration.stateDirectory
    guard let status = AgentStatus.read(state) else {
      throw ValidationError(
        "the agent of \(file) has shown nothing in \(state) yet; start it with 'samovar agent \(file)'")
    }
    self.status = status
    outlook = HeatMemory(stateDirectory: state).outlook
  }
}

struct HeatExplain: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "explain", abstract: "Say why the node does what it does now, and what would change it.")

  @Argument(help: "The node's configuration.")
  var file: String

  func run() throws {
    let node = try HeatNode(file)
    let explanation = HeatExplanation(
      decision: node.status.decision, ask: node.status.ask, outlook: node.outlook,
      policy: node.configuration.heat, tariff: node.configuration.tariff, now: node.status.at)
    for sentence in explanation.sentences + node.status.faults.map({ "A sensor fails: \($0)." }) {
      print(sentence)
    }
  }
}

struct HeatPlanCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "plan", abstract: "Show the next two days as the node plans them.")

  @Argument(help: "The node's configuration.")
  var file: String

  @Option(help: "How far to look.")
  var hours = 48

  @Option(help: "Write a picture to this file as well.")
  var svg: String?

  @Flag(help: "Print JSON for machines.")
  var json = false

  func run() throws {
    let node = try HeatNode(file)
    guard let outlook = node.outlook else {
      throw ValidationError(
        "no plan was made yet: it is made each quarter of an hour, on a board with a tank, and not for a simulated boiler whose "
          + "time runs faster")
    }
    guard (1...48).contains(hours) else { throw ValidationError("--hours must be from 1 to 48") }
    if json {
      try JSONOutput.print(outlook)
    } else {
      for line in OutlookTable(outlook: outlook, policy: node.configuration.heat, hours: hours).lines {
        print(line)
      }
    }
    if let svg {
      try LocalFile.replace(
        Array(OutlookPicture(outlook: outlook, policy: node.configuration.heat, hours: hours).svg.utf8),
        at: svg)
    }
  }
}
