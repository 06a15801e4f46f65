import Telemetry
import Testing
import Workload

@testable import Scheduling

/// Quiet hours, curtailments, vacations: what a policy says of times.
@Suite struct PolicyWindowTests {
  private func read(_ more: String) throws(Mistakes) -> HeatPolicy {
    try readYAML(
      "comfort: {minimum: 50 °C, target: 55 °C, maximum: 62 °C}\ncut_off: 70 °C\n" + more, file: "agent.yaml"
    ) { HeatPolicy(yaml: $0) }
  }

  private func at(_ text: String) throws -> Instant { try #require(PriceFile.instant(text)) }

  private func rule(_ policy: HeatPolicy) -> HeatRule {
    var rule = Sites.rule
    rule.policy = policy
    return rule
  }

  private func plan(_ policy: HeatPolicy, _ layers: [Double], at instant: Instant) -> HeatPlan {
    rule(policy).plan(Sites.snapshot(layers, at: instant), previous: nil, now: instant)
  }

  @Test func quietHoursBelongToTheEveningOnWhichTheyBegin() throws {
    let policy = try read(
      "time_zone: Europe/Paris\nquiet_hours: [{hours: 22:00-07:00, days: [friday], power: 110 W}]\n")
    // 2026-11-27 is a Friday.
    #expect(try policy.caps.power(at: at("2026-11-27T21:59+01:00")) == nil)
    #expect(try policy.caps.power(at: at("2026-11-27T22:00+01:00")) == Watts(110))
    #expect(try policy.caps.power(at: at("2026-11-28T06:59+01:00")) == Watts(110))
    #expect(try policy.caps.power(at: at("2026-11-28T07:00+01:00")) == nil)
    #expect(try policy.caps.power(at: at("2026-11-28T22:00+01:00")) == nil)
    // 80 W idle and 25 W a slot: one slot fits.
    let capped = try plan(policy, [30, 40, 45], at: at("2026-11-27T23:00+01:00"))
    #expect(capped.slots == 1)
    #expect(
      capped.reasons.first?.description
        == "power-capped: at this hour the servers may draw 110 W: one slot is offered")
    #expect(capped.reasons.dropFirst().first?.code == .belowComfort)
    #expect(try plan(policy, [30, 40, 45], at: at("2026-11-27T12:00+01:00")).slots == 2)
  }

  @Test func theLeastOfAllCapsHolds() throws {
    let policy = try read(
      """
      time_zone: Europe/Paris
      quiet_hours: [{hours: 00:00-24:00, power: 120 W}]
      curtailments: [{from: 2026-12-01T18:00+01:00, to: 2026-12-01T20:00+01:00, power: 0 W}]
      """)
    #expect(try policy.caps.power(at: at("2026-12-01T17:59Z")) == Watts(0))
    #expect(try plan(policy, [30, 40, 45], at: at("2026-12-01T18:00Z")).slots == 0)
    #expect(try policy.caps.power(at: at("2026-12-01T19:00Z")) == Watts(120))
  }

  @Test func onAVacationNobodyHasAColdShower() throws {
    let policy = try read("time_zone: Europe/Paris\nvacations: [{from: 2026-12-20, to: 2026-12-31}]\n")
    #expect(try plan(policy, [30, 40, 45], at: at("2026-12-19T23:59+01:00")).demand == .urgent)
    #expect(try plan(policy, [30, 40, 45], at: at("2026-12-20T00:00+01:00")).demand == .wanted)
    #expect(try plan(policy, [30, 40, 45], at: at("2026-12-31T23:59+01:00")).demand == .wanted)
    #expect(try plan(policy, [30, 40, 45], at: at("2027-01-01T00:00+01:00")).demand == .urgent)
    #expect(try plan(policy, [70, 70, 71], at: at("2026-12-25T00:00+01:00")).running == .mustStop)
  }

  @Test func contradictionsAreAllNamed() throws {
    func mistakes(_ more: String) throws -> [String] {
      let error = #expect(throws: Mistakes.self) { try read(more) }
      return try #require(error).all.map(\.description)
    }
    #expect(
      try mistakes(
        """
        time_zone: Mars/Olympus
        quiet_hours: [{hours: 22-7, power: loud}]
        curtailments: [{from: 2026-12-01T18:00Z, to: 2026-12-01T17:00Z, power: 0 W}, {from: today, to: 2026-12-01T17:00Z, power: 0 W}]
        vacations: [{from: 2026-12-20, to: 2026-02-30}, {from: 2026-12-20, to: 2026-12-19}]
        """
      ).count == 7)
    #expect(try mistakes("quiet_hours: [{hours: 22:00-07:00, power: 1 kW}]\n").count == 1)
  }
}
