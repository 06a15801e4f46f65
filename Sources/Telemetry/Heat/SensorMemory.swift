import Workload

/// One sensor of a quantity over time: what its slot gave last, and the last value that was believed.
struct SensorMemory<Value: Quantity>: Sendable where Value.Scalar == Double {
  /// By its name in the board: `tank layer 'top'`.
  let quantity: String
  /// Where it is read: `w1 28-0000000001b0`.
  let source: String
  let slot: SensorSlot
  private var filter = SensorFilter<Value>()
  private var collected: (attempt: Attribute<Measured>, count: Int)?
  private var judged = 0
  /// Of the last attempt. It stands until the next one: a slow bus has no new one in each sample.
  private var fault: SensorFault?

  init(quantity: String, source: String, slot: SensorSlot) {
    self.quantity = quantity
    self.source = source
    self.slot = slot
  }

  /// Takes what the slot has now. The same value is then judged and seen by its neighbours, whatever is read meanwhile.
  mutating func collect() { collected = slot.last }

  /// What was collected, believable or not.
  var value: Value? { collected?.attempt.value.map { Value($0.value) } }

  var isNew: Bool { (collected?.count ?? 0) != judged }

  /// The reading, after what was collected was judged; what is wrong goes to the faults.
  ///
  /// - Parameter refuse: what speaks against a new value.
  mutating func reading(
    at now: Instant, limits: SensorLimits, perMinute: Double? = nil, into faults: inout [SensorFault],
    refuse: (Value) -> SensorFault? = { _ in nil }
  ) -> Reading<Value> {
    guard let collected else {
      faults.append(
        SensorFault(
          quantity: quantity, source: source, kind: .unreadable, detail: "its bus has not answered yet",
          advice: "a conversion takes a second; if it stays so, see the kernel log (`dmesg`)"))
      return .lost(at: now)
    }
    guard collected.count != judged else {
      let reading = filter.hold(at: now, limits: limits)
      report(reading, collected.attempt, at: now, into: &faults)
      return reading
    }
    judged = collected.count
    fault = nil
    let outcome: Result<Measurement<Value>, Refusal>
    switch collected.attempt {
    case .value(let measured):
      let value = Value(measured.value)
      fault = refuse(value)
      outcome =
        fault.map { .failure(Refusal($0.detail)) }
        ?? .success(Measurement(value, takenAt: measured.takenAt))
    case .failed(let error):
      fault = SensorFault(quantity: quantity, source: source, error)
      outcome = .failure(Refusal(error.said))
    }
    let (reading, jumped) = filter.take(outcome, at: now, limits: limits, perMinute: perMinute)
    if jumped {
      fault = SensorFault(
        quantity: quantity, source: source, kind: .jump,
        detail: "changed faster than the board says it can",
        advice: "it counts again if the next value agrees; else check the probe's contact")
    }
    report(reading, collected.attempt, at: now, into: &faults)
    return reading
  }

  private func report(
    _ reading: Reading<Value>, _ attempt: Attribute<Measured>, at now: Instant,
    into faults: inout [SensorFault]
  ) {
    if let fault {
      faults.append(fault)
    } else if [.stale, .lost].contains(reading.quality), let measured = attempt.value {
      let age = Int((now - measured.takenAt).seconds)
      faults.append(
        SensorFault(
          quantity: quantity, source: source, kind: .tooOld, detail: "was measured \(age) s ago",
          advice: "check that what writes it still runs, and that its bus answers"))
    }
  }
}
