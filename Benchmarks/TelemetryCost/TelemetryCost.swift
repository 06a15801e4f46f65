import Glibc
import Telemetry
import Workload

/// Prints the processor time that a sweep of 200 sensors costs, beside what bare system calls on the same files cost, in
/// microseconds a sweep: back to back, and at one sweep a second as the agent makes them, where caches are cold.
///
/// Run by Benchmarks/telemetry-cost, which makes the tree:
///
///     telemetry-cost-timer TREE BACK_TO_BACK PACED
///
/// TREE is a sysfs root with 160 hwmon channels, 20 of them on I2C, and 40 1-Wire thermometers on two buses.
@main struct TelemetryCost {
  static func main() throws {
    let words = CommandLine.arguments
    guard words.count == 4, let burst = Int(words[2]), let paced = Int(words[3]) else {
      throw Usage()
    }
    let root = SysfsRoot(words[1])
    let board = Board(
      name: "cost",
      tank: Tank(
        layers: (0..<10).map { layer in
          TankLayer(
            name: "layer\(layer)", volume: Litres(100),
            sensor: TemperatureSources((0..<4).map { .oneWire(id: id(layer * 4 + $0)) }))
        }, lossWattsPerKelvin: 2),
      processors: .sources(
        (0..<20).flatMap { chip in
          (1...8).map { .hwmon(name: "chip\(chip)", device: nil, channel: "temp\($0)") }
        }),
      power: PowerModel(idle: Watts(1), perBusyCore: Watts(1), capture: 0),
      limits: BoardLimits(tank: Celsius(90), coolant: Celsius(90), processor: Celsius(150)))
    var sampler = HeatSampler(board: board, root: root)
    var now = Instant(1_800_000_000_000)
    let first = sampler.sample(at: now)
    guard first.faults.isEmpty, first.processors.count == 160, first.tank.count == 10 else {
      throw Unread(faults: first.faults.map(\.description))
    }
    let paths = attributes(root)
    let open = paths.map { Glibc.open($0, O_RDONLY | O_CLOEXEC) }
    let contenders: [(name: String, sweep: () -> Void)] = [
      (
        "samovar",
        {
          now = now + .seconds(1)
          _ = sampler.sample(at: now)
        }
      ),
      ("open, read, close in a loop", { for path in paths { bareRead(path) } }),
      ("pread of open files in a loop", { for file in open { bareRead(file) } }),
    ]
    for (title, sweeps, pause) in [("back to back", burst, UInt32(0)), ("one a second", paced, 1_000_000)] {
      for contender in contenders where sweeps > 0 {
        // Once for the caches of whoever comes first.
        contender.sweep()
        let cost = cost(of: sweeps, pause: pause, contender.sweep)
        print(
          "\(title)\t\(contender.name)\t\(Decimals.text(cost, 0))\t"
            + "\(Decimals.text(cost / 1e6 * 100, 3))")
      }
    }
  }

  /// Processor time of the whole process for a sweep, all threads together, in microseconds.
  private static func cost(of sweeps: Int, pause: UInt32, _ sweep: () -> Void) -> Double {
    let before = processorTime()
    for _ in 0..<sweeps {
      sweep()
      if pause > 0 { usleep(pause) }
    }
    return (processorTime() - before) / Double(sweeps)
  }

  private static func processorTime() -> Double {
    var usage = rusage()
    getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
    let microseconds = { (time: timeval) in Double(time.tv_sec) * 1e6 + Double(time.tv_usec) }
    return microseconds(usage.ru_utime) + microseconds(usage.ru_stime)
  }

  private static func bareRead(_ path: String) {
    let file = Glibc.open(path, O_RDONLY | O_CLOEXEC)
    bareRead(file)
    close(file)
  }

  private static func bareRead(_ file: Int32) {
    withUnsafeTemporaryAllocation(of: CChar.self, capacity: 64) { buffer in
      let got = pread(file, buffer.baseAddress, 63, 0)
      guard got > 0, let start = buffer.baseAddress else { return }
      buffer[got] = 0
      sum &+= strtol(start, nil, 10)
    }
  }

  /// Keeps the loops from being optimised away.
  nonisolated(unsafe) private static var sum = 0

  private static func attributes(_ root: SysfsRoot) -> [String] {
    let chips = (0..<20).flatMap { chip in
      (1...8).map { root.hostPath("/sys/class/hwmon/hwmon\(chip)/temp\($0)_input") }
    }
    return chips + (0..<40).map { root.hostPath("/sys/bus/w1/devices/\(id($0))/temperature") }
  }

  private static func id(_ number: Int) -> String {
    let digits = String(number, radix: 16)
    return "28-" + String(repeating: "0", count: 12 - digits.count) + digits
  }
}

private struct Usage: Error, CustomStringConvertible {
  var description: String {
    "usage: telemetry-cost-timer TREE BACK_TO_BACK PACED; see Benchmarks/telemetry-cost"
  }
}

private struct Unread: Error, CustomStringConvertible {
  var faults: [String]
  var description: String { "the tree was not read whole: \(faults.prefix(3))" }
}
