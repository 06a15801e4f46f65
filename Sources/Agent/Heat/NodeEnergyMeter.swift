package import Sandbox
package import Telemetry
package import Workload

/// The energy meter that runs are measured by: the packages' RAPL counters of a real machine, and the board's stated
/// watts where there are none.
package actor NodeEnergyMeter: EnergyMeter {
  private let root: SysfsRoot
  private let wattsPerBusyProcessor: Watts
  private let usesCounters: Bool
  private let clock: @Sendable () -> Instant
  private var last = EnergySample()
  private var sum = Joules.zero

  /// - Parameter usesCounters: false on a simulated site, whose counters know nothing of single runs.
  package init(
    root: SysfsRoot, board: Board, usesCounters: Bool, clock: @escaping @Sendable () -> Instant
  ) {
    self.root = root
    wattsPerBusyProcessor = board.power.perBusyCore
    self.usesCounters = usesCounters
    self.clock = clock
  }

  package func read() -> EnergyReading? {
    guard usesCounters, let busy = ProcStat.busyProcessorTime(root) else {
      return EnergyReading(
        packageEnergy: nil, busyProcessorTime: .zero, wattsPerBusyProcessor: wattsPerBusyProcessor)
    }
    let sample = EnergySample.read(in: root, at: clock()).sample
    let use = sample.energy(since: last)
    if !last.counters.isEmpty { sum += use.joules }
    last = sample
    return EnergyReading(
      packageEnergy: sample.counters.isEmpty ? nil : sum, busyProcessorTime: busy,
      wattsPerBusyProcessor: wattsPerBusyProcessor)
  }
}
