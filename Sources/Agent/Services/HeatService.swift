import FoundationEssentials
import Logging
import Receipts
import Scheduling
import Telemetry
import Workload

/// Samples the sensors, plans, and publishes what the node shows of itself.
struct HeatService: RecurringService {
  let label = "heat"
  let node: Node
  let interval: Duration
  var log: Logger { node.log }

  func round() async throws {
    let before = await node.heat.plan?.reasons.first?.code
    let running = await node.workbench.plannable(slotPower: node.heat.slotPower, now: node.now())
    let plan = await node.heat.sample(at: node.now(), running: running)
    if let reason = plan.reasons.first, reason.code != before { log.info("heat: \(reason)") }
    try await publish(plan)
    try await Task.sleep(for: interval)
  }

  private func publish(_ plan: HeatPlan) async throws {
    let totals = await node.heat.totals()
    let status = AgentStatus(
      node: node.configuration.identity.name, address: node.account.address.description, at: node.now(),
      tank: plan.tank.map { tank in
        AgentStatus.Tank(
          outlet: tank.outlet, mean: tank.mean, comfortMinimum: node.configuration.heat.comfort.minimum,
          safetyMaximum: node.configuration.heat.cutOff)
      },
      decision: plan.reasons.map(\.sentence).first ?? "", needsHeat: plan.demand >= .wanted,
      ask: plan.ask, askEURPerSlotHour: Double(plan.ask.perSlotHour.value) / 1e6, offeredSlots: plan.slots,
      runningReplicas: await node.workbench.running, finishedRuns: await node.workbench.finished,
      electric: totals.electric, heat: totals.heat,
      faults: (await node.heat.snapshot?.faults ?? []).map(\.description))
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    try LocalFile.replace(
      Array(try encoder.encode(status)), at: "\(node.configuration.stateDirectory)/\(AgentStatus.fileName)")
  }
}
