import Foundation
import Telemetry
import Testing
import Workload

/// The repository's boards, beside `Tests`.
private let hardware = String(#filePath.dropLast("Tests/TelemetryTests/BoardTests.swift".count)) + "hardware"

@Suite struct BoardTests {
  @Test func theSimulatedBoilerIsReadWhole() throws {
    let board = try Board.load(directory: hardware + "/simulated-boiler")
    let tank = try #require(board.tank)
    #expect(tank.layers.map(\.name) == ["bottom", "lower", "middle", "upper", "top"])
    #expect(tank.volume == Litres(300))
    #expect(tank.layers.last?.sensor == .oneWire(id: "28-0000000000b4"))
    #expect(board.coolant == .hwmon(name: "samovar_loop", device: nil, channel: "temp1"))
    #expect(board.demand == .file(path: "/heat/demand_w"))
    #expect(board.limits.tank == Celsius(75))
    #expect(board.power.draw(busyCores: 2) == Watts(580))
    #expect(board.limits.sensors.kelvinPerMinute == nil)
  }

  private static let names = [
    "arm-board", "epyc-server", "generic", "ryzen-amdgpu", "simulated-boiler", "tank-rack", "water-boiler",
    "xeon-server",
  ]

  @Test func everyBoardOfTheRepositoryIsTested() throws {
    let entries = try FileManager.default.contentsOfDirectory(atPath: hardware)
    #expect(entries.filter { !$0.contains(".") }.sorted() == Self.names)
  }

  /// A board's captured tree is what its `board.yaml` speaks of: every sensor is there, found and plausible, and the whole
  /// report is the one in `report.txt`. `SAMOVAR_RECORD=1` writes it, for somebody who reads what changed.
  @Test(arguments: names)
  func everyBoardReadsItsOwnTreeAsItsReportSays(name: String) throws {
    let captured = try String(contentsOfFile: "\(hardware)/\(name)/sysfs.txt", encoding: .utf8)
    let tree = try TemporaryTree(try SysfsTree(parsing: captured))
    let board = try Board.load(directory: hardware + "/" + name, checkingSensorsIn: tree.root)
    #expect(board.name == name)
    #expect(!board.sources.isEmpty)
    for file in board.files { try tree.touch(String(file.dropFirst()), atSecond: 1_800_000_000) }
    let report = HardwareReport.read(in: tree.root, board: board, at: Instant(1_800_000_000_000))
    let snapshot = try #require(report.snapshot)
    #expect(snapshot.faults == [])
    #expect(snapshot.permission.isAllowed == (board.tank != nil))
    #expect(snapshot.machine.cores > 0)
    let text = report.text.replacing(tree.path, with: "ROOT") + "\n"
    let golden = "\(hardware)/\(name)/report.txt"
    if ProcessInfo.processInfo.environment["SAMOVAR_RECORD"] == "1" {
      try Data(text.utf8).write(to: URL(filePath: golden))
    }
    #expect(text == (try String(contentsOfFile: golden, encoding: .utf8)))
  }

  @Test func allMistakesOfABoardAreSaidAtOnce() throws {
    let text = """
      name: wrong
      tank:
        layers:
          - {name: a, volume: 100, sensor: {w1: 28-1}}
          - {name: b, volume: 100 L, sensor: {hwmon: x}}
        loss: 2 W
      colant: {file: relative}
      power: {idle: 80 W, per_busy_core: 20 W, capture: 1.5}
      limits: {tank: 120 °C, coolant: 60 °C, processor: 90 °C, sensors: {stale_after: 9 min}}
      """
    let mistakes = #expect(throws: Mistakes.self) { try Board.parse(text, file: "b.yaml") }
    let lines = try #require(mistakes).all.map(\.description)
    #expect(
      lines == [
        "b.yaml:4:25: volume must be a volume, but '100' has no unit; use one of L, m3",
        "b.yaml:4:43: w1 must be a thermometer's family and serial number such as 28-0000000001b0, not '28-1'",
        "b.yaml:5:40: sensor lacks 'channel'",
        "b.yaml:6:9: loss must be a loss of heat, but '2 W' has the unit 'W'; use one of W/K",
        "b.yaml:7:1: unknown key 'colant' in the file; did you mean 'coolant'?",
        "b.yaml:8:51: capture must be from 0.0 to 1.0, not 1.5",
        "b.yaml:9:16: tank must be from 30.0 to 95.0 °C, not 120.0",
        "b.yaml:9:67: stale_after must be shorter than lost_after",
      ])
  }

  @Test func aBoardThatIsNotThereSaysWhatToName() {
    let error = #expect(throws: BoardError.self) { try Board.load(directory: "/nonexistent") }
    #expect(
      error?.description
        == "cannot open /nonexistent/board.yaml: No such file or directory; name a directory that "
        + "holds a board.yaml, such as hardware/simulated-boiler")
  }
}
