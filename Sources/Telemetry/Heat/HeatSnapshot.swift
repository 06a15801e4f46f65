package import Workload

/// All that a machine's sensors say about heat at one instant, with how far each is to be believed. What decides about
/// heat is a pure function of this.
package struct HeatSnapshot: Hashable, Sendable, Codable {
  package var takenAt: Instant
  /// Name of the board.
  package var board: String
  /// From the bottom to the top. Empty where the board has no tank.
  package var tank: [LayerReading]
  /// Nothing where the board names no such sensor; the same holds for each optional below.
  package var outlet: Reading<Celsius>?
  package var inlet: Reading<Celsius>?
  package var coolant: Reading<Celsius>?
  /// One a package (socket), as far as there are sensors.
  package var processors: [Reading<Celsius>]
  /// Heat that the building asks for.
  package var demand: Reading<Watts>?
  /// What the grid says by contacts.
  package var gridSignal: GridSignal?
  package var fans: [FanReading]
  /// Electrical power, by a meter or from the energy counters; `powerOrigin` says which.
  package var power: Reading<Watts>?
  package var powerOrigin: PowerOrigin
  /// The processors' energy counters, for `EnergySample.energy(since:)`.
  package var energy: EnergySample
  package var machine: MachineCounts
  /// Everything wrong with a sensor, in the order of the board.
  package var faults: [SensorFault]

  package init(
    takenAt: Instant, board: String, tank: [LayerReading] = [], outlet: Reading<Celsius>? = nil,
    inlet: Reading<Celsius>? = nil, coolant: Reading<Celsius>? = nil, processors: [Reading<Celsius>] = [],
    demand: Reading<Watts>? = nil, gridSignal: GridSignal? = nil, fans: [FanReading] = [],
    power: Reading<Watts>? = nil, powerOrigin: PowerOrigin = .none,
    energy: EnergySample = EnergySample(), machine: MachineCounts = MachineCounts(),
    faults: [SensorFault] = []
  ) {
    self.takenAt = takenAt
    self.board = board
    self.tank = tank
    self.outlet = outlet
    self.inlet = inlet
    self.coolant = coolant
    self.processors = processors
    self.demand = demand
    self.gridSignal = gridSignal
    self.fans = fans
    self.power = power
    self.powerOrigin = powerOrigin
    self.energy = energy
    self.machine = machine
    self.faults = faults
  }
}

/// One layer of the tank.
package struct LayerReading: Hashable, Sendable, Codable {
  package var name: String
  package var volume: Litres
  package var temperature: Reading<Celsius>

  package init(name: String, volume: Litres, temperature: Reading<Celsius>) {
    self.name = name
    self.volume = volume
    self.temperature = temperature
  }
}

/// Where the figure of the electrical power comes from. Receipts say it.
package enum PowerOrigin: String, Hashable, Sendable, Codable {
  /// A meter that the board names.
  case meter
  /// Running average power limit counters of the processor packages: the rest of the machine is not in it.
  case rapl
  /// Nothing measures; only the board's `PowerModel` can say.
  case none
}

/// How much there is to compute with.
package struct MachineCounts: Hashable, Sendable, Codable {
  /// Numbers of the processors (hardware threads) that are online.
  package var onlineProcessors: [Int]
  /// Physical cores among them: distinct (package, die, core).
  package var cores: Int
  package var packages: Int
  package var gpus: Int

  package init(onlineProcessors: [Int] = [], cores: Int = 0, packages: Int = 0, gpus: Int = 0) {
    self.onlineProcessors = onlineProcessors
    self.cores = cores
    self.packages = packages
    self.gpus = gpus
  }
}

extension HeatSnapshot {
  /// Whether heat from tasks can be answered for at all, sensors considered; what the water needs is for the heat rule.
  ///
  /// A lost quantity has the safe fall-back: no heat from tasks. That is the tank's top, the whole tank, or the coolant
  /// where the board has one, and a pump that the board calls required; a single lower layer is not enough, since its
  /// neighbours tell about it. A load that the grid blocks, or whose contacts are lost, takes up nothing either.
  package var permission: HeatPermission {
    var reasons: [String] = []
    if tank.isEmpty { reasons.append("the board has no tank") }
    if let top = tank.last, top.temperature.usable == nil {
      reasons.append("the temperature of tank layer '\(top.name)' is lost")
    }
    let lostLayers = tank.count { $0.temperature.usable == nil }
    if lostLayers > 1, lostLayers * 2 > tank.count {
      reasons.append("the temperatures of \(lostLayers) of \(tank.count) tank layers are lost")
    }
    if let coolant, coolant.usable == nil { reasons.append("the temperature of the coolant is lost") }
    for fan in fans where fan.isRequired {
      if fan.isStalled { reasons.append("'\(fan.name)' is stalled") }
      if fan.speed.usable == nil { reasons.append("the tachometer of '\(fan.name)' is lost") }
    }
    switch gridSignal {
    case .state(.blocked): reasons.append("the grid blocks the load (SG Ready)")
    case .lost: reasons.append("the grid's SG Ready contacts are lost")
    case .state, nil: break
    }
    return reasons.isEmpty ? .allowed : .forbidden(reasons: reasons)
  }

  /// The same at a later instant. A read that hangs brings no new snapshot, so whoever decides asks with the time of the
  /// decision: a snapshot older than `lostAfter` is as good as none.
  package func permission(at now: Instant, lostAfter: Duration = SensorLimits().lostAfter) -> HeatPermission {
    let age = now - takenAt
    guard age > lostAfter else { return permission }
    return .forbidden(reasons: ["the last sample of the sensors is \(Int(age.seconds)) s old"])
  }

  /// Mean temperature of the tank over its volume, of the layers that are known; nothing where none is.
  package var meanTankTemperature: Celsius? {
    let known = tank.compactMap { layer in layer.temperature.usable.map { ($0.value, layer.volume.value) } }
    let volume = known.reduce(0) { $0 + $1.1 }
    guard volume > 0 else { return nil }
    return Celsius(known.reduce(0) { $0 + $1.0 * $1.1 } / volume)
  }
}

package enum HeatPermission: Hashable, Sendable {
  case allowed
  /// The safe fall-back: no heat from tasks until the sensors are back.
  case forbidden(reasons: [String])

  package var isAllowed: Bool { self == .allowed }
}
