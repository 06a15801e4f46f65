import TestSupport
import Testing
import Workload

@testable import Telemetry

/// NVIDIA's library by a fake with its real names and types, which is compiled here.
@Suite struct NVMLTests {
  private let place: TemporaryDirectory
  private static let source =
    String(#filePath.dropLast("NVMLTests.swift".count)) + "Fakes/fake-nvml.c"

  init() throws { place = try TemporaryDirectory() }

  /// A fake of its own for each fault: a process has a library but once.
  private func root(fault: String = "") throws -> SysfsRoot {
    let library = "\(place.path)/libnvidia-ml.so.1"
    let compiled = try Printed.run(
      "/usr/bin/env",
      ["clang", "-shared", "-fPIC", "-Wall", "-Werror", "-DFAULT=\"\(fault)\"", "-o", library, Self.source])
    try #require(compiled.status == 0, "\(compiled.errors)")
    return SysfsRoot(place.path, nvml: library)
  }

  @Test func everyCardIsReadWithItsUnits() throws {
    let report = NVMLReport.read(in: try root())
    #expect(report.absence == nil)
    #expect(report.devices.map(\.name.value) == ["Tesla T4", "NVIDIA A100-PCIE-40GB"])
    #expect(report.devices.map(\.bus.value) == ["00000000:41:00.0", "00000000:81:00.0"])
    #expect(report.devices.map(\.temperature.value) == [Celsius(61), Celsius(74)])
    #expect(report.devices.map(\.power.value) == [Watts(68.25), Watts(231.5)])
    #expect(report.devices.map(\.busyPercent.value) == [97, 5])
    #expect(report.devices[1].energy.value == Joules(7_512_345.678))
    #expect(
      report.devices[0].energy.error?.said.hasSuffix("nvmlDeviceGetTotalEnergyConsumption: Not Supported")
        == true)
  }

  @Test func anAbsentLibraryIsSaidAndNoError() {
    let report = NVMLReport.read(in: SysfsRoot("/nonexistent", nvml: "libnvidia-ml.so.of-nobody"))
    #expect(report.devices.isEmpty)
    #expect(report.absence?.contains("libnvidia-ml.so.of-nobody: cannot open shared object file") == true)
    // A captured tree is not asked for the GPUs of the machine that reads it.
    #expect(NVMLReport.read(in: SysfsRoot("/nonexistent")).absence?.contains("a tree of files") == true)
  }

  @Test func aLibraryThatIsNoneOfNVIDIAsIsRefusedByTheFunctionThatItLacks() throws {
    let library = "\(place.path)/libother.so"
    let compiled = try Printed.run(
      "/usr/bin/env", ["clang", "-shared", "-fPIC", "-x", "c", "-o", library, "/dev/null"])
    try #require(compiled.status == 0, "\(compiled.errors)")
    let report = NVMLReport.read(in: SysfsRoot(place.path, nvml: library))
    #expect(report.absence?.hasSuffix("it has no function nvmlDeviceGetCount_v2") == true)
  }

  @Test func aMissingDriverIsSaidInTheLibrarysWords() throws {
    #expect(
      NVMLReport.read(in: try root(fault: "no-driver")).absence?.hasSuffix("nvmlInit_v2: Driver Not Loaded")
        == true)
  }

  @Test func aCardThatFellOffTheBusLosesNoOther() throws {
    let cards = NVMLReport.read(in: try root(fault: "lost")).devices
    #expect(cards[0].temperature.value == Celsius(61))
    #expect(cards[1].temperature.error?.said.hasSuffix("nvmlDeviceGetTemperature: GPU is lost") == true)
    #expect(cards[1].power.value == Watts(231.5))
  }

  private func sampler(_ root: SysfsRoot, _ cards: [String]) -> HeatSampler {
    HeatSampler(
      board: Board(
        name: "cards", processors: .sources(cards.map { .gpu(bus: $0) }),
        meter: .sum([.gpu(bus: "0000:41:00.0"), .gpu(bus: "00000000:81:00.0")]),
        power: PowerModel(idle: Watts(1), perBusyCore: Watts(1), capture: 0),
        limits: BoardLimits(tank: Celsius(60), coolant: Celsius(60), processor: Celsius(90))), root: root)
  }

  @Test func aBoardNamesCardsByTheirPlaceOnTheBus() throws {
    var sampler = sampler(try root(), ["0000:41:00.0", "0000:81:00.0", "0000:99:00.0"])
    let now = Instant(1_800_000_000_000)
    let snapshot = sampler.sample(at: now)
    #expect(snapshot.processors.map(\.value) == [Celsius(61), Celsius(74), nil])
    #expect(snapshot.power == .good(Watts(299.75), at: now))
    #expect(snapshot.faults.count == 1)
    #expect(snapshot.faults.first?.detail.contains("0000:99:00.0: Not Found") == true)
  }

  @Test func aCallThatHangsStopsNeitherTheOthersNorTheReport() throws {
    let root = try root(fault: "hang")
    let report = NVMLReport.read(in: root)
    #expect(report.absence?.hasPrefix("it has not answered for 3 s") == true)

    var sampler = sampler(root, ["0000:81:00.0", "0000:41:00.0"])
    let start = Instant(1_800_000_000_000)
    _ = sampler.sample(at: start)
    var snapshot = sampler.sample(at: start + .seconds(1))
    for second in 2...8 { snapshot = sampler.sample(at: start + .seconds(second)) }
    // The first card's lane is given up, and the second is read on another thread.
    #expect(snapshot.processors.map(\.value) == [nil, Celsius(61)])
    #expect(snapshot.faults.map(\.kind) == [.hanging])
  }
}
