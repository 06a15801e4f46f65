import Foundation
import Scheduling
import Testing
import Workload

@testable import Agent
@testable import HeatBridge

/// What the bridge tells Home Assistant to read from a node's status is there.
@Suite struct ShownStatusTests {
  @Test func everyValueThatIsShownIsInTheStatus() throws {
    let ask = AskPrice(
      slotPower: Watts(20), electricity: EuroPerKilowattHour(0.2), wear: EuroPerKilowattHour(0.01),
      capture: 0.9,
      worthOfHeat: EuroPerKilowattHour(0.1), slotHour: .zero)
    let status = AgentStatus(
      node: "n", address: "0x", at: Instant(1),
      tank: .init(
        outlet: Celsius(54), mean: Celsius(50), comfortMinimum: Celsius(45), safetyMaximum: Celsius(65)),
      decision: "d", needsHeat: true, ask: ask, askEURPerSlotHour: 0.002, offeredSlots: 2, runningReplicas: 1,
      finishedRuns: 3, electric: Joules(1), heat: Joules(1), faults: [])
    let shown = try JSONSerialization.jsonObject(with: JSONEncoder().encode(status))
    let discovery = HomeAssistantDiscovery(discovery: "homeassistant", prefix: "samovar", node: "n")
    let templates = try discovery.messages().map { message in
      let config = try JSONSerialization.jsonObject(with: Data(message.payload)) as? [String: Any]
      return try #require(config?["value_template"] as? String)
    }
    #expect(templates.count == 10)
    for template in templates {
      let path = try #require(template.firstMatch(of: /value_json((?:\.\w+)+)/)).1.split(separator: ".")
      let value = path.reduce(shown as Any?) { ($0 as? [String: Any])?[String($1)] }
      #expect(value != nil, "\(template)")
    }
  }
}
