private import Glibc

/// `/proc/stat`: what the processors did since boot (proc_stat(5)).
package enum ProcStat {
  package static let path = "/proc/stat"

  /// Time that all processors together were busy since boot; nothing where the file can't be read.
  package static func busyProcessorTime(_ root: SysfsRoot) -> Duration? {
    guard let text = try? root.read(path) else { return nil }
    return busyProcessorTime(text, ticksPerSecond: Int64(sysconf(Int32(_SC_CLK_TCK))))
  }

  /// Of the line `cpu`: user, nice, system, irq, softirq and steal count as busy; idle and iowait don't. Guests are in
  /// user already.
  static func busyProcessorTime(_ text: String, ticksPerSecond: Int64) -> Duration? {
    guard let line = text.split(separator: "\n").first, line.hasPrefix("cpu ") else { return nil }
    let ticks = line.split(separator: " ").dropFirst().compactMap { Int64($0) }
    guard ticks.count >= 4, ticksPerSecond > 0 else { return nil }
    let busy = ticks.enumerated().reduce(Int64(0)) { sum, field in
      [0, 1, 2, 5, 6, 7].contains(field.offset) ? sum + field.element : sum
    }
    return .milliseconds(busy * 1000 / ticksPerSecond)
  }
}
