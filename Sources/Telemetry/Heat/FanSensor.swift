import Workload

/// A fan or pump over time.
struct FanSensor: Sendable {
  private let fan: Fan
  private var memory: SensorMemory<TurnsPerMinute>

  init(_ fan: Fan, _ finding: SensorFinding) {
    self.fan = fan
    let source = fan.source
    let slot = SensorSlot(bus: finding.bus(ofChip: source.chip, source.device)) {
      finding throws(SysfsError) in try source.find(finding)
    }
    memory = SensorMemory(quantity: "fan '\(fan.name)'", source: "\(source)", slot: slot)
  }

  var slot: SensorSlot { memory.slot }

  mutating func reading(
    at now: Instant, limits: SensorLimits, into faults: inout [SensorFault]
  ) -> FanReading {
    memory.collect()
    let reading = memory.reading(at: now, limits: limits, into: &faults)
    let isStalled = reading.usable.map { $0 < fan.least } ?? false
    if isStalled, let speed = reading.usable {
      faults.append(
        SensorFault(
          quantity: memory.quantity, source: memory.source, kind: .stalled,
          detail: "turns \(Int(speed.value)) times a minute where \(Int(fan.least.value)) is the least",
          advice: "see whether it is blocked, worn out or without power"))
    }
    return FanReading(name: fan.name, speed: reading, isStalled: isStalled, isRequired: fan.isRequired)
  }
}

extension FanSource {
  func find(_ finding: SensorFinding) throws(SysfsError) -> any BoundSensor {
    let chip = try finding.chip(name: chip, device: device).reader
    return try chip.open(try chip.channel(channel, stem: "fan", in: finding.root), "input", scale: 1)
  }
}

/// What a fan or pump of the board does.
package struct FanReading: Hashable, Sendable, Codable {
  package var name: String
  package var speed: Reading<TurnsPerMinute>
  /// Slower than the board's least.
  package var isStalled: Bool
  /// Whether no heat may come from tasks without it.
  package var isRequired: Bool
}
