package import Workload

/// What an energy counter and the processors' clocks said at one moment.
package struct EnergyReading: Sendable, Hashable {
  /// Counted up since some moment in the past, wraparound already undone; nothing where the host has no
  /// counter.
  package var packageEnergy: Joules?
  /// Time that all processors of the host together were busy, since some moment in the past.
  package var busyProcessorTime: Duration
  /// The board's stated power of one busy processor, for hosts without a counter.
  package var wattsPerBusyProcessor: Watts?

  package init(packageEnergy: Joules?, busyProcessorTime: Duration, wattsPerBusyProcessor: Watts? = nil) {
    self.packageEnergy = packageEnergy
    self.busyProcessorTime = busyProcessorTime
    self.wattsPerBusyProcessor = wattsPerBusyProcessor
  }
}

/// Reads the host's energy counter before and after a run. Telemetry has the real ones.
package protocol EnergyMeter: Sendable {
  /// Nothing where the reading failed: the run then says nothing about its energy.
  func read() async -> EnergyReading?
}

extension AttributedEnergy {
  /// One run's part of what the host used: by processor time, as the counter knows no processes. A counter
  /// comes before the board's stated watts; without either nothing is said.
  package init?(from before: EnergyReading, to after: EnergyReading, processorTime: Duration) {
    if let start = before.packageEnergy, let end = after.packageEnergy {
      let busy = (after.busyProcessorTime - before.busyProcessorTime).seconds
      let used = end - start
      guard used >= .zero else { return nil }
      // The processors' clocks tick every 10 ms, so a short run may seem to have used more than all.
      let share = busy > 0 ? min(1, processorTime.seconds / busy) : 1
      self.init(electric: Joules(used.value * share), method: .raplByProcessorTime)
    } else if let watts = after.wattsPerBusyProcessor {
      self.init(electric: watts * processorTime, method: .boardWattsByProcessorTime)
    } else {
      return nil
    }
  }
}
