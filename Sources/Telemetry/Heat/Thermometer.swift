import Workload

/// One temperature of the board: its sensors, each with a memory of its own, and their vote.
struct Thermometer: Sendable {
  let quantity: String
  private var voters: [(memory: SensorMemory<Celsius>, isOneWire: Bool, stuck: StuckWatch)]

  init(_ sources: TemperatureSources, quantity: String, _ finding: SensorFinding) {
    self.quantity = quantity
    voters = sources.sources.map { source in
      let slot = SensorSlot(bus: source.bus(finding)) { finding throws(SysfsError) in
        try source.find(finding)
      }
      return (
        SensorMemory(quantity: quantity, source: "\(source)", slot: slot), source.isOneWire, StuckWatch()
      )
    }
  }

  var slots: [SensorSlot] { voters.map(\.memory.slot) }
  var sources: String { voters.map(\.memory.source).joined(separator: ", ") }
  /// What its sensors say, believable or not.
  var values: [Celsius] { voters.compactMap(\.memory.value) }

  mutating func collect() {
    for index in voters.indices { voters[index].memory.collect() }
  }

  /// - Parameters:
  ///   - neighbours: values of the thermometers beside it in the water.
  ///   - perMinute: the most change in kelvins.
  mutating func reading(
    beside neighbours: [Celsius], at now: Instant, limits: SensorLimits, perMinute: Double?,
    into faults: inout [SensorFault]
  ) -> Reading<Celsius> {
    var readings: [Reading<Celsius>] = []
    readings.reserveCapacity(voters.count)
    for index in voters.indices {
      let beside = neighbours + (voters.count > 1 ? others(than: index) : [])
      readings.append(
        read(index, beside: beside, at: now, limits: limits, perMinute: perMinute, into: &faults))
    }
    let outcome = MedianVote.count(readings, at: now)
    for index in outcome.outvoted {
      faults.append(
        SensorFault(
          quantity: quantity, source: voters[index].memory.source, kind: .outvoted,
          detail:
            "says \(readings[index].value?.tenths ?? "?") °C where the median is \(outcome.reading.value?.tenths ?? "?") °C",
          advice: "replace the probe, or see whether it slipped out of its pocket"))
    }
    return outcome.reading
  }

  private func others(than index: Int) -> [Celsius] {
    voters.indices.filter { $0 != index }.compactMap { voters[$0].memory.value }
  }

  private mutating func read(
    _ index: Int, beside: [Celsius], at now: Instant, limits: SensorLimits, perMinute: Double?,
    into faults: inout [SensorFault]
  ) -> Reading<Celsius> {
    let isOneWire = voters[index].isOneWire
    let (quantity, source) = (quantity, voters[index].memory.source)
    var stuck = voters[index].stuck
    defer { voters[index].stuck = stuck }
    return voters[index].memory.reading(at: now, limits: limits, perMinute: perMinute, into: &faults) {
      value in
      if let kind = Plausibility.fault(of: value, isOneWire: isOneWire, neighbours: beside, limits: limits) {
        return .refused(kind, value, limits: limits, quantity: quantity, source: source)
      }
      guard stuck.isStuck(value, beside: beside, at: now, after: limits.stuckAfter) else { return nil }
      return SensorFault(
        quantity: quantity, source: source, kind: .stuck,
        detail: "has said exactly \(value.thousandths) °C while the water beside it changed",
        advice: "the probe or its converter hangs: take its power away for a moment, else replace it")
    }
  }
}
