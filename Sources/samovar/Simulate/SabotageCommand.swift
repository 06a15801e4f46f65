import ArgumentParser
import Glibc
import Ledger
import Simulation
import Workload

/// `samovar simulate`: worlds that show what the rules are worth.
struct SimulationCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "simulate", abstract: "Simulate a network, to see what its rules are worth.",
    subcommands: [SabotageCommand.self])
}

struct SabotageCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sabotage",
    abstract: "Set saboteurs on the rules of Proof-of-Contribution, and count the wrong results.",
    discussion: """
      The ledger's own rules are driven call by call. Beside them stand majority votes, BOINC's adaptive replication and \
      iExec's Proof-of-Contribution as models of their decision rules. The same seed gives the same figures.
      """)

  @Option(help: "Nodes.")
  var nodes = 200

  @Option(help: "Tasks.")
  var tasks = 60_000

  @Option(help: "Days over which the tasks come in.")
  var days = 60

  @Option(help: "Seed of all that is drawn.")
  var seed: UInt64 = 1

  @Option(help: "Trust that the bags ask for: 1 for one vote, up to 99999 for two, from there on three.")
  var trust: UInt32?

  @Option(help: "Coalition, as BEHAVIOUR:PERCENT; several times for several rows. Else the standard table.")
  var coalition: [String] = []

  @Option(help: "What members do as auditors and jurors: loyal or honest.")
  var jurors: Coalition.Loyalty = .loyal

  @Option(help: "How many nodes of the coalition share an operator.")
  var nodesPerOperator = 1

  @Flag(help: "Leave out the schemes of others.")
  var rulesOnly = false

  @Option(help: "File for all figures as JSON.")
  var json: String?

  @Option(help: "File for a picture.")
  var svg: String?

  func validate() throws {
    for scenario in try scenarios() {
      guard let mistake = scenario.mistakes.first else { continue }
      throw ValidationError(mistake)
    }
  }

  private var base: SabotageScenario {
    var scenario = SabotageScenario()
    scenario.nodes = nodes
    scenario.tasks = tasks
    scenario.days = days
    scenario.seed = seed
    scenario.trust = trust ?? scenario.trust
    return scenario
  }

  private func scenarios() throws -> [SabotageScenario] {
    guard !coalition.isEmpty else { return SabotageReport.standard(base) }
    return try coalition.map { text in
      var scenario = base
      scenario.coalition = try chosen(text)
      return scenario
    }
  }

  private func chosen(_ text: String) throws -> Coalition {
    let parts = text.split(separator: ":", maxSplits: 1).map(String.init)
    guard let behaviour = parts.first.flatMap(Coalition.Behaviour.init), let percent = Int(parts.last ?? ""),
      (0...60).contains(percent)
    else {
      let known = Coalition.Behaviour.allCases.map(\.rawValue).joined(separator: ", ")
      throw ValidationError(
        "--coalition takes BEHAVIOUR:PERCENT, such as smart:20, with up to 60 percent and one of \(known); not '\(text)'"
      )
    }
    return Coalition(behaviour, percent: percent, loyalty: jurors, nodesPerOperator: nodesPerOperator)
  }

  func run() throws {
    var rows: [SabotageReport.Row] = []
    var cost = RulesCost()
    for scenario in try scenarios() {
      let line = ProgressLine(scenario.coalition.name, of: days)
      var run = try SabotageRun(scenario, clock: RulesCost.processorNanoseconds)
      let rules = run.run { line.show($0) }
      line.clear()
      cost.add(calls: rules.calls, nanoseconds: run.nanosecondsInRules)
      let schemes = rulesOnly ? [] : VotingScheme.allCases
      rows.append(
        SabotageReport.Row(
          scenario, rules: rules,
          others: schemes.map {
            var run = VotingRun(scenario, scheme: $0)
            return run.run()
          }))
    }
    let report = SabotageReport(base, rows: rows)
    print(report.table, terminator: "")
    StandardStream.error.writeLine(cost.sentence)
    if let json {
      try LocalFile.writeInPlace(try JSONOutput.bytes(report), to: json, followsLink: true)
    }
    if let svg {
      try LocalFile.writeInPlace(Array(SabotagePlot(report).svg().utf8), to: svg, followsLink: true)
    }
  }
}

extension Coalition.Loyalty: ExpressibleByArgument {}

/// What the rules took of the processor.
private struct RulesCost {
  private var calls = 0
  private var nanoseconds: UInt64 = 0

  mutating func add(calls: Int, nanoseconds: UInt64) {
    self.calls += calls
    self.nanoseconds += nanoseconds
  }

  var sentence: String {
    let each = Double(nanoseconds) / 1e3 / Double(max(1, calls))
    let all = Double(Self.processorNanoseconds()) / 1e9
    return
      "\(calls) calls, \(Decimals.text(each, 1)) µs each in the rules; \(Decimals.text(all, 1)) s of processor time in all"
  }

  static func processorNanoseconds() -> UInt64 {
    var time = timespec()
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
    return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
  }
}
