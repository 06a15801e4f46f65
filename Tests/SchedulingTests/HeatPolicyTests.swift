import Scheduling
import Testing
import Workload

@Suite struct HeatPolicyTests {
  private func read(_ text: String) throws(Mistakes) -> HeatPolicy {
    try readYAML(text, file: "agent.yaml") { HeatPolicy(yaml: $0) }
  }

  @Test func aWholeSectionIsRead() throws {
    let policy = try read(
      """
      comfort: {minimum: 48 °C, target: 54 °C, maximum: 60 °C}
      cut_off: 68 °C
      hysteresis: 1.5 K
      cheap_electricity: 0.16 EUR/kWh
      cold_water: 12 °C
      plan_validity: 5 min
      """)
    #expect(
      policy
        == HeatPolicy(
          comfort: ComfortBand(minimum: Celsius(48), target: Celsius(54), maximum: Celsius(60)),
          cutOff: Celsius(68),
          hysteresisKelvin: 1.5, cheapElectricity: EuroPerKilowattHour(0.16), coldWater: Celsius(12),
          validity: .seconds(300)))
  }

  @Test func whatCannotAllBeKeptIsAMistakeEach() throws {
    let error = #expect(throws: Mistakes.self) {
      try read(
        "comfort: {minimum: 55 °C, target: 54 °C, maximum: 50 °C}\ncut_off: 51 °C\ncold_water: 60 °C\n")
    }
    #expect(
      try #require(error).all.map(\.message) == [
        "comfort.target must lie at least the hysteresis above comfort.minimum",
        "comfort.maximum must not lie below comfort.target",
        "cut_off must lie at least the hysteresis above comfort.maximum",
        "cold_water must lie below comfort.minimum",
      ])
  }

  @Test func mistakesOfValuesComeAllAtOnce() throws {
    let error = #expect(throws: Mistakes.self) {
      try read("comfort: {minimum: 50, target: 54 °C}\nhysteresis: 0 K\ncheap_electricity: cheap\n")
    }
    #expect(try #require(error).all.count == 5)
  }
}
