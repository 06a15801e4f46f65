package import Workload

/// Takes samples of one machine's sensors, and remembers the last good value of each.
package struct HeatSampler: Sendable {
  package let board: Board
  private var sweep: SensorSweep
  private var inventory: MachineInventory
  private var layers: [Thermometer]
  private var outlet: Thermometer?
  private var inlet: Thermometer?
  private var coolant: Thermometer?
  /// Those that the board names; the inventory has those that are detected.
  private var processors: [SensorMemory<Celsius>]
  private var meter: SensorMemory<Watts>?
  private var demand: DemandSensors?
  private var fans: [FanSensor]
  private var earlierEnergy: EnergySample?

  /// - Parameters:
  ///   - root: where the board's sensors are.
  ///   - machine: where processors and GPUs are counted; another than `root` only where the sensors are simulated and
  ///     the work is real.
  package init(board: Board, root: SysfsRoot, machine: SysfsRoot? = nil) {
    self.board = board
    let finding = SensorFinding(root)
    layers = (board.tank?.layers ?? []).map {
      Thermometer($0.sensor, quantity: "tank layer '\($0.name)'", finding)
    }
    outlet = (board.tank?.outlet).map { Thermometer($0, quantity: "outlet", finding) }
    inlet = (board.tank?.inlet).map { Thermometer($0, quantity: "inlet", finding) }
    coolant = board.coolant.map { Thermometer($0, quantity: "coolant", finding) }
    let named =
      switch board.processors {
      case .detected(let others): others
      case .sources(let sources): sources
      }
    processors = named.map { source in
      let slot = SensorSlot(bus: source.bus(finding)) { finding throws(SysfsError) in
        try source.find(finding)
      }
      return SensorMemory(quantity: "processor", source: "\(source)", slot: slot)
    }
    meter = board.meter.map { source in
      let slot = SensorSlot(bus: source.bus(finding)) { finding throws(SysfsError) in
        try source.find(finding)
      }
      return SensorMemory(quantity: "power", source: "\(source)", slot: slot)
    }
    demand = board.demand.map(DemandSensors.init)
    fans = board.fans.map { FanSensor($0, finding) }
    var detects = false
    if case .detected = board.processors { detects = true }
    inventory = MachineInventory(root: root, machine: machine ?? root, detectsProcessors: detects)
    let waters = layers + [outlet, inlet, coolant].compactMap { $0 }
    var slots = waters.flatMap(\.slots) + processors.map(\.slot) + fans.map(\.slot)
    slots += (demand?.slots ?? []) + [meter?.slot].compactMap { $0 }
    sweep = SensorSweep(slots, in: root)
  }

  /// Reads every sensor of the board once, each bus on a thread of its own. A bus that takes longer than
  /// `SensorSweep.patience` is not waited for: its values are those of a moment before, and dated so. A sensor that fails
  /// is a fault in the sample, never an end of it.
  package mutating func sample(at now: Instant) -> HeatSnapshot {
    sweep.begin(at: now)
    inventory.begin(at: now)
    sweep.wait()
    inventory.wait()
    var snapshot = HeatSnapshot(takenAt: now, board: board.name)
    sampleTank(into: &snapshot)
    let limits = board.limits.sensors
    coolant?.collect()
    snapshot.coolant = coolant?.reading(
      beside: [], at: now, limits: limits, perMinute: limits.kelvinPerMinute, into: &snapshot.faults)
    snapshot.processors = inventory.temperatures(at: now, limits: limits, into: &snapshot.faults)
    for index in processors.indices {
      processors[index].collect()
      snapshot.processors.append(
        SiliconJudgement.reading(&processors[index], at: now, limits: limits, into: &snapshot.faults))
    }
    for index in fans.indices {
      snapshot.fans.append(fans[index].reading(at: now, limits: limits, into: &snapshot.faults))
    }
    if var sensors = demand {
      (snapshot.demand, snapshot.gridSignal) = sensors.reading(
        at: now, limits: limits, into: &snapshot.faults)
      demand = sensors
    }
    samplePower(into: &snapshot)
    snapshot.machine = inventory.counts
    return snapshot
  }

  private mutating func sampleTank(into snapshot: inout HeatSnapshot) {
    guard let tank = board.tank else { return }
    let now = snapshot.takenAt
    let limits = board.limits.sensors
    // All are collected before any is judged, since neighbours are judged by each other.
    for index in layers.indices { layers[index].collect() }
    let values = layers.map(\.values)
    for (index, layer) in tank.layers.enumerated() {
      let beside = [index - 1, index + 1].filter(values.indices.contains).flatMap { values[$0] }
      let reading = layers[index].reading(
        beside: beside, at: now, limits: limits, perMinute: limits.kelvinPerMinute, into: &snapshot.faults)
      snapshot.tank.append(LayerReading(name: layer.name, volume: layer.volume, temperature: reading))
    }
    for (lower, upper) in Plausibility.inversions(snapshot.tank.map { $0.temperature.usable }) {
      snapshot.faults.append(
        SensorFault(
          quantity: layers[lower].quantity, source: layers[lower].sources, kind: .inverted,
          detail:
            "is more than \(Plausibility.inversionKelvin) K warmer than '\(tank.layers[upper].name)' above it",
          advice: "warm water rises: were the two probes exchanged at a repair?"))
    }
    outlet?.collect()
    inlet?.collect()
    snapshot.outlet = outlet?.reading(
      beside: values.last ?? [], at: now, limits: limits, perMinute: limits.kelvinPerMinute,
      into: &snapshot.faults)
    snapshot.inlet = inlet?.reading(
      beside: [], at: now, limits: limits, perMinute: limits.kelvinPerMinute, into: &snapshot.faults)
  }

  private mutating func samplePower(into snapshot: inout HeatSnapshot) {
    let now = snapshot.takenAt
    snapshot.energy = inventory.energy(at: now, into: &snapshot.faults)
    let use = earlierEnergy.map(snapshot.energy.energy(since:))
    earlierEnergy = snapshot.energy
    for gap in use?.gaps ?? [] {
      snapshot.faults.append(
        SensorFault(
          quantity: "energy", source: Powercap.path, kind: .counter, detail: gap,
          advice: "this span of time is not counted; nothing to do unless it comes again"))
    }
    if meter != nil {
      snapshot.powerOrigin = .meter
      meter?.collect()
      snapshot.power = meter?.reading(at: now, limits: board.limits.sensors, into: &snapshot.faults)
    } else if let use, use.counted > 0, let watts = use.meanPower {
      snapshot.powerOrigin = .rapl
      snapshot.power = .good(watts, at: now)
    }
  }
}
