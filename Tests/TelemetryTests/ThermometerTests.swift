import Telemetry
import Testing
import Workload

@Suite struct ThermometerTests {
  @Test func chipsAreKnownByNameAndDeviceWithTheirLabelsAndBounds() throws {
    let chips = Hwmon.all(in: try TemporaryTree(MachineTrees.intelServer).root)
    #expect(chips.faults.isEmpty)
    #expect(
      chips.devices.map(\.device) == ["/sys/devices/platform/coretemp.0", "/sys/devices/platform/coretemp.1"])
    let second = try #require(chips.devices.last)
    #expect(second.temperatures.map(\.channel) == ["temp1", "temp2", "temp4"])
    #expect(second.temperatures[0].label == "Package id 1")
    #expect(second.temperatures[0].input == .value(Celsius(51)))
    #expect(second.temperatures[0].max == Celsius(84))
    #expect(second.temperatures[0].critical == Celsius(100))
    #expect(second.temperatures[2].input == .value(Celsius(85)))
  }

  @Test func aFlaggedProbeIsAFaultAndItsNeighbourStillCounts() throws {
    var machine = SysfsTree()
    machine.put("sys/class/hwmon/hwmon0/name", "nct6775")
    machine.put("sys/class/hwmon/hwmon0/temp1_input", "127500")
    machine.put("sys/class/hwmon/hwmon0/temp1_fault", "1")
    machine.put("sys/class/hwmon/hwmon0/temp2_input", "-3500")
    machine.put("sys/class/hwmon/hwmon0/temp2_fault", "0")
    machine.put("sys/class/hwmon/hwmon0/temp3_input", "broken")
    let tree = try TemporaryTree(machine)
    let chip = try #require(Hwmon.all(in: tree.root).devices.first)
    #expect(chip.temperatures[0].input.error?.cause == .flagged)
    #expect(chip.temperatures[1].input == .value(Celsius(-3.5)))
    #expect(chip.temperatures[2].input.error?.cause == .malformed(text: "broken", expected: "a whole number"))
  }

  @Test func attributesOfOldDriversStandUnderDevice() throws {
    var machine = SysfsTree()
    machine.put("sys/devices/platform/it87.656/name", "it8728")
    machine.put("sys/devices/platform/it87.656/temp1_input", "38000")
    machine.link("sys/class/hwmon/hwmon3/device", to: "../../../devices/platform/it87.656")
    let chip = try #require(Hwmon.all(in: try TemporaryTree(machine).root).devices.first)
    #expect(chip.name == "it8728")
    #expect(chip.temperatures.map(\.input) == [.value(Celsius(38))])
  }

  @Test func oneBadZoneDoesNotLoseTheOthers() throws {
    var machine = SysfsTree()
    for (number, type) in ["acpitz", "x86_pkg_temp", "iwlwifi_1"].enumerated() {
      machine.put("sys/class/thermal/thermal_zone\(number)/type", type)
      machine.put("sys/class/thermal/thermal_zone\(number)/temp", "4\(number)000")
    }
    machine.put("sys/class/thermal/thermal_zone1/trip_point_0_type", "critical")
    machine.put("sys/class/thermal/thermal_zone1/trip_point_0_temp", "105000")
    machine.put("sys/class/thermal/cooling_device0/type", "Processor")
    let tree = try TemporaryTree(machine)
    // iwlwifi answers ENODATA while the radio is off.
    let zones = ThermalZone.all(in: tree.root { $0.contains("zone2/temp") ? 61 : nil })
    #expect(zones.devices.map(\.type) == ["acpitz", "x86_pkg_temp", "iwlwifi_1"])
    #expect(zones.devices.map(\.temperature.value) == [Celsius(40), Celsius(41), nil])
    #expect(zones.devices[2].temperature.error?.isTransient == true)
    #expect(zones.devices[1].trips.map(\.temperature) == [Celsius(105)])
  }

  @Test func oneWireSlavesAreBelievedOnlyWithTheirChecksum() {
    let good = "72 01 4b 46 7f ff 0e 10 57 : crc=57 YES\n72 01 4b 46 7f ff 0e 10 57 t=23125"
    #expect(W1Therm.parseSlave(good) == .millidegrees(23125))
    #expect(W1Therm.parseSlave(good.replacing("YES", with: "NO")) == .wrongChecksum)
    for text in ["", "crc=57 YES", good.replacing("t=23125", with: "t=warm"), good + "\nmore", "YES\nt=1"] {
      #expect(W1Therm.parseSlave(text) == .malformed)
    }
  }

  @Test func oneWireThermometersAreTellableFromTheBus() throws {
    var machine = MachineTrees.boiler
    machine.put("sys/bus/w1/devices/05-000000000001/state", "1")
    machine.put(
      "sys/bus/w1/devices/28-0000000000d0/w1_slave", "50 05 4b 46 7f ff 0c 10 1c : crc=1c YES\n50 05 t=-10125"
    )
    let found = W1Therm.all(in: try TemporaryTree(machine).root)
    #expect(found.devices.count == 8)
    #expect(found.devices.first?.resolution == 12)
    #expect(found.devices.last?.temperature == .value(Celsius(-10.125)))
  }

  @Test(arguments: [
    (["in_temp_raw": "200", "in_temp_offset": "-50", "in_temp_scale": "125"], 18.75),
    (["in_temp_raw": "200", "in_temp_scale": "31.25"], 6.25),
    (["in_temp_input": "21500"], 21.5),
    (["in_temp_raw": "-80", "in_temp_scale": "62.5"], -5.0),
  ])
  func convertersAddTheOffsetBeforeTheyScale(attributes: [String: String], celsius: Double) throws {
    var machine = SysfsTree()
    machine.put("sys/bus/iio/devices/iio:device0/name", "max31865")
    for (name, text) in attributes { machine.put("sys/bus/iio/devices/iio:device0/" + name, text) }
    let found = IIO.all(in: try TemporaryTree(machine).root)
    #expect(found.devices.first?.temperatures.map(\.value) == [.value(Celsius(celsius))])
    #expect(found.devices.first?.temperatures.map(\.channel) == ["temp"])
  }

  @Test func numberedConverterChannelsShareOneScale() throws {
    var machine = SysfsTree()
    let device = "sys/bus/iio/devices/iio:device1/"
    machine.put(device + "name", "max31856")
    machine.put(device + "in_temp0_raw", "10")
    machine.put(device + "in_temp_ambient_raw", "20")
    machine.put(device + "in_temp_scale", "1000")
    let found = try #require(IIO.all(in: try TemporaryTree(machine).root).devices.first)
    #expect(found.temperatures.map(\.channel) == ["temp0", "temp_ambient"])
    #expect(found.temperatures.map(\.value) == [.value(Celsius(10)), .value(Celsius(20))])
  }
}
