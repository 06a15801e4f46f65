import FoundationEssentials
import Synchronization
import Telemetry
import Testing
import Workload

/// The boiler's board over trees in which sensors fail as they do in the field.
@Suite struct HeatSamplerTests {
  private let board: Board
  private let now = Instant(1_800_000_000_000)

  init() throws {
    board = try Board.load(
      directory: String(#filePath.dropLast("Tests/TelemetryTests/HeatSamplerTests.swift".count))
        + "hardware/simulated-boiler")
  }

  private func boiler() throws -> TemporaryTree {
    let tree = try TemporaryTree(MachineTrees.boiler)
    try tree.touch("heat/demand_w", atSecond: 1_800_000_000)
    return tree
  }

  private func sample(_ root: SysfsRoot) -> HeatSnapshot {
    var sampler = HeatSampler(board: board, root: root)
    return sampler.sample(at: now)
  }

  private let top = "sys/bus/w1/devices/28-0000000000b4/temperature"

  @Test func aSoundBoilerIsReadWholeAndHeatIsAllowed() throws {
    let snapshot = sample(try boiler().root)
    #expect(snapshot.tank.map(\.name) == ["bottom", "lower", "middle", "upper", "top"])
    #expect(snapshot.tank.map(\.temperature.value) == [21.5, 30, 41.25, 50, 55.062].map { Celsius($0) })
    #expect(snapshot.tank.allSatisfy { $0.temperature.quality == .good && $0.temperature.takenAt == now })
    #expect(snapshot.outlet?.value == Celsius(54))
    #expect(snapshot.inlet?.value == Celsius(12))
    #expect(snapshot.coolant?.value == Celsius(58))
    #expect(snapshot.demand == .good(Watts(1500), at: now))
    #expect(snapshot.energy.counters["intel-rapl:0"]?.microjoules == 1_000_000)
    #expect(snapshot.machine == MachineCounts(onlineProcessors: [0, 1], cores: 2, packages: 1, gpus: 0))
    #expect(snapshot.faults.isEmpty)
    #expect(snapshot.permission == .allowed)
    #expect(abs((snapshot.meanTankTemperature?.value ?? 0) - 39.5624) < 1e-9)
  }

  @Test func aSnapshotSurvivesJSONWithItsFaultsAndQualities() throws {
    let tree = try boiler()
    try tree.write(top, "85000\n")
    let snapshot = sample(tree.root)
    #expect(try JSONDecoder().decode(HeatSnapshot.self, from: JSONEncoder().encode(snapshot)) == snapshot)
  }

  @Test func powerComesFromTheCountersOnTheSecondSample() throws {
    let tree = try boiler()
    var sampler = HeatSampler(board: board, root: tree.root)
    #expect(sampler.sample(at: now).powerOrigin == .none)
    try tree.write("sys/class/powercap/intel-rapl:0/energy_uj", "251000000\n")
    let second = sampler.sample(at: now + .seconds(2))
    #expect(second.power == .good(Watts(125), at: now + .seconds(2)))
    #expect(second.powerOrigin == .rapl)
  }

  /// errno values as the kernel gives them: EIO 5, EAGAIN 11, ENXIO 6, ENODATA 61, EINVAL 22.
  @Test(arguments: [Int32(5), 11, 6, 61, 22])
  func aSensorThatFailsIsAFaultAndItsLastValueIsHeld(errno: Int32) throws {
    let tree = try boiler()
    let failing = Switch()
    var sampler = HeatSampler(
      board: board, root: tree.root { failing.isOn && $0.hasSuffix("b4/temperature") ? errno : nil })
    #expect(sampler.sample(at: now).faults.isEmpty)
    failing.isOn = true
    let held = sampler.sample(at: now + .seconds(30))
    #expect(held.tank[4].temperature.usable == Celsius(55.062))
    #expect(held.tank[4].temperature.age(at: now + .seconds(30)) == .seconds(30))
    #expect(held.tank[3].temperature.quality == .good)
    #expect(held.faults.map(\.kind) == [.unreadable])
    #expect(held.permission == .allowed)
    #expect(sampler.sample(at: now + .seconds(90)).tank[4].temperature.quality == .stale)
    let lost = sampler.sample(at: now + .seconds(301))
    #expect(lost.tank[4].temperature.usable == nil)
    #expect(lost.permission == .forbidden(reasons: ["the temperature of tank layer 'top' is lost"]))
    failing.isOn = false
    #expect(sampler.sample(at: now + .seconds(302)).permission == .allowed)
  }

  @Test func eioSaysWhatWasTriedWhereAndWhatToDo() throws {
    let tree = try boiler()
    let snapshot = sample(tree.root { $0.hasSuffix("b4/temperature") ? 5 : nil })
    #expect(
      snapshot.faults.map(\.description) == [
        "tank layer 'top' (w1 28-0000000000b4): cannot read \(tree.path)/\(top): Input/output error; the device does "
          + "not answer: check its wiring, its pull-up resistor and its power"
      ])
  }

  /// The kernel itself says EIO: nothing is mapped at the beginning of a process's memory.
  @Test func aRealInputOutputErrorIsAFault() throws {
    let tree = try boiler()
    try tree.remove(top)
    try tree.link(top, to: "/proc/self/mem")
    let snapshot = sample(tree.root)
    #expect(snapshot.faults.map(\.kind) == [.unreadable])
    #expect(snapshot.faults.first?.detail == "cannot read \(tree.path)/\(top): Input/output error")
    #expect(snapshot.tank[3].temperature.quality == .good)
  }

  @Test func a85000OnPowerUpIsNoTemperature() throws {
    let tree = try boiler()
    try tree.write(top, "85000\n")
    var sampler = HeatSampler(board: board, root: tree.root)
    let powerUp = sampler.sample(at: now)
    #expect(powerUp.tank[4].temperature == .lost(at: now))
    #expect(powerUp.faults.map(\.kind) == [.powerOnValue])
    #expect(!powerUp.permission.isAllowed)
    try tree.write(top, "55000\n")
    #expect(sampler.sample(at: now + .seconds(1)).permission == .allowed)
  }

  @Test func aBusThatLostItsPowerForbidsHeat() throws {
    let tree = try boiler()
    for layer in 0..<5 { try tree.write("sys/bus/w1/devices/28-0000000000b\(layer)/temperature", "85000\n") }
    let snapshot = sample(tree.root)
    #expect(snapshot.tank.allSatisfy { $0.temperature.usable == nil })
    #expect(snapshot.faults.count { $0.kind == .powerOnValue } == 5)
    #expect(!snapshot.permission.isAllowed)
    #expect(snapshot.meanTankTemperature == nil)
  }

  @Test(arguments: [
    ("", SensorFault.Kind.malformed), ("\n", .malformed), ("warm", .malformed), ("127937", .weakPower),
    ("-127000", .outOfRange), ("99999999999999999999", .malformed), ("4.5", .malformed),
    ("\0\0\0", .malformed),
  ])
  func whatIsNoTemperatureIsAFaultOfItsKind(text: String, kind: SensorFault.Kind) throws {
    let tree = try boiler()
    try tree.write(top, text)
    #expect(sample(tree.root).faults.map(\.kind) == [kind])
  }

  @Test func aDirectoryInPlaceOfAnAttributeIsAFault() throws {
    var machine = MachineTrees.boiler
    machine.entries[top] = SysfsTree.Entry(.directory, mode: 0o755)
    let tree = try TemporaryTree(machine)
    try tree.touch("heat/demand_w", atSecond: 1_800_000_000)
    let faults = sample(tree.root).faults
    #expect(faults.map(\.kind) == [.unreadable])
    #expect(faults.first?.detail.hasSuffix("Is a directory") == true)
  }

  @Test func aWrongChecksumHoldsTheOldValueBack() throws {
    var machine = MachineTrees.boiler
    machine.entries[top] = nil
    machine.put("sys/bus/w1/devices/28-0000000000b4/w1_slave", "50 05 : crc=1c NO\n50 05 t=55000")
    let tree = try TemporaryTree(machine)
    try tree.touch("heat/demand_w", atSecond: 1_800_000_000)
    let snapshot = sample(tree.root)
    #expect(snapshot.faults.map(\.kind) == [.checksum])
    #expect(snapshot.tank[4].temperature.usable == nil)
  }

  @Test func aChipThatComesBackUnderAnotherNumberIsFoundAgain() throws {
    let tree = try boiler()
    var sampler = HeatSampler(board: board, root: tree.root)
    #expect(sampler.sample(at: now).coolant?.quality == .good)
    for file in ["name", "temp1_input"] { try tree.remove("sys/class/hwmon/hwmon0/" + file) }
    try tree.remove("sys/class/hwmon/hwmon0")
    let gone = sampler.sample(at: now + .seconds(1))
    #expect(gone.faults.map(\.kind) == [.absent])
    #expect(gone.coolant?.usable == Celsius(58))
    var again = SysfsTree()
    again.put("sys/class/hwmon/hwmon0/name", "nvme")
    again.put("sys/class/hwmon/hwmon0/temp1_input", "33000")
    again.put("sys/class/hwmon/hwmon7/name", "samovar_loop")
    again.put("sys/class/hwmon/hwmon7/temp1_input", "57000")
    try again.unpack(into: tree.path)
    #expect(sampler.sample(at: now + .seconds(2)).coolant == .good(Celsius(57), at: now + .seconds(2)))
  }

  @Test func aThermometerThatIsPulledOutIsNamedWithThoseThatAreThere() throws {
    let tree = try boiler()
    try tree.remove(top)
    try tree.remove("sys/bus/w1/devices/28-0000000000b4")
    let fault = try #require(sample(tree.root).faults.first)
    #expect(fault.kind == .absent)
    #expect(fault.detail.contains("no thermometer 28-0000000000b4"))
    #expect(fault.detail.contains("28-0000000000b3"))
  }

  @Test func aDemandThatNobodyWritesIsTooOldAndThenLost() throws {
    let tree = try boiler()
    try tree.touch("heat/demand_w", atSecond: 1_799_999_900)
    let stale = sample(tree.root)
    #expect(stale.demand?.quality == .stale)
    #expect(stale.faults.map(\.kind) == [.tooOld])
    try tree.touch("heat/demand_w", atSecond: 1_799_999_000)
    #expect(sample(tree.root).demand?.usable == nil)
    try tree.write("heat/demand_w", "-5")
    #expect(sample(tree.root).faults.map(\.kind) == [.malformed])
  }

  @Test func exchangedProbesAreReportedAndStillRead() throws {
    let tree = try boiler()
    try tree.write("sys/bus/w1/devices/28-0000000000b0/temperature", "52000")
    let snapshot = sample(tree.root)
    #expect(snapshot.faults.map(\.kind) == [.inverted])
    #expect(snapshot.faults.first?.quantity == "tank layer 'bottom'")
    #expect(snapshot.permission == .allowed)
  }

  @Test func anOldSnapshotForbidsHeatSinceAReadMayHang() throws {
    let snapshot = sample(try boiler().root)
    #expect(snapshot.permission(at: now + .seconds(300)) == .allowed)
    #expect(
      snapshot.permission(at: now + .seconds(301))
        == .forbidden(reasons: ["the last sample of the sensors is 301 s old"]))
  }

  @Test func nothingAtAllIsAllFaultsAndNoHeat() throws {
    let snapshot = sample(try TemporaryTree().root)
    #expect(snapshot.tank.allSatisfy { $0.temperature.quality == .lost })
    #expect(snapshot.faults.count == 9)
    #expect(!snapshot.permission.isAllowed)
  }

  @Test func processorsAreDetectedByPackageAndByChiplet() throws {
    var generic = board
    generic.tank = nil
    generic.coolant = nil
    generic.demand = nil
    generic.meter = .hwmon(name: "pmbus", device: nil, channel: "pin")
    let amd = try TemporaryTree(MachineTrees.amdServer)
    var sampler = HeatSampler(board: generic, root: amd.root)
    let snapshot = sampler.sample(at: now)
    #expect(snapshot.processors.map(\.value) == [Celsius(64.5)])
    #expect(snapshot.power == .good(Watts(412), at: now))
    #expect(snapshot.powerOrigin == .meter)
    #expect(snapshot.machine.gpus == 2)
    #expect(snapshot.permission == .forbidden(reasons: ["the board has no tank"]))
    generic.meter = nil
    var intel = HeatSampler(board: generic, root: try TemporaryTree(MachineTrees.intelServer).root)
    #expect(intel.sample(at: now).processors.map(\.value) == [Celsius(50), Celsius(51)])
  }

  @Test func twoChipsOfOneNameAreToldApartByTheirDevice() throws {
    let tree = try TemporaryTree(MachineTrees.intelServer)
    var board = board
    board.tank = nil
    board.demand = nil
    board.coolant = .hwmon(name: "coretemp", device: nil, channel: "Package id 1")
    var unclear = HeatSampler(board: board, root: tree.root)
    let fault = try #require(unclear.sample(at: now).faults.first)
    #expect(fault.advice == "say `device:` with the end of one of these paths in the board file")
    #expect(fault.detail.hasSuffix("/sys/devices/platform/coretemp.0, /sys/devices/platform/coretemp.1"))
    board.coolant = .hwmon(name: "coretemp", device: "coretemp.1", channel: "Package id 1")
    var clear = HeatSampler(board: board, root: tree.root)
    #expect(clear.sample(at: now).coolant?.value == Celsius(51))
  }

  @Test func machineCountsComeFromTheMachineWhereSensorsAreSimulated() throws {
    let machine = try TemporaryTree(MachineTrees.intelServer)
    var sampler = HeatSampler(board: board, root: try boiler().root, machine: machine.root)
    #expect(sampler.sample(at: now).machine.cores == 4)
  }

  @Test func twoHundredSensorsAreReadWithoutAnError() throws {
    var machine = SysfsTree()
    for chip in 0..<20 {
      machine.put("sys/class/hwmon/hwmon\(chip)/name", "chip\(chip)")
      for channel in 1...5 {
        machine.put("sys/class/hwmon/hwmon\(chip)/temp\(channel)_input", "\(chip + channel)000")
      }
    }
    for index in 0..<100 {
      let digits = String(index, radix: 16)
      let id = "28-" + String(repeating: "0", count: 12 - digits.count) + digits
      machine.put("sys/bus/w1/devices/\(id)/temperature", "\(20000 + index * 100)")
    }
    let root = try TemporaryTree(machine).root
    let chips = Hwmon.all(in: root)
    let thermometers = W1Therm.all(in: root)
    #expect(chips.faults.isEmpty && thermometers.faults.isEmpty)
    #expect(chips.devices.map(\.entry).prefix(11).last == "hwmon10")
    let values =
      chips.devices.flatMap(\.temperatures).compactMap(\.input.value)
      + thermometers.devices.compactMap(\.temperature.value)
    #expect(values.count == 200)
  }
}

/// A fault that a test turns on and off.
private final class Switch: Sendable {
  private let state = Mutex(false)
  var isOn: Bool {
    get { state.withLock { $0 } }
    set { state.withLock { $0 = newValue } }
  }
}
