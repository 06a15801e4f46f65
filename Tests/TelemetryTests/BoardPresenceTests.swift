import Telemetry
import TestSupport
import Testing
import Workload

/// A board whose sensors aren't there: every one of them at once, at its place in the file.
@Suite struct BoardPresenceTests {
  private let place: TemporaryDirectory
  private let tree: TemporaryTree

  init() throws {
    place = try TemporaryDirectory()
    tree = try TemporaryTree(MachineTrees.boiler)
  }

  private func load(_ text: String) throws(BoardError) -> Board {
    do { try LocalFile.replace(Array(text.utf8), at: place.path + "/board.yaml") } catch {
      throw .unreadable(error)
    }
    return try Board.load(directory: place.path, checkingSensorsIn: tree.root)
  }

  private static let rest = """
    power: {idle: 80 W, per_busy_core: 20 W, capture: 0.9}
    limits: {tank: 70 °C, coolant: 60 °C, processor: 90 °C}
    """

  @Test func everySensorThatIsMissingIsNamedWithItsPlace() throws {
    let error = #expect(throws: BoardError.self) {
      try load(
        """
        name: wrong
        tank:
          layers:
            - {name: low, volume: 100 L, sensor: {w1: 28-0000000000b0}}
            - {name: top, volume: 100 L, sensor: [{w1: 28-0000000000b4}, {w1: 28-00000000dead}]}
          outlet: {iio: max31865}
          loss: 2 W/K
        coolant: {hwmon: samovar_loop, channel: temp9}
        processors: {temperature: [auto, {gpu: 0000:41:00.0}]}
        meter: [{hwmon: pmbus, channel: pin}, {file: /heat/power1_input}]
        demand: {thermostat: {gpio: pinctrl-bcm2835, line: 4}, power: 4 kW}
        fans:
          - {name: pump, sensor: {hwmon: samovar_loop, channel: fan1}, least: 500 rpm}
        \(Self.rest)
        """)
    }
    let file = place.path + "/board.yaml"
    let lines = try #require(error).description.split(separator: "\n").map(String.init)
    let starts = [
      "5:66: there is no thermometer 28-00000000dead in \(tree.path)/sys/bus/w1/devices, which has 28-0000000000b0, ",
      "6:11: there is no IIO device named 'max31865' in \(tree.path)/sys/bus/iio/devices, which has nothing",
      "8:10: cannot read \(tree.path)/sys/class/hwmon/hwmon0/temp9_input: No such file or directory",
      "9:34: NVML says: a tree of files has no NVIDIA library",
      "10:9: there is no hwmon chip named 'pmbus' in \(tree.path)/sys/class/hwmon, which has samovar_loop",
      "10:39: cannot read \(tree.path)/heat/power1_input: No such file or directory; nothing has written this file yet",
      "11:22: there is no GPIO chip labelled 'pinctrl-bcm2835' in \(tree.path)/dev, which has nothing",
      "13:26: cannot read \(tree.path)/sys/class/hwmon/hwmon0/fan1_input: No such file or directory",
    ]
    #expect(lines.count == starts.count)
    for (line, start) in zip(lines, starts) {
      #expect(line.hasPrefix("\(file):\(start)"), "\(line)")
    }
  }

  /// A probe that is there and says nonsense is for the sampler to judge: the file is right.
  @Test func aSensorThatIsThereAndBrokenIsNoMistake() throws {
    try tree.write("sys/bus/w1/devices/28-0000000000b4/temperature", "85000\n")
    let board = try load(
      """
      name: right
      tank: {layers: [{name: top, volume: 100 L, sensor: {w1: 28-0000000000b4}}], loss: 2 W/K}
      demand: /heat/demand_w
      \(Self.rest)
      """)
    #expect(board.demand == .file(path: "/heat/demand_w"))
  }

  @Test func whatASensorMayNotSayIsSaidBeforeAnyIsLookedFor() throws {
    let error = #expect(throws: BoardError.self) {
      try load(
        """
        name: wrong
        coolant: [{hwmon: a, channel: temp1}, {hwmon: a, channel: temp1}]
        meter: []
        processors: {temperature: [all, {gpu: 41:00}]}
        demand: {sg_ready: [{file: /a}, {file: /a}], encouraged: 3 kW, ordered: 2 kW}
        fans: [{name: pump, sensor: {w1: 28-0000000000b0}, least: 500}]
        \(Self.rest)
        """)
    }
    let lines = try #require(error).description.split(separator: "\n")
    let said = lines.map { String($0.dropFirst(place.path.utf8.count + "/board.yaml:".utf8.count)) }
    #expect(
      said == [
        "2:10: coolant names one sensor twice; its vote would count double",
        "3:8: meter must name at least one meter",
        "4:28: temperature[0] must be one of auto, not 'all'",
        "4:39: gpu must be a place on the PCI bus such as 0000:41:00.0, not '41:00'",
        "5:20: sg_ready must be the two contacts of SG Ready, in their order",
        "6:29: sensor must name one sensor, by one of hwmon",
        "6:30: unknown key 'w1' in sensor; known here: hwmon",
        "6:59: least must be turns a minute, but '500' has no unit; use one of 1/min, rpm",
      ])
  }
}
