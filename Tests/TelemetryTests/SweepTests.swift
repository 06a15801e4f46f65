import Glibc
import Synchronization
import TestSupport
import Testing
import Workload

@testable import Telemetry

/// Buses that are slow, hang, or lose a device: what a sweep makes of them. Waits are made by the root's injection, in the
/// place of a read.
@Suite struct SweepTests {
  private let start = Instant(1_800_000_000_000)

  /// Thermometers on two 1-Wire buses and two chips on an I2C bus.
  private func machine() -> SysfsTree {
    var tree = SysfsTree()
    for bus in 1...2 {
      tree.put("sys/devices/w1_bus_master\(bus)/therm_bulk_read", "0", mode: 0o664)
      tree.link("sys/bus/w1/devices/w1_bus_master\(bus)", to: "../../../devices/w1_bus_master\(bus)")
      for probe in 1...2 {
        let id = "28-0000000000\(bus)\(probe)"
        tree.put("sys/devices/w1_bus_master\(bus)/\(id)/temperature", "\(bus)\(probe)500")
        tree.link("sys/bus/w1/devices/\(id)", to: "../../../devices/w1_bus_master\(bus)/\(id)")
      }
    }
    for chip in 0...1 {
      let place = "sys/devices/pci0000:00/i2c-4/4-004\(chip)/hwmon/hwmon\(chip)"
      tree.put(place + "/name", "lm75")
      tree.put(place + "/temp1_input", "4\(chip)000")
      tree.link(place + "/device", to: "../..")
      tree.link(
        "sys/class/hwmon/hwmon\(chip)",
        to: "../../../devices/pci0000:00/i2c-4/4-004\(chip)/hwmon/hwmon\(chip)".replacing(
          "../../../devices", with: "../../devices"))
    }
    tree.put("sys/devices/system/cpu/online", "0")
    return tree
  }

  private func probe(_ name: String) -> TemperatureSource { .oneWire(id: "28-0000000000\(name)") }
  private func chip(_ number: Int) -> TemperatureSource {
    .hwmon(name: "lm75", device: "4-004\(number)", channel: "temp1")
  }

  private func board(_ sources: [TemperatureSource]) -> Board {
    Board(
      name: "sweep", processors: .sources(sources),
      power: PowerModel(idle: Watts(1), perBusyCore: Watts(1), capture: 0),
      limits: BoardLimits(tank: Celsius(60), coolant: Celsius(60), processor: Celsius(90)))
  }

  @Test func aConversionIsStartedOnceForTheWholeBus() throws {
    let tree = try TemporaryTree(machine())
    var sampler = HeatSampler(board: board([probe("11"), probe("12"), chip(0)]), root: tree.root)
    #expect(sampler.sample(at: start).processors.map(\.value) == [Celsius(11.5), Celsius(12.5), Celsius(40)])
    #expect(try tree.root.read("/sys/bus/w1/devices/w1_bus_master1/therm_bulk_read") == "trigger")
    #expect(try tree.root.read("/sys/bus/w1/devices/w1_bus_master2/therm_bulk_read") == "0")
  }

  /// A bus that takes long for each of its probes (here to open it, and to read it) holds up no other, and no sample but the first.
  @Test func aSlowBusIsNotWaitedForTwice() throws {
    let tree = try TemporaryTree(machine())
    let reads = Counter()
    let root = tree.root { path in
      if path.contains("w1") || path.contains("28-"), path.hasSuffix("temperature") {
        reads.add()
        usleep(900_000)
      }
      return nil
    }
    var sampler = HeatSampler(board: board([probe("11"), probe("21"), chip(0)]), root: root)
    // Two buses at once: the first sample has both, after the time of one.
    let first = sampler.sample(at: start)
    #expect(first.processors.map(\.value) == [Celsius(11.5), Celsius(21.5), Celsius(40)])
    try tree.write("sys/devices/w1_bus_master1/28-000000000011/temperature", "15500\n")
    try tree.write("sys/class/hwmon/hwmon0/temp1_input", "42000\n")
    let second = sampler.sample(at: start + .seconds(1))
    // What is quick is of now; what is slow is what it was, and dated so.
    #expect(second.processors.map(\.value) == [Celsius(11.5), Celsius(21.5), Celsius(42)])
    #expect(second.processors.map(\.takenAt) == [start, start, start + .seconds(1)])
    #expect(second.processors.allSatisfy { $0.quality == .good })
    usleep(1_200_000)
    let third = sampler.sample(at: start + .seconds(2))
    #expect(third.processors[0] == .good(Celsius(15.5), at: start + .seconds(1)))
    #expect(third.faults.isEmpty)
  }

  @Test func aReadThatHangsLosesOnlyItsOwnSensorAndComesBack() throws {
    let tree = try TemporaryTree(machine())
    let hangs = Counter(1)
    let root = tree.root { path in
      while path.contains("4-0040") || path == "/sys/class/hwmon/hwmon0/temp1_input", hangs.value > 0 {
        usleep(5_000)
      }
      return nil
    }
    var sampler = HeatSampler(board: board([chip(0), chip(1)]), root: root)
    let first = sampler.sample(at: start)
    #expect(first.processors.map(\.value) == [nil, nil], "both are on the bus that hangs")
    #expect(first.faults.map(\.kind) == [.unreadable, .unreadable])
    for second in 1...3 { _ = sampler.sample(at: start + .seconds(second)) }
    var later = sampler.sample(at: start + .seconds(5))
    later = sampler.sample(at: start + .seconds(6))
    #expect(later.processors.map(\.value) == [nil, Celsius(41)])
    #expect(later.faults.map(\.kind) == [.hanging])
    #expect(later.faults.first?.detail.contains("i2c-4 has not returned for") == true)
    hangs.set(0)
    usleep(50_000)
    _ = sampler.sample(at: start + .seconds(7))
    usleep(50_000)
    let back = sampler.sample(at: start + .seconds(8))
    #expect(back.processors.map(\.value) == [Celsius(40), Celsius(41)])
    #expect(back.faults.isEmpty)
  }

  /// hwmon3 becomes another chip while hwmon3 was open: what was read before never speaks for the new one.
  @Test func aChipThatChangesPlacesWithAnotherIsFoundByItsName() throws {
    let tree = try TemporaryTree(machine())
    var sampler = HeatSampler(board: board([chip(0), chip(1)]), root: tree.root)
    #expect(sampler.sample(at: start).processors.map(\.value) == [Celsius(40), Celsius(41)])
    for number in 0...1 { try tree.remove("sys/class/hwmon/hwmon\(number)") }
    for number in 0...1 {
      try tree.link(
        "sys/class/hwmon/hwmon\(1 - number)",
        to: "../../devices/pci0000:00/i2c-4/4-004\(number)/hwmon/hwmon\(number)")
      // As after a reload of the driver: the attributes are others than those that are open.
      let input = "sys/devices/pci0000:00/i2c-4/4-004\(number)/hwmon/hwmon\(number)/temp1_input"
      try tree.remove(input)
      try tree.write(input, "5\(number)000\n")
    }
    #expect(sampler.sample(at: start + .seconds(1)).processors.map(\.value) == [Celsius(50), Celsius(51)])
  }

  @Test func aFileThatABridgeReplacesIsReadAnewWithItsAge() throws {
    var machine = machine()
    machine.put("heat/flow", "51000")
    let tree = try TemporaryTree(machine)
    try tree.touch("heat/flow", atSecond: 1_800_000_000)
    var sampler = HeatSampler(board: board([.file(path: "/heat/flow")]), root: tree.root)
    #expect(sampler.sample(at: start).processors == [.good(Celsius(51), at: start)])
    try tree.write("heat/flow.new", "52000\n")
    try tree.touch("heat/flow.new", atSecond: 1_800_000_001)
    #expect(rename(tree.path + "/heat/flow.new", tree.path + "/heat/flow") == 0)
    let second = sampler.sample(at: start + .seconds(10))
    #expect(second.processors == [.good(Celsius(52), at: start + .seconds(1))])
  }

  /// A pair that vanished is looked for once a round, by one listing.
  @Test func missingSensorsAreNamedAndCostOneListing() throws {
    let tree = try TemporaryTree(machine())
    let names = Counter()
    let root = tree.root { path in
      if path.hasSuffix("/name") { names.add() }
      return nil
    }
    let absent = (0..<50).map { TemperatureSource.hwmon(name: "gone\($0)", device: nil, channel: "temp1") }
    var sampler = HeatSampler(board: board(absent), root: root)
    names.set(0)
    let snapshot = sampler.sample(at: start)
    #expect(snapshot.faults.count == 50)
    #expect(snapshot.faults.allSatisfy { $0.kind == .absent })
    #expect(names.value == 2, "two chips are there, and each is asked for its name once")
  }
}

/// A number that two threads share.
final class Counter: Sendable {
  private let state: Mutex<Int>
  init(_ value: Int = 0) { state = Mutex(value) }
  var value: Int { state.withLock { $0 } }
  func add() { state.withLock { $0 += 1 } }
  func set(_ value: Int) { state.withLock { $0 = value } }
}
