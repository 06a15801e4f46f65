import FoundationEssentials
import Telemetry
import TestSupport
import Testing
import Workload

/// Whatever the attributes hold, reading, judging and printing them ends: no trap, no hang.
@Suite struct GarbageTests {
  private static let garbage = [
    "", "\n", "-9223372036854775808", "9223372036854775807", "18446744073709551615", "1e308", "1e308",
    "-1e308", "nan", "inf",
    "-0", "0x7fffffffffffffff", "0-8191", "0-9223372036854775807", "\u{0}\u{1}\u{2}",
    "crc=00 YES\nt=-9223372036854775808",
    "é°𝟙𝟚", "1 2 3", "on", "-1", "85000", "127937",
  ]

  @Test(arguments: 0..<6)
  func noAttributeCrashesAReader(seed: UInt64) throws {
    let board = try Board.load(
      directory: String(#filePath.dropLast("Tests/TelemetryTests/GarbageTests.swift".count))
        + "hardware/simulated-boiler")
    var random = SplitMix64(seed)
    for machine in [MachineTrees.intelServer, MachineTrees.amdServer, MachineTrees.boiler] {
      var tree = machine
      tree.put("sys/bus/iio/devices/iio:device0/name", "max31865")
      tree.put("sys/bus/iio/devices/iio:device0/in_temp_raw", "1")
      tree.put("sys/bus/iio/devices/iio:device0/in_temp_scale", "1")
      tree.put("sys/class/thermal/thermal_zone0/type", "x86_pkg_temp")
      tree.put("sys/class/thermal/thermal_zone0/temp", "1")
      tree.put("sys/class/thermal/thermal_zone0/trip_point_0_type", "hot")
      tree.put("sys/class/thermal/thermal_zone0/trip_point_0_temp", "1")
      for path in tree.entries.keys.sorted() {
        guard case .file? = tree.entries[path]?.content, Bool.random(using: &random) else { continue }
        tree.put(path, Self.garbage.randomElement(using: &random) ?? "")
      }
      let root = try TemporaryTree(tree).root
      var sampler = HeatSampler(board: board, root: root)
      for second: Int64 in [0, 1, 1000, 500] {
        let snapshot = sampler.sample(at: Instant(second * 1000))
        #expect(snapshot.tank.count == 5)
        #expect(snapshot.tank.compactMap(\.temperature.usable).allSatisfy { (-10...110).contains($0.value) })
      }
      let report = HardwareReport.read(in: root, board: board, at: .zero)
      #expect(report.text.hasPrefix("Hardware under"))
      // JSON has no word for what is not finite.
      #expect(try JSONEncoder().encode(report).count > 100)
      _ = SysfsCapture.take(from: root, board: board).text()
    }
  }
}
