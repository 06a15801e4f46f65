import FoundationEssentials
import Scheduling
import Simulation
import Telemetry
import TestSupport
import Testing
import Workload

/// A directory of its own for each test.
final class Place {
  private let directory: TemporaryDirectory
  var path: String { directory.path }

  init() throws { directory = try TemporaryDirectory() }

  /// Whether it could be written.
  func replace(_ file: String, with text: String) -> Bool {
    FileManager.default.createFile(atPath: path + file, contents: Data(text.utf8))
  }

  func text(_ file: String) -> String? {
    FileManager.default.contents(atPath: path + file).map { String(decoding: $0, as: UTF8.self) }
  }
}

/// Reads what the simulation shows with the readers of real machines.
@Suite struct SimulatedSysfsTests {
  static let board = Board(
    name: "simulated",
    tank: Tank(
      layers: (0..<5).map {
        TankLayer(name: "layer\($0)", volume: Litres(60), sensor: .oneWire(id: "28-0000000000b\($0)"))
      }, outlet: .oneWire(id: "28-0000000000c0"), inlet: .oneWire(id: "28-0000000000c1"),
      lossWattsPerKelvin: 2),
    coolant: .hwmon(name: "samovar_loop", device: nil, channel: "temp1"),
    demand: .file(path: "/heat/demand_w"),
    power: PowerModel(idle: Watts(80), perBusyCore: Watts(25), capture: 0.92),
    limits: BoardLimits(tank: Celsius(75), coolant: Celsius(68), processor: Celsius(95)))

  private func measured(_ layers: [Double], microjoules: Double = 0) -> SimulatedSysfs.Measured {
    SimulatedSysfs.Measured(
      layers: layers.map { Celsius($0) }, inlet: Celsius(10), coolant: Celsius(48.123),
      processor: Celsius(61.5),
      microjoules: microjoules, demand: Watts(312))
  }

  private let now = Instant(1_700_000_000_000)

  @Test func readersFindEveryQuantityToWithinTheSensorsResolution() throws {
    let place = try Place()
    var tree = try SimulatedSysfs(board: Self.board, directory: place.path, processors: 4)
    var random = SplitMix(state: 8)
    var sampler = HeatSampler(board: Self.board, root: SysfsRoot(place.path))
    for round in 0..<50 {
      let layers = (0..<5).map { _ in random.between(-5, 84) }.sorted()
      try tree.show(measured(layers))
      let snapshot = sampler.sample(at: now + .seconds(round))
      #expect(snapshot.tank.count == 5)
      for (layer, truth) in zip(snapshot.tank, layers) {
        #expect(layer.temperature.quality == .good)
        // A sixteenth of a degree, and the kernel cuts to millidegrees.
        #expect(abs((layer.temperature.usable?.value ?? -99) - truth) <= 1.0 / 32 + 0.001)
      }
      #expect(abs((snapshot.outlet?.usable?.value ?? -99) - layers[4]) <= 1.0 / 32 + 0.001)
      #expect(snapshot.inlet?.usable == Celsius(10))
      #expect(snapshot.coolant?.usable == Celsius(48.123))
      #expect(snapshot.processors.map(\.usable) == [Celsius(61.5)])
      #expect(
        snapshot.machine == MachineCounts(onlineProcessors: [0, 1, 2, 3], cores: 4, packages: 1, gpus: 0))
      #expect(snapshot.permission == .allowed)
    }
  }

  @Test func theTreeHasTheKernelsForm() throws {
    let place = try Place()
    var tree = try SimulatedSysfs(board: Self.board, directory: place.path, processors: 2)
    try tree.show(measured([23.125, 30, 40, 50, 60]))
    #expect(
      place.text("/sys/bus/w1/devices/28-0000000000b0/w1_slave")
        == "72 01 4b 46 7f ff 0e 10 57 : crc=57 YES\n72 01 4b 46 7f ff 0e 10 57 t=23125\n")
    #expect(place.text("/sys/bus/w1/devices/28-0000000000b0/temperature") == "23125\n")
    #expect(place.text("/sys/class/hwmon/hwmon0/name") == "samovar_loop\n")
    #expect(place.text("/sys/class/hwmon/hwmon1/temp1_label") == "Package id 0\n")
    #expect(place.text("/sys/devices/system/cpu/online") == "0-1\n")
    #expect(place.text("/heat/demand_w") == "312\n")
    #expect(
      SysfsRoot(place.path).resolve("/sys/class/hwmon/hwmon0/device") == "/sys/devices/platform/samovar_loop")
  }

  @Test func theEnergyCounterTurnsAndIsStillCountedRight() throws {
    let place = try Place()
    let root = SysfsRoot(place.path)
    var tree = try SimulatedSysfs(board: Self.board, directory: place.path, processors: 1)
    let range = Double(SimulatedSysfs.energyRange)
    try tree.show(measured([20, 20, 20, 20, 20], microjoules: range - 40e6))
    let before = EnergySample.read(in: root, at: now)
    try tree.show(measured([20, 20, 20, 20, 20], microjoules: range + 60e6))
    let after = EnergySample.read(in: root, at: now + .seconds(1))
    #expect(after.sample.counters["intel-rapl:0"]?.microjoules == 60_000_000)
    let use = after.sample.energy(since: before.sample)
    #expect(abs(use.joules.value - 100) < 1e-5)
    #expect(use.gaps.isEmpty)
  }

  @Test func defectsAreSeenAsWhatTheyAre() throws {
    let place = try Place()
    var tree = try SimulatedSysfs(board: Self.board, directory: place.path, processors: 1)
    var sampler = HeatSampler(board: Self.board, root: SysfsRoot(place.path))
    let layers = [20.0, 30, 40, 50, 55]
    try tree.show(measured(layers))
    _ = sampler.sample(at: now)
    tree.inject(.powerOnValue, at: "28-0000000000b0")
    tree.inject(.unplugged, at: "28-0000000000b1")
    tree.inject(.wrongChecksum, at: "28-0000000000b2")
    tree.inject(.stuck, at: "28-0000000000b3")
    try tree.show(measured(layers.map { $0 + 1 }))
    #expect(place.text("/sys/bus/w1/devices/28-0000000000b0/temperature") == "85000\n")
    let snapshot = sampler.sample(at: now + .seconds(1))
    let kinds = snapshot.faults.map(\.kind)
    #expect(kinds.contains(.powerOnValue))
    #expect(kinds.contains(.absent))
    #expect(kinds.contains(.checksum))
    #expect(snapshot.tank[3].temperature.usable == Celsius(50))
    #expect(snapshot.tank[4].temperature.usable == Celsius(56))
    for id in tree.thermometerIDs { tree.repair(id) }
    try tree.show(measured(layers.map { $0 + 2 }))
    let repaired = sampler.sample(at: now + .seconds(2))
    #expect(repaired.tank.map(\.temperature.usable) == layers.map { Celsius($0 + 2) })
  }

  @Test func aReaderNeverSeesHalfAFile() throws {
    let place = try Place()
    var tree = try SimulatedSysfs(board: Self.board, directory: place.path, processors: 1)
    try tree.show(measured([20, 20, 20, 20, 20]))
    let directory = place.path + "/sys/bus/w1/devices/28-0000000000b0"
    let before = try FileManager.default.attributesOfItem(atPath: directory + "/temperature")[
      .systemFileNumber]
    try tree.show(measured([21, 20, 20, 20, 20]))
    let after = try FileManager.default.attributesOfItem(atPath: directory + "/temperature")[
      .systemFileNumber]
    // Another file took its place; nothing was written into the one that a reader may have open.
    #expect(before as? Int != after as? Int)
    let names = try FileManager.default.contentsOfDirectory(atPath: directory).sorted()
    #expect(names == ["name", "resolution", "temperature", "w1_slave"])
  }

  @Test func aBoardWhoseSensorsAreNotSimulatedIsRefusedByName() throws {
    let place = try Place()
    var board = Self.board
    board.tank?.outlet = .file(path: "/heat/outlet")
    #expect(throws: SimulationError.sensorNotSimulated(quantity: "the outlet", source: "/heat/outlet")) {
      _ = try SimulatedSysfs(board: board, directory: place.path, processors: 1)
    }
    board.tank = nil
    #expect(throws: SimulationError.noTank(board: "simulated")) {
      _ = try SimulatedSysfs(board: board, directory: place.path, processors: 1)
    }
  }

  @Test func aDirectoryThatCannotBeMadeIsAnErrorThatNamesIt() throws {
    let error = #expect(throws: SimulationError.self) {
      _ = try SimulatedSysfs(board: Self.board, directory: "/proc/no/such", processors: 1)
    }
    #expect(try #require(error).description.contains("/proc/no"))
  }
}
