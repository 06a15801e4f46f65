import Agent
import Ledger
import Receipts
import Workload

/// What the demo ends with: every task with its verdict, every node with its work and money, how the coalition fared,
/// and the audits.
struct DemoReport {
  let network: DemoNetwork
  let coalition: DemoCoalition
  let bag: BagID
  let elapsed: Duration

  func print(executable: String) async throws {
    guard let summary = try await network.ledger.bag(bag) else { return }
    let tasks = try await BagResults(ledger: network.ledger, shared: network.shared).tasks(of: summary)
    say("")
    say("Tasks")
    show(tasks)
    say("")
    say("Nodes")
    for site in network.sites { try await show(site, tasks) }
    try await showMoney(summary)
    say("")
    let isRight = try audit("\(network.directory)/ledger", executable)
    say("")
    for line in CoalitionText(story: await coalition.story).reportLines { say(line) }
    let isCoalitionRight = try audit(coalition.directory, executable)
    say("")
    say(
      "Took \(Decimals.text(elapsed.seconds, 1)) s. Keys, logs, receipts and the ledgers are in \(network.directory)"
    )
    if !isRight || !isCoalitionRight { throw DemoFault.auditFailed }
    if let failure = await coalition.failure { throw DemoFault.coalitionFailed(failure) }
  }

  /// Whether the audit of a ledger holds.
  private func audit(_ directory: String, _ executable: String) throws -> Bool {
    say("Audit     \(executable) audit --ledger \(directory)")
    let report = try Audit.run(directory)
    say(
      report.isClean
        ? "          holds: \(report.blocks) blocks, \(report.calls) signed calls, \(report.draws) draws, \(report.receipts) receipt leaves derived again from genesis"
        : "          FAULT: \(report.fault.map(\.description) ?? "")")
    return report.isClean
  }

  /// Three tasks a line: state, how many of its replicas gave the result that won, and `jury` where there was dissent.
  private func show(_ tasks: [BagResults.TaskResult]) {
    let cells = tasks.map { task -> String in
      let replicas = task.summary.state.panel?.replicas.filter { $0.status.result != nil } ?? []
      let won = replicas.count { $0.status.name == "WON" }
      let jury = task.summary.state.verdict?.byJury == true ? " jury" : ""
      return Self.pad("\(task.name) \(task.summary.state.name) \(won)/\(replicas.count)\(jury)", 32)
    }
    for start in stride(from: 0, to: cells.count, by: 3) {
      say("  " + cells[start..<min(start + 3, cells.count)].joined())
    }
    let byJury = tasks.count { $0.summary.state.verdict?.byJury == true }
    let decided = tasks.count { $0.summary.state.verdict != nil }
    let low = tasks.count { $0.summary.state.verdict?.isLowDiversity == true }
    say(
      "  \(decided) of \(tasks.count) decided, \(byJury) of them by a jury; \(low) marked LOW_DIVERSITY (three operators in all)"
    )
  }

  private func show(_ site: DemoSite, _ tasks: [BagResults.TaskResult]) async throws {
    guard let record = try await network.ledger.node(site.node.address) else { return }
    let mine = tasks.flatMap { $0.summary.state.panel?.replicas ?? [] }.filter {
      $0.node == site.node.address
    }
    let won = mine.count { $0.status.name == "WON" }
    let lost = mine.count { $0.status.name == "LOST" }
    let milliwattHours = mine.compactMap(\.status.result).reduce(0) { $0 + $1.energyMilliWh }
    let heat = mine.compactMap(\.status.result).reduce(0) { $0 + $1.heatMilliWh }
    say(
      "  \(Self.pad(site.name, 10)) \(site.place): \(mine.count) replicas, \(won) won, \(lost) lost; "
        + "\(record.standing.name), k \(record.credibility), \(record.strikes) strikes")
    say(
      "             receipts: \(Self.wattHours(milliwattHours)) Wh used, \(Self.wattHours(heat)) Wh of heat; "
        + "earned \(Decimals.euros(microEuros: record.earned)), slashed \(Decimals.euros(microEuros: record.slashed))"
    )
    if let status = network.status(of: site), let tank = status.tank {
      say(
        "             site, \(DemoNetwork.timeFactor) times as fast: \(Decimals.text(status.electric.kilowattHours, 2)) kWh used, "
          + "\(Decimals.text(status.heat.kilowattHours, 2)) kWh into the water, now \(Decimals.text(tank.mean.value, 1)) °C"
      )
    }
    if record.strikes > 0 {
      say(
        "             caught: \(lost) false results, \(record.strikes) strikes, \(Decimals.euros(microEuros: record.slashed)) of its stake gone"
      )
    }
  }

  private func showMoney(_ summary: BagSummary) async throws {
    let pools = try await network.ledger.pools()
    let free = try await network.ledger.account(network.requester.address).free
    say("")
    say(
      "Money     requester has \(Decimals.euros(microEuros: free)) left; audit pool \(Decimals.euros(microEuros: pools.auditPool)), "
        + "treasury \(Decimals.euros(microEuros: pools.treasury)), burned \(Decimals.euros(microEuros: pools.burned))"
    )
  }

  private static func wattHours(_ milliwattHours: UInt64) -> String {
    Decimals.text(Double(milliwattHours) / 1000, 2)
  }

  private static func pad(_ text: String, _ width: Int) -> String {
    text + String(repeating: " ", count: max(0, width - text.count))
  }

  private func say(_ line: String) {
    StandardStream.output.writeLine(line)
  }
}
