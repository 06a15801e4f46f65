import Glibc
import Telemetry
import TestSupport
import Testing
import Workload

/// The kernel's own drivers and sysfs, with chips whose registers the tests write: what fixtures only say sysfs is like.
/// Run by Tests/vm/sensors in the virtual machine.
@Suite(.serialized, .enabled(if: StubBus.here != nil, "only Tests/vm/sensors has chips to write to"))
struct GenuineSensorTests {
  private let root = SysfsRoot()
  private let lm75 = "0x48"
  private let jc42 = "0x18"
  private let supply = "0x58"
  private let fan = "0x1b"
  private let oneWireMaster = "0x19"
  private let thermometer = "28-0000003211a0"

  private func bus() throws -> StubBus { try #require(StubBus.here) }

  private func chip(_ name: String) throws -> Hwmon {
    let chips = Hwmon.all(in: root)
    #expect(chips.faults.isEmpty)
    return try #require(chips.devices.first { $0.name == name }, "\(chips.devices.map(\.name))")
  }

  @Test(arguments: [(0x1900, 25), (0x3780, 55.5), (0x5500, 85), (0xfb00, -5)])
  func anLM75IsReadAsItsRegisterSays(register: Int, celsius: Double) throws {
    try bus().set(lm75, 0, highFirst: UInt16(register))
    #expect(try chip("lm75").temperatures.map(\.input) == [.value(Celsius(celsius))])
  }

  @Test(arguments: [(0x0190, 25), (0x03d0, 61), (0x1f80, -8)])
  func aJC42IsReadAsItsRegisterSays(register: Int, celsius: Double) throws {
    // Its three highest bits are alarms and are no part of the value.
    try bus().set(jc42, 5, highFirst: UInt16(register) | 0xc000)
    #expect(try chip("jc42").temperatures.map(\.input) == [.value(Celsius(celsius))])
  }

  @Test(arguments: [500, 700]) func aPowerSupplySaysItsWatts(watts: Int) throws {
    // LINEAR11 with an exponent of zero: the number itself.
    try bus().set(supply, 0x97, lowFirst: UInt16(watts))
    try bus().set(supply, 0x8d, lowFirst: 55)
    let chip = try chip("pmbus")
    #expect(chip.powers.first { $0.label == "pin" }?.draw == .value(Watts(Double(watts))))
    #expect(chip.temperatures.first?.input == .value(Celsius(55)))
  }

  /// And neither temperature nor power.
  @Test func aFanTurnsAsItsControllerCounts() async throws {
    let chip = try chip("max6650")
    #expect(chip.temperatures.isEmpty && chip.powers.isEmpty)
    for (turns, perMinute) in [(UInt8(0x20), Int64(3840)), (0x60, 11520)] {
      try bus().set(fan, 0x0c, byte: turns)
      // The driver asks the chip once a second.
      try await Task.sleep(for: .milliseconds(1200))
      #expect(try self.chip("max6650").fans.map(\.speed) == [.value(TurnsPerMinute(Double(perMinute)))])
    }
  }

  @Test func aDiskHasAThermometer() throws {
    let composite = try #require(try chip("nvme").temperatures.first)
    #expect(composite.label == "Composite")
    let celsius = try #require(composite.input.value)
    #expect(celsius > Celsius(0) && celsius < Celsius(100))
  }

  /// The thermometer's nine bytes are zeros, of which the checksum is zero too; no other constant has its own.
  @Test func aOneWireThermometerIsReadAndItsSilenceIsAFault() throws {
    let bus = try bus()
    let reads = { try #require(W1Therm.all(in: root).devices.first { $0.id == thermometer }).temperature }
    #expect(try reads() == .value(Celsius(0)))
    // The presence bit of the master's status: nothing answers the reset.
    try bus.set(oneWireMaster, 0xb4, byte: 0)
    defer { try? bus.set(oneWireMaster, 0xb4, byte: 2) }
    #expect(try reads().error != nil, "w1_therm answers with an empty attribute or an error")
  }

  /// The path from registers to the permission to heat, with the chip gone in the middle of it.
  @Test func aBoardLosesAThermometerAndGetsItBack() throws {
    let bus = try bus()
    try bus.set(lm75, 0, highFirst: 0x3780)
    try bus.set(jc42, 5, highFirst: 0x0190)
    try bus.set(supply, 0x97, lowFirst: 700)
    var sampler = HeatSampler(board: board, root: root)
    let start = Instant(1_700_000_000_000)

    let whole = sample(&sampler, at: start)
    #expect(
      whole.tank.map(\.temperature) == [.good(Celsius(25), at: start), .good(Celsius(55.5), at: start)])
    #expect(whole.power == .good(Watts(700), at: start))
    #expect(whole.powerOrigin == .meter)
    #expect(whole.permission.isAllowed)
    #expect(!whole.faults.contains { $0.quantity.hasPrefix("tank") })

    try bus.remove(lm75)
    var isThere = false
    defer { if !isThere { try? bus.add("lm75", lm75) } }
    let without = sample(&sampler, at: start + .seconds(10))
    let top = try #require(without.tank.last?.temperature)
    #expect(top.value == Celsius(55.5) && top.takenAt == start)
    guard case .suspect = top.quality else {
      Issue.record("the value of before is called \(top.quality)")
      return
    }
    let fault = try #require(without.faults.first { $0.quantity == "tank layer 'top'" })
    #expect(fault.kind == .absent)
    #expect(
      fault.detail.contains("lm75") && fault.detail.contains("jc42"), "it names what is there: \(fault)")
    #expect(without.tank.first?.temperature.quality == .good, "its neighbour still counts")
    #expect(without.permission.isAllowed, "for as long as the last value is worth anything")

    let lost = sample(&sampler, at: start + .seconds(400))
    #expect(lost.tank.last?.temperature == .lost(at: start + .seconds(400)))
    #expect(!lost.permission.isAllowed)

    try bus.set(lm75, 0, highFirst: 0x3700)
    try bus.add("lm75", lm75)
    isThere = true
    let again = sample(&sampler, at: start + .seconds(410))
    #expect(again.tank.last?.temperature == .good(Celsius(55), at: start + .seconds(410)))
    #expect(again.permission.isAllowed)
  }

  /// What the sensors say now. An emulated processor takes seconds for a power supply's registers: a bus that is late gives
  /// its values with a later sample.
  private func sample(_ sampler: inout HeatSampler, at now: Instant) -> HeatSnapshot {
    var snapshot = sampler.sample(at: now)
    for round in 0..<60 {
      usleep(UInt32(500_000 * TestSlack.factor))
      snapshot = sampler.sample(at: now)
      let isLate = snapshot.faults.contains { $0.detail == "its bus has not answered yet" }
      // Twice at least: the first may have given what was read before.
      if !isLate, round > 0 { break }
    }
    return snapshot
  }

  private var board: Board {
    Board(
      name: "virtual-machine",
      tank: Tank(
        layers: [
          TankLayer(
            name: "bottom", volume: Litres(100),
            sensor: .hwmon(name: "jc42", device: nil, channel: "temp1")),
          TankLayer(
            name: "top", volume: Litres(100), sensor: .hwmon(name: "lm75", device: nil, channel: "temp1")),
        ], lossWattsPerKelvin: 2),
      processors: .sources([]), meter: .hwmon(name: "pmbus", device: nil, channel: "pin"),
      power: PowerModel(idle: Watts(100), perBusyCore: Watts(10), capture: 0.9),
      limits: BoardLimits(tank: Celsius(85), coolant: Celsius(85), processor: Celsius(95)))
  }
}
