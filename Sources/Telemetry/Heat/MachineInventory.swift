import Workload

/// What the machine has that no board names: its processors' own thermometers, their energy counters, cores and GPUs.
/// It is looked for once a minute, or at once when processors come or go, and read in each sample.
struct MachineInventory: Sendable {
  static let refreshedAfter = Duration.seconds(60)

  private let root: SysfsRoot
  private let machine: SysfsRoot
  private let detectsProcessors: Bool
  private var takenAt: Instant?
  private var onlineList: OpenAttribute?
  private var online: String?
  private var thermometers: [ProcessorThermometer] = []
  private var processors: [SensorMemory<Celsius>] = []
  private var counters: [CounterSlot] = []
  private var sweep: SensorSweep
  private var faults: [SensorFault] = []
  private(set) var counts = MachineCounts()

  /// - Parameters:
  ///   - root: where thermometers and counters are.
  ///   - machine: where processors and GPUs are counted.
  init(root: SysfsRoot, machine: SysfsRoot, detectsProcessors: Bool) {
    self.root = root
    self.machine = machine
    self.detectsProcessors = detectsProcessors
    sweep = SensorSweep([], in: root)
  }

  private struct CounterSlot: Sendable {
    var zone: String
    var name: String
    var range: UInt64
    var slot: SensorSlot
  }

  /// Looks again where it is time, and begins to read.
  mutating func begin(at now: Instant) {
    if isDue(at: now) { look(at: now) }
    sweep.begin(at: now)
  }

  mutating func wait() { sweep.wait() }

  private mutating func isDue(at now: Instant) -> Bool {
    guard let takenAt, takenAt <= now, now - takenAt < Self.refreshedAfter else { return true }
    return (try? onlineList?.text()) != online
  }

  private mutating func look(at now: Instant) {
    takenAt = now
    faults = []
    count()
    onlineList = OpenAttribute.ifPresent(CPUTopology.path + "/online", in: machine)
    online = try? onlineList?.text()
    let found = detectsProcessors ? ProcessorThermometer.detected(in: root) : ([], [])
    faults += found.1.map { SensorFault(quantity: "processor", source: Hwmon.path, $0) }
    let zones = Powercap.packages(in: root)
    faults += zones.faults.map { SensorFault(quantity: "energy", source: Powercap.path, $0) }
    // The same devices keep their threads, their open attributes and the values that were believed.
    let isSame =
      found.0 == thermometers
      && zones.devices.map(\.zone) == counters.map(\.zone)
      && zones.devices.map(\.range) == counters.map(\.range)
    if isSame { return }
    let old = Dictionary(processors.map { ($0.source, $0) }) { first, _ in first }
    thermometers = found.0
    processors = thermometers.map { thermometer in
      old[thermometer.source]
        ?? SensorMemory(quantity: "processor", source: thermometer.source, slot: thermometer.slot())
    }
    counters = zones.devices.map { zone in
      let path = zone.path + "/energy_uj"
      let slot = SensorSlot(bus: SensorFinding.platform) { finding throws(SysfsError) in
        ScaledAttribute(input: try OpenAttribute(path, in: finding.root), scale: 1)
      }
      return CounterSlot(zone: zone.zone, name: zone.name, range: zone.range, slot: slot)
    }
    sweep = SensorSweep(processors.map(\.slot) + counters.map(\.slot), in: root)
  }

  private mutating func count() {
    let topology = CPUTopology.read(in: machine)
    let cards = DRM.countGPUs(in: machine)
    counts = MachineCounts(
      onlineProcessors: topology.online, cores: topology.coreCount, packages: topology.packageCount,
      gpus: cards.count)
    faults += topology.faults.map { SensorFault(quantity: "processors", source: CPUTopology.path, $0) }
    faults += cards.faults.map { SensorFault(quantity: "GPUs", source: DRM.path, $0) }
  }

  /// The processors' temperatures. Silicon runs hotter than water may, and in whole degrees, so neither the range nor the
  /// 85 of water fits.
  mutating func temperatures(
    at now: Instant, limits: SensorLimits, into snapshotFaults: inout [SensorFault]
  ) -> [Reading<Celsius>] {
    snapshotFaults += faults
    return processors.indices.map { index in
      processors[index].collect()
      return SiliconJudgement.reading(&processors[index], at: now, limits: limits, into: &snapshotFaults)
    }
  }

  /// The packages' counters; those that can't be read are left out, and say why.
  func energy(at now: Instant, into faults: inout [SensorFault]) -> EnergySample {
    var sample = EnergySample(takenAt: now)
    for counter in counters {
      switch counter.slot.last?.attempt {
      case .value(let measured) where measured.value >= 0:
        sample.counters[counter.zone] = EnergyCounter(
          name: counter.name, microjoules: UInt64(measured.value), range: counter.range)
        // A bus that was late gives counters of a moment before: the power is that of their own time.
        sample.takenAt = min(sample.takenAt, measured.takenAt)
      case .value(let measured):
        let path = "\(Powercap.path)/\(counter.zone)/energy_uj"
        faults.append(
          SensorFault(
            quantity: "energy", source: Powercap.path,
            SysfsError(
              .parse, root.hostPath(path),
              .malformed(text: "\(Int64(measured.value))", expected: "an energy in µJ"))))
      case .failed(let error):
        faults.append(SensorFault(quantity: "energy", source: Powercap.path, error))
      case nil: break
      }
    }
    return sample
  }
}

/// Judgement of a processor's or a GPU's own thermometer.
enum SiliconJudgement {
  static let plausible = Celsius(-40)...Celsius(150)

  static func reading(
    _ memory: inout SensorMemory<Celsius>, at now: Instant, limits: SensorLimits,
    into faults: inout [SensorFault]
  ) -> Reading<Celsius> {
    var limits = limits
    limits.plausible = plausible
    let (quantity, source) = (memory.quantity, memory.source)
    return memory.reading(at: now, limits: limits, into: &faults) { value in
      Plausibility.fault(of: value, isOneWire: false, neighbours: [], limits: limits).map {
        .refused($0, value, limits: limits, quantity: quantity, source: source)
      }
    }
  }
}
