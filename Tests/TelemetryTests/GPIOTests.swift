import Foundation
import Telemetry
import TestSupport
import Testing
import Workload

/// Contacts on GPIO lines: by a fake of the kernel's calls in a program of its own, since no kernel that the tests boot has
/// `gpio-sim`; and what the real kernel says of a file that is no chip.
@Suite struct GPIOTests {
  private let place: TemporaryDirectory
  private let tree: TemporaryTree

  init() throws {
    place = try TemporaryDirectory()
    var machine = MachineTrees.boiler
    machine.put("dev/gpiochip0", "other-chip\n- 0")
    machine.put("dev/gpiochip3", "pinctrl-bcm2835\n- 0\nsg1 0\nsg2 1\ntaken 0")
    tree = try TemporaryTree(machine)
  }

  private func board(_ demand: String) throws -> String {
    let board = """
      name: contacts
      tank: {layers: [{name: top, volume: 100 L, sensor: {w1: 28-0000000000b4}}], loss: 2 W/K}
      demand: \(demand)
      power: {idle: 80 W, per_busy_core: 20 W, capture: 0.9}
      limits: {tank: 70 °C, coolant: 60 °C, processor: 90 °C}
      """
    try board.write(toFile: place.path + "/board.yaml", atomically: true, encoding: .utf8)
    return place.path
  }

  /// What `samovar hardware show` says of the contacts.
  private func shown(_ demand: String) throws -> [String] {
    let fake = place.path + "/fake-gpio.so"
    let source = String(#filePath.dropLast("GPIOTests.swift".count)) + "Fakes/fake-gpio.c"
    let compiled = try Printed.run(
      "/usr/bin/env", ["clang", "-shared", "-fPIC", "-Wall", "-Werror", "-o", fake, source])
    try #require(compiled.status == 0, "\(compiled.errors)")
    var environment = ProcessInfo.processInfo.environment
    environment["LD_PRELOAD"] = fake
    let said = try BuiltProgram.samovar.run(
      ["hardware", "show", "--root", tree.path, "--board", try board(demand)], environment: environment)
    try #require(said.status == 0, "\(said.errors)")
    return said.output.split(separator: "\n").map { $0.trimmingCharacters(in: .whitespaces) }
      .filter { ["grid:", "heat demand", "! heat demand"].contains(where: $0.hasPrefix) }
  }

  private static let built = BuiltProgram.samovar.isThere

  @Test(.enabled(if: built, "needs the program samovar"))
  func linesAreFoundByTheirChipsLabelAndTheirNameOrOffset() throws {
    let chip = "gpio: pinctrl-bcm2835"
    #expect(
      try shown("{sg_ready: [{\(chip), line: sg1}, {\(chip), line: 2}], encouraged: 2 kW, ordered: 4 kW}")
        == ["heat demand: 2000.0 W", "grid: encouraged (SG Ready)"])
    #expect(
      try shown(
        "{sg_ready: [{\(chip), line: sg1, active: low}, {gpio: gpiochip3, line: sg2, active: low}], encouraged: 2 kW, ordered: 4 kW}"
      ) == ["heat demand: 0.0 W", "grid: blocked (SG Ready)"])
    #expect(try shown("{thermostat: {\(chip), line: sg2}, power: 3 kW}") == ["heat demand: 3000.0 W"])
  }

  @Test(.enabled(if: built, "needs the program samovar"))
  func aChipOrALineThatIsNotThereIsNamedWithThoseThatAre() throws {
    let chip = try shown("{thermostat: {gpio: absent, line: 1}, power: 3 kW}")
    #expect(chip[0] == "heat demand: lost")
    #expect(chip[1].contains("no GPIO chip labelled 'absent'"))
    #expect(chip[1].contains("which has other-chip (gpiochip0), pinctrl-bcm2835 (gpiochip3)"))
    let line = try shown("{thermostat: {gpio: pinctrl-bcm2835, line: sg9}, power: 3 kW}")
    #expect(
      line[1].contains(
        "no GPIO line 'sg9' in \(tree.path)/dev/gpiochip3, which has offsets 0 to 3, sg1, sg2, taken"))
    let taken = try shown("{thermostat: {gpio: pinctrl-bcm2835, line: taken}, power: 3 kW}")
    #expect(taken[1].contains("Device or resource busy"))
  }

  /// The kernel's own answer: a file is no chip.
  @Test func aFileThatIsNoChipIsAFault() throws {
    let board = try Board.load(
      directory: board("{thermostat: {gpio: pinctrl-bcm2835, line: 1}, power: 3 kW}"))
    var sampler = HeatSampler(board: board, root: tree.root)
    let faults = sampler.sample(at: .zero).faults.filter { $0.quantity == "heat demand" }
    #expect(faults.map(\.kind) == [.unreadable])
    #expect(faults.first?.detail == "cannot read \(tree.path)/dev/gpiochip0: Inappropriate ioctl for device")
  }
}
