import Agent
import Ledger
import Receipts
import Workload

/// Shows the demo while it runs: drawn anew in a terminal, else a line every five seconds.
struct DemoWatch {
  let network: DemoNetwork
  let coalition: DemoCoalition
  let bag: BagID
  let isLive: Bool
  let start: ContinuousClock.Instant
  private let clock = ContinuousClock()

  init(
    network: DemoNetwork, coalition: DemoCoalition, bag: BagID, isLive: Bool, start: ContinuousClock.Instant
  ) {
    self.network = network
    self.coalition = coalition
    self.bag = bag
    self.isLive = isLive
    self.start = start
  }

  /// Returns when every task of the bag has its end, and the coalition's scene too.
  func follow(until deadline: ContinuousClock.Instant) async throws {
    var drawn = 0
    var round = 0
    while true {
      guard let summary = try await network.ledger.bag(bag) else {
        throw DemoFault.tooSlow(what: "the bag", seconds: 0)
      }
      let isOver = await coalition.isOver && summary.isTerminal
      let screen = try await screen(summary)
      if isLive {
        let lines = screen.lines()
        // Back to the first line, and each line cleared before it is written again.
        StandardStream.output.write(
          (drawn > 0 ? "\u{1B}[\(drawn)A" : "") + lines.map { "\u{1B}[2K\($0)\n" }.joined() + "\u{1B}[J")
        drawn = lines.count
      } else if round.isMultiple(of: 20) || isOver {
        StandardStream.output.writeLine(screen.line)
      }
      if isOver { return }
      if let ended = network.processes.first(where: { !$0.isRunning }) {
        throw DemoFault.agentEnded(log: ended.log)
      }
      guard clock.now < deadline else {
        throw DemoFault.tooSlow(
          what: "the bag and the coalition to end", seconds: Int((clock.now - start).components.seconds))
      }
      round += 1
      try await Task.sleep(for: .milliseconds(250))
    }
  }

  private func screen(_ summary: BagSummary) async throws -> DemoScreen {
    var nodes: [DemoScreen.Node] = []
    for site in network.sites {
      let record = try await network.ledger.node(site.node.address)
      let strikes = record.map { $0.strikes > 0 ? "\($0.strikes) strikes, \($0.standing.name)" : "" } ?? ""
      nodes.append(
        DemoScreen.Node(
          title: site.name, status: network.status(of: site),
          remark: [site.lieOneIn.map { "told to lie, 1 in \($0)" } ?? "", strikes].filter { !$0.isEmpty }
            .joined(separator: "; ")))
    }
    let order = [
      "QUEUED", "ASSIGNED", "SEALED", "REVEALING", "JURY", "PROVISIONAL", "REAUDIT", "FINAL", "INCONCLUSIVE",
      "TIMED_OUT", "CANCELLED",
    ]
    return DemoScreen(
      elapsedSeconds: Int((clock.now - start).components.seconds), height: try await network.ledger.height(),
      nodes: nodes, tasks: order.compactMap { state in summary.tasks[state].map { (state, $0) } },
      coalition: CoalitionText(story: await coalition.story))
  }
}
