import Ledger
import Receipts
import Scheduling
import Simulation
import Telemetry
import TestSupport
import Testing
import Workload

@testable import Agent

/// Sensors that lie, vanish or can't be read: no heat from tasks, a fault in the status, never a crash.
@Suite struct SensorFaultTests {
  private static let thermometers =
    (0...4).map { "28-0000000000b\($0)" } + ["28-0000000000c0", "28-0000000000c1"]

  @Test func anAgentWithoutATemperatureOffersNothingAndSaysWhy() async throws {
    let place = try TemporaryDirectory()
    let boardDirectory = try hastyBoard(in: place.path)
    let board = try Board.load(directory: boardDirectory)
    let boiler = try SimulatedBoiler(
      board: board, settings: SimulationSettings(initialTemperature: Celsius(46)),
      directory: place.path + "/machine", processors: 2)
    var site = TestSite()
    site.board = boardDirectory
    site.sensorRoot = boiler.directory

    // As after a power failure: every probe says 85 °C until its first conversion.
    try await show(.powerOnValue, on: boiler)
    try await TestNetwork.with([site]) { network in
      let agent = try network.start(site)
      try await network.until("the status shows the fault") {
        network.status(site)?.faults.contains { $0.contains("85.000 °C") && $0.contains("first conversion") }
          ?? false
      }
      try expectNoHeat(network.status(site))

      try await show(nil, on: boiler)
      try await network.until("it offers slots") { (network.status(site)?.offeredSlots ?? 0) > 0 }
      #expect(network.status(site)?.faults.contains { $0.contains("28-0000000000") } == false)
      #expect(network.status(site)?.tank?.mean == Celsius(46))

      for defect in [SensorDefect.unplugged, .wrongChecksum] {
        try await show(defect, on: boiler)
        try await network.until("without sensors (\(defect)) it offers nothing") {
          network.status(site)?.offeredSlots == 0
        }
        try expectNoHeat(network.status(site))
        try await show(nil, on: boiler)
        try await network.until("it offers slots again") { (network.status(site)?.offeredSlots ?? 0) > 0 }
      }
      #expect(agent.ended == nil)
      await agent.stop()
      #expect(agent.ended == .exited(0))
    }
  }

  /// A run that is under way when the sensors are lost is stopped: nobody knows how warm the water becomes.
  @Test func aRunningTaskIsStoppedAndGivenBackWhenTheSensorsAreLost() async throws {
    let place = try TemporaryDirectory()
    let boardDirectory = try hastyBoard(in: place.path)
    let boiler = try SimulatedBoiler(
      board: Board.load(directory: boardDirectory),
      settings: SimulationSettings(initialTemperature: Celsius(46)), directory: place.path + "/machine",
      processors: 2)
    var site = TestSite()
    site.board = boardDirectory
    site.sensorRoot = boiler.directory
    try await TestNetwork.with([site]) { network in
      try await network.startAll()
      _ = try await network.post(network.bag(tasks: 1, paths: 60_000_000))
      try await network.until("the task runs") { (network.status(site)?.runningReplicas ?? 0) > 0 }
      try await show(.unplugged, on: boiler)
      try await network.until("the replica is given back") {
        try await network.events().contains { if case .declined = $0 { true } else { false } }
      }
      try await network.until("nothing runs") { network.status(site)?.runningReplicas == 0 }
      #expect(network.logged(site).contains("had to stop: the temperature of tank layer 'top' is lost"))
      #expect(network.agents.allSatisfy { $0.ended == nil })
    }
  }

  private func expectNoHeat(_ status: AgentStatus?) throws {
    let status = try #require(status)
    #expect(status.offeredSlots == 0)
    #expect(status.needsHeat == false)
    #expect(status.tank == nil)
    #expect(status.decision.contains("no heat from tasks"), "\(status.decision)")
    #expect(!status.faults.isEmpty)
  }

  /// Gives every thermometer a defect; nothing repairs them.
  private func show(_ defect: SensorDefect?, on boiler: SimulatedBoiler) async throws {
    for id in Self.thermometers {
      if let defect { await boiler.inject(defect, at: id) } else { await boiler.repair(id) }
    }
    _ = try await boiler.advance(elapsed: .milliseconds(1), busyProcessorSeconds: 0)
  }

  /// The simulated boiler's board, with sensors that are lost after two seconds rather than minutes.
  private func hastyBoard(in directory: String) throws -> String {
    let text = try LocalFile.readText(TestProcess.repository + "/hardware/simulated-boiler/board.yaml")
    let limits = "limits:\n"
    try #require(text.contains(limits))
    let hasty = text.replacing(limits, with: limits + "  sensors: {stale_after: 1 s, lost_after: 2 s}\n")
    try LocalFile.write(Array(hasty.utf8), to: directory + "/board/board.yaml", makingDirectory: true)
    return directory + "/board"
  }
}

extension LocalFile {
  fileprivate static func write(_ bytes: [UInt8], to path: String, makingDirectory: Bool) throws {
    if makingDirectory { try makeDirectory(directory(of: path)) }
    try write(bytes, to: path)
  }
}
