import ArgumentParser
import FoundationEssentials
import Glibc
import Simulation
import Workload

struct SimulateCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "simulate",
    abstract: "Run a scenario of one boiler under several policies and compare them.",
    discussion: """
      The planner, the rule's ask price, a thermostat and first come, first served get the same water, weather, prices and \
      tasks. The same seed gives the same figures.
      """)

  @Argument(help: "A scenario, such as examples/heat/flats.yaml.")
  var scenario: String

  @Flag(help: "The scenario is a fleet's, such as examples/heat/fleet.yaml: work is drawn for its sites.")
  var fleet = false

  @Option(help: "Days to simulate, else the scenario's.")
  var days: Int?

  @Option(help: "Seed of draw-offs, weather, synthetic prices and tasks, else the scenario's.")
  var seed: UInt64?

  @Option(help: "Policies to compare, with commas: fifo, thermostat, rule, planner.")
  var policies = "fifo,thermostat,rule,planner"

  @Option(help: "First day of the week in the picture, from 0.")
  var week = 14

  @Option(help: "File for all figures as JSON.")
  var json: String?

  @Option(help: "File for a picture.")
  var svg: String?

  func validate() throws {
    if let days, !(1...SiteScenario.mostDays).contains(days) {
      throw ValidationError("--days must be from 1 to \(SiteScenario.mostDays), not \(days)")
    }
    _ = try chosen()
  }

  private func chosen() throws -> [DecisionPolicy] {
    try policies.split(separator: ",").map { name in
      guard let policy = DecisionPolicy(rawValue: String(name)) else {
        let known = DecisionPolicy.allCases.map(\.rawValue).joined(separator: ", ")
        throw ValidationError("--policies knows \(known), not '\(name)'")
      }
      return policy
    }
  }

  func run() async throws {
    if fleet { try runFleet() } else { try runSite() }
  }

  private func runFleet() throws {
    var scenario = try FleetScenario.read(
      try LocalFile.readText(scenario), file: scenario, base: LocalFile.directory(of: scenario))
    scenario.days = days ?? scenario.days
    scenario.seed = seed ?? scenario.seed
    var outcomes: [FleetOutcome] = []
    for pricing in FleetPricing.allCases {
      let line = ProgressLine(pricing.rawValue, of: scenario.days)
      var fleet = FleetRun(scenario, pricing: pricing)
      outcomes.append(fleet.run { line.show($0) })
      line.clear()
    }
    let report = FleetReport(scenario, outcomes: outcomes)
    print(report.table, terminator: "")
    if let json { try write(try JSONOutput.bytes(report), to: json) }
    if let svg { try write(Array(report.svg().utf8), to: svg) }
  }

  private func runSite() throws {
    var scenario = try SiteScenario.read(
      try LocalFile.readText(scenario), file: scenario, base: LocalFile.directory(of: scenario))
    scenario.days = days ?? scenario.days
    scenario.seed = seed ?? scenario.seed
    let comparison = PolicyComparison(scenario, weekFrom: week)
    var outcomes: [SiteOutcome] = []
    for policy in try chosen() {
      let line = ProgressLine(policy.rawValue, of: scenario.days)
      outcomes.append(comparison.run(policy) { line.show($0) })
      line.clear()
    }
    let report = ComparisonReport(comparison, outcomes: outcomes)
    print(report.table, terminator: "")
    if let json { try write(try JSONOutput.bytes(report), to: json) }
    if let svg, let shown = outcomes.last {
      let plot = YearPlot(scenario, shown: shown, other: outcomes.count > 1 ? outcomes.first : nil)
      try write(Array(plot.svg().utf8), to: svg)
    }
  }

  private func write(_ bytes: [UInt8], to path: String) throws {
    try LocalFile.writeInPlace(bytes, to: path, followsLink: true)
  }
}

/// A line on standard error that says how far a simulation is; nothing where that is no terminal.
struct ProgressLine {
  private let name: String
  private let all: Int
  private let isShown = isatty(STDERR_FILENO) == 1

  init(_ name: String, of all: Int) {
    self.name = name
    self.all = all
  }

  func show(_ done: Int) {
    guard isShown, done % max(1, all / 50) == 0 else { return }
    StandardStream.error.write("\r\(name): day \(done) of \(all)  ")
  }

  func clear() {
    if isShown { StandardStream.error.write("\r\u{1B}[K") }
  }
}
