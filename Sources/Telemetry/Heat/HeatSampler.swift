package import Workload

/// Takes samples of one machine's sensors, and remembers the last good value of each.
package struct HeatSampler: Sendable {
  package let board: Board
  private let root: SysfsRoot
  private let machine: SysfsRoot
  /// By quantity; as many as the board names and processors there are.
  private var temperatures: [String: SensorFilter<Celsius>] = [:]
  private var meter = SensorFilter<Watts>()
  private var demand = SensorFilter<Watts>()
  private var earlierEnergy: EnergySample?

  /// - Parameters:
  ///   - root: where the board's sensors are.
  ///   - machine: where processors and GPUs are counted; another than `root` only where the sensors are simulated and
  ///     the work is real.
  package init(board: Board, root: SysfsRoot, machine: SysfsRoot? = nil) {
    self.board = board
    self.root = root
    self.machine = machine ?? root
  }

  /// Reads every sensor of the board once. Blocks as long as the buses take: a 1-Wire conversion takes up to 750 ms.
  /// A sensor that fails is a fault in the sample, never an end of it.
  package mutating func sample(at now: Instant) -> HeatSnapshot {
    var snapshot = HeatSnapshot(takenAt: now, board: board.name)
    if let tank = board.tank { sample(tank, into: &snapshot) }
    if let source = board.coolant { snapshot.coolant = water(source, "coolant", [], into: &snapshot) }
    sampleProcessors(into: &snapshot)
    sampleDemand(into: &snapshot)
    samplePower(into: &snapshot)
    count(into: &snapshot)
    return snapshot
  }

  private mutating func sample(_ tank: Tank, into snapshot: inout HeatSnapshot) {
    let now = snapshot.takenAt
    // All are read before any is judged, since neighbours are judged by each other.
    let attempts = tank.layers.map { layer in
      Attribute { () throws(SysfsError) in try layer.sensor.measure(in: root, at: now) }
    }
    for (index, layer) in tank.layers.enumerated() {
      let beside = [index - 1, index + 1].filter(attempts.indices.contains)
      let reading = judge(
        attempts[index], of: layer.sensor, "tank layer '\(layer.name)'",
        beside.compactMap { attempts[$0].value?.value }, into: &snapshot)
      snapshot.tank.append(LayerReading(name: layer.name, volume: layer.volume, temperature: reading))
    }
    for (lower, upper) in Plausibility.inversions(snapshot.tank.map { $0.temperature.usable }) {
      let (below, above) = (tank.layers[lower], tank.layers[upper])
      snapshot.faults.append(
        SensorFault(
          quantity: "tank layer '\(below.name)'", source: "\(below.sensor)", kind: .inverted,
          detail: "is more than \(Plausibility.inversionKelvin) K warmer than '\(above.name)' above it",
          advice: "warm water rises: were the two probes exchanged at a repair?"))
    }
    let top = attempts.last?.value?.value
    if let source = tank.outlet {
      snapshot.outlet = water(source, "outlet", top.map { [$0] } ?? [], into: &snapshot)
    }
    if let source = tank.inlet { snapshot.inlet = water(source, "inlet", [], into: &snapshot) }
  }

  private mutating func water(
    _ source: TemperatureSource, _ quantity: String, _ neighbours: [Celsius],
    into snapshot: inout HeatSnapshot
  ) -> Reading<Celsius> {
    let now = snapshot.takenAt
    let attempt = Attribute { () throws(SysfsError) in try source.measure(in: root, at: now) }
    return judge(attempt, of: source, quantity, neighbours, into: &snapshot)
  }

  private mutating func judge(
    _ attempt: Attribute<Measurement<Celsius>>, of source: TemperatureSource, _ quantity: String,
    _ neighbours: [Celsius], into snapshot: inout HeatSnapshot
  ) -> Reading<Celsius> {
    let limits = board.limits.sensors
    var fault: SensorFault?
    if let value = attempt.value?.value,
      let kind = Plausibility.fault(
        of: value, isOneWire: source.isOneWire, neighbours: neighbours, limits: limits)
    {
      fault = .refused(kind, value, limits: limits, quantity: quantity, source: "\(source)")
    }
    return HeatSampler.settle(
      attempt, fault, &temperatures[quantity, default: SensorFilter()], perMinute: limits.kelvinPerMinute,
      limits,
      quantity: quantity, source: "\(source)", into: &snapshot)
  }

  private mutating func sampleProcessors(into snapshot: inout HeatSnapshot) {
    // Silicon runs hotter than water may, and in whole degrees, so neither the range nor the 85 of water fits.
    var limits = board.limits.sensors
    limits.plausible = Celsius(-40)...Celsius(150)
    let now = snapshot.takenAt
    var attempts: [(source: String, attempt: Attribute<Measurement<Celsius>>)] = []
    switch board.processors {
    case .detected:
      let (found, faults) = ProcessorThermometers.detected(in: root)
      snapshot.faults += faults.map { SensorFault(quantity: "processor", source: Hwmon.path, $0) }
      for thermometer in found {
        let attempt = Attribute { () throws(SysfsError) in
          Measurement(try thermometer.temperature.get(), takenAt: now)
        }
        attempts.append((thermometer.source, attempt))
      }
    case .sources(let sources):
      for source in sources {
        attempts.append(
          ("\(source)", Attribute { () throws(SysfsError) in try source.measure(in: root, at: now) }))
      }
    }
    // Chips that come and go with new places must not fill the memory: only those of this sample are kept.
    let names = Set(attempts.map { "processor \($0.source)" })
    temperatures = temperatures.filter { !$0.key.hasPrefix("processor ") || names.contains($0.key) }
    for (source, attempt) in attempts {
      var fault: SensorFault?
      if let value = attempt.value?.value,
        let kind = Plausibility.fault(of: value, isOneWire: false, neighbours: [], limits: limits)
      {
        fault = .refused(kind, value, limits: limits, quantity: "processor", source: source)
      }
      snapshot.processors.append(
        HeatSampler.settle(
          attempt, fault, &temperatures["processor \(source)", default: SensorFilter()], perMinute: nil,
          limits,
          quantity: "processor", source: source, into: &snapshot))
    }
  }

  private mutating func sampleDemand(into snapshot: inout HeatSnapshot) {
    guard let path = board.demandFile else { return }
    snapshot.demand = HeatSampler.settle(
      Attribute { () throws(SysfsError) in try HeatDemandFile.measure(path, in: root) }, nil, &demand,
      perMinute: nil,
      board.limits.sensors, quantity: "heat demand", source: path, into: &snapshot)
  }

  private mutating func samplePower(into snapshot: inout HeatSnapshot) {
    let now = snapshot.takenAt
    let (energy, faults) = EnergySample.read(in: root, at: now)
    snapshot.energy = energy
    snapshot.faults += faults.map { SensorFault(quantity: "energy", source: Powercap.path, $0) }
    let use = earlierEnergy.map(energy.energy(since:))
    earlierEnergy = energy
    for gap in use?.gaps ?? [] {
      snapshot.faults.append(
        SensorFault(
          quantity: "energy", source: Powercap.path, kind: .counter, detail: gap,
          advice: "this span of time is not counted; nothing to do unless it comes again"))
    }
    if let source = board.meter {
      snapshot.powerOrigin = .meter
      snapshot.power = HeatSampler.settle(
        Attribute { () throws(SysfsError) in try source.measure(in: root, at: now) }, nil, &meter,
        perMinute: nil,
        board.limits.sensors, quantity: "power", source: "\(source)", into: &snapshot)
    } else if let use, use.counted > 0, let watts = use.meanPower {
      snapshot.powerOrigin = .rapl
      snapshot.power = .good(watts, at: now)
    }
  }

  private func count(into snapshot: inout HeatSnapshot) {
    let topology = CPUTopology.read(in: machine)
    let cards = DRM.countGPUs(in: machine)
    snapshot.machine = MachineCounts(
      onlineProcessors: topology.online, cores: topology.coreCount, packages: topology.packageCount,
      gpus: cards.count)
    snapshot.faults += topology.faults.map {
      SensorFault(quantity: "processors", source: CPUTopology.path, $0)
    }
    snapshot.faults += cards.faults.map { SensorFault(quantity: "GPUs", source: DRM.path, $0) }
  }

  /// One attempt through a quantity's memory; what is wrong goes to the faults.
  private static func settle<Value>(
    _ attempt: Attribute<Measurement<Value>>, _ refused: SensorFault?, _ filter: inout SensorFilter<Value>,
    perMinute: Double?, _ limits: SensorLimits, quantity: String, source: String,
    into snapshot: inout HeatSnapshot
  ) -> Reading<Value> {
    let now = snapshot.takenAt
    let outcome: Result<Measurement<Value>, Refusal>
    switch attempt {
    case .value(let measured): outcome = refused.map { .failure(Refusal($0.detail)) } ?? .success(measured)
    case .failed(let error): outcome = .failure(Refusal(error.said))
    }
    let (reading, jumped) = filter.take(outcome, at: now, limits: limits, perMinute: perMinute)
    if let error = attempt.error {
      snapshot.faults.append(SensorFault(quantity: quantity, source: source, error))
    } else if let refused {
      snapshot.faults.append(refused)
    } else if jumped {
      snapshot.faults.append(
        SensorFault(
          quantity: quantity, source: source, kind: .jump,
          detail: "changed faster than the board says it can",
          advice: "it counts again if the next value agrees; else check the probe's contact"))
    } else if [.stale, .lost].contains(reading.quality), let measured = attempt.value {
      snapshot.faults.append(
        SensorFault(
          quantity: quantity, source: source, kind: .tooOld,
          detail: "was written \(Int((now - measured.takenAt).seconds)) s ago",
          advice: "check that what writes it still runs"))
    }
    return reading
  }
}
