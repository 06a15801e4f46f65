import FoundationEssentials
import Scheduling
import Simulation
import Telemetry
import Testing
import Workload

@Suite struct SimulatedBoilerTests {
  private let board = SimulatedSysfsTests.board

  private func boiler(
    _ place: Place, initial: Double = 45, factor: Double = 600, profile: TappingProfile = .l
  ) throws -> SimulatedBoiler {
    try SimulatedBoiler(
      board: board,
      settings: SimulationSettings(
        initialTemperature: Celsius(initial), profile: profile, timeFactor: factor),
      directory: place.path, processors: 4)
  }

  @Test func theHeatOfWorkThatRanGoesIntoTheTank() async throws {
    let (idle, busy) = (try Place(), try Place())
    let (cold, warm) = (try boiler(idle), try boiler(busy))
    for _ in 0..<20 {
      _ = try await cold.advance(elapsed: .milliseconds(500), busyProcessorSeconds: 0)
      _ = try await warm.advance(elapsed: .milliseconds(500), busyProcessorSeconds: 1)
    }
    let (without, with) = (await cold.report, await warm.report)
    // 10 s at 600 times are 6000 s; two cores at 25 W more are 300 kJ.
    #expect(abs(with.totals.electric.value - without.totals.electric.value - 300_000) < 1e-3)
    #expect(abs(with.totals.delivered.value - without.totals.delivered.value - 276_000) < 1e-3)
    #expect(with.mean > without.mean)
    #expect(with.serverPower == Watts(130))
    #expect(with.clock == 6000)
  }

  @Test func theEnergyCounterIsThatOfRealTime() async throws {
    let place = try Place()
    let boiler = try boiler(place)
    let start = Instant(1_700_000_000_000)
    let before = EnergySample.read(in: SysfsRoot(place.path), at: start)
    _ = try await boiler.advance(elapsed: .seconds(2), busyProcessorSeconds: 4)
    let after = EnergySample.read(in: SysfsRoot(place.path), at: start + .seconds(2))
    // 130 W for two seconds: a reader with a real clock sees the real power.
    #expect(abs(after.sample.energy(since: before.sample).joules.value - 260) < 1e-5)
  }

  @Test func itGoesOnWhereAnEarlierProcessStopped() async throws {
    let place = try Place()
    let earlier = try boiler(place)
    for _ in 0..<5 { _ = try await earlier.advance(elapsed: .seconds(1), busyProcessorSeconds: 1) }
    let later = try boiler(place)
    #expect(await later.report == earlier.report)
    _ = try await earlier.advance(elapsed: .seconds(1), busyProcessorSeconds: 1)
    _ = try await later.advance(elapsed: .seconds(1), busyProcessorSeconds: 1)
    #expect(await later.report == earlier.report)
    // Other settings are another simulation.
    #expect(await (try boiler(place, initial: 50)).report.clock == 0)
  }

  @Test func aBrokenStateIsAnErrorThatSaysWhatToDo() async throws {
    let place = try Place()
    _ = try await boiler(place).advance(elapsed: .seconds(1), busyProcessorSeconds: 1)
    try #require(place.replace("/boiler.json", with: "{\"plant\": 3"))
    let error = #expect(throws: SimulationError.self) { _ = try boiler(place) }
    #expect(try #require(error).description.contains("remove it to start the simulation anew"))
  }

  @Test func neitherABackwardClockNorALongSleepBreaksIt() async throws {
    let place = try Place()
    let boiler = try boiler(place, factor: 1)
    let still = try await boiler.advance(elapsed: .seconds(-5), busyProcessorSeconds: 3)
    #expect(still.clock == 0)
    let slept = try await boiler.advance(elapsed: .seconds(1_000_000), busyProcessorSeconds: .infinity)
    #expect(slept.clock == 60)
    #expect(slept.layers.allSatisfy { $0.value.isFinite })
    #expect(place.text("/sys/class/powercap/intel-rapl:0/energy_uj") != nil)
  }

  /// The whole loop for two days: plant, tree, readers, rule. Tasks never heat the tank beyond the cut-off,
  /// the taps get what they ask for, and the demand doesn't flap.
  @Test(arguments: Boilers.households)
  func daysUnderTheRuleAreWarmAndNeverTooHot(profile: TappingProfile) async throws {
    let place = try Place()
    var board = board
    // Ten times the cores' power, so that the servers could well overheat the tank if the rule let them.
    board.power = PowerModel(idle: Watts(80), perBusyCore: Watts(400), capture: 0.92)
    let boiler = try SimulatedBoiler(
      board: board,
      settings: SimulationSettings(
        initialTemperature: Celsius(52), profile: profile, timeFactor: 600,
        backup: BackupHeater(power: Watts(3000), onBelow: Celsius(54))), directory: place.path, processors: 4)
    var sampler = HeatSampler(board: board, root: SysfsRoot(place.path))
    let rule = HeatRule(
      board: board,
      capacity: NodeCapacity(
        processors: [0, 1, 2, 3], slots: 4, memory: .mebibytes(64), disk: .mebibytes(64)),
      policy: HeatPolicy(
        comfort: ComfortBand(minimum: Celsius(48), target: Celsius(54), maximum: Celsius(60)),
        cutOff: Celsius(70)),
      tariff: Tariff(
        electricity: .fixed(EuroPerKilowattHour(0.18)), heat: EuroPerKilowattHour(0.11),
        wear: EuroPerKilowattHour(0.02)))
    var plan: HeatPlan?
    var changes = 0
    var hottest = Celsius.zero
    var now = Instant(1_700_000_000_000)
    for _ in 0..<(2 * 144) {
      let next = rule.plan(sampler.sample(at: now), previous: plan, now: now)
      #expect(next.demand != .unknown)
      if let plan, plan.demand != next.demand { changes += 1 }
      let busy = Double(next.running == .mustStop ? 0 : next.slots)
      let report = try await boiler.advance(elapsed: .seconds(1), busyProcessorSeconds: busy)
      hottest = max(hottest, report.layers.max() ?? .zero)
      now = now + .seconds(1)
      plan = next
    }
    let totals = await boiler.report.totals
    #expect(hottest < Celsius(70))
    #expect(totals.unmet.value < 0.02 * totals.drawn.value)
    #expect(totals.delivered.value > 0.3 * totals.drawn.value)
    #expect(changes < 2 * 24)
  }
}

/// `hardware/simulated-boiler` as it is in the repository.
@Suite struct SimulatedBoardTests {
  private var directory: String {
    let root = #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
    return "/" + root + "/hardware/simulated-boiler"
  }

  /// A morning after the first taps, with two cores at work.
  private func capture() async throws -> String {
    let place = try Place()
    let board = try Board.load(directory: directory)
    let boiler = try SimulatedBoiler(
      board: board,
      settings: SimulationSettings(
        initialTemperature: Celsius(51), profile: .l, timeFactor: 600, startsAt: TimeOfDay(6 * 60)),
      directory: place.path, processors: 4)
    for _ in 0..<16 { _ = try await boiler.advance(elapsed: .seconds(1), busyProcessorSeconds: 2) }
    return SysfsCapture.take(from: SysfsRoot(place.path), board: board).text(comments: [
      "The tree that the simulation keeps, at one moment. Not a measurement."
    ])
  }

  /// What the board's page shows is what the simulation keeps, to the byte.
  @Test func theBoardsTreeIsACaptureOfTheSimulation() async throws {
    let captured = try String(contentsOfFile: directory + "/sysfs.txt", encoding: .utf8)
    #expect(try await capture() == captured)
  }
}

@Suite struct SimulationSettingsTests {
  private func read(_ text: String) throws(Mistakes) -> SimulationSettings {
    try readYAML(text, file: "agent.yaml") { SimulationSettings(yaml: $0) }
  }

  @Test func aWholeSectionIsRead() throws {
    let settings = try read(
      """
      initial_temperature: 48 °C
      profile: XL
      volume: 0.4 m3
      time_factor: 600
      starts_at: 06:30
      seed: 7
      cold_water: 12 °C
      ambient: 20 °C
      backup: {power: 3 kW, below: 50 °C}
      """)
    #expect(
      settings
        == SimulationSettings(
          initialTemperature: Celsius(48), profile: .xl, volume: Litres(400), timeFactor: 600,
          startsAt: TimeOfDay(390),
          seed: 7, coldWater: Celsius(12), ambient: Celsius(20),
          backup: BackupHeater(power: Watts(3000), onBelow: Celsius(50))))
    #expect(try settings.site(SimulatedSysfsTests.board).volumes == [80, 80, 80, 80, 80])
  }

  @Test func allMistakesAreReportedAtOnce() throws {
    let error = #expect(throws: Mistakes.self) {
      try read(
        "initial_temperature: 120 °C\nprofile: 5XL\nvolume: 1 L\ntime_factor: fast\nseed: -1\nstart_at: 06:30\n"
      )
    }
    #expect(try #require(error).all.map(\.line) == [1, 2, 3, 4, 5, 6])
  }
}
