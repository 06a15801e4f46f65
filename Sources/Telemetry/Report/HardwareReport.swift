package import Workload

/// All that the readers find on a machine, and what a board makes of it. What `samovar hardware show` prints.
package struct HardwareReport: Sendable, Encodable {
  package var root: String
  package var processors: Processors
  package var cpufreq: DeviceClass<Cpufreq>
  package var hwmon: DeviceClass<Hwmon>
  package var thermalZones: DeviceClass<ThermalZone>
  package var powercap: DeviceClass<Powercap>
  package var drm: DeviceClass<DRM>
  package var nvml: NVMLReport
  package var oneWire: DeviceClass<W1Therm>
  package var iio: DeviceClass<IIO>
  /// What a board's sensors say; nothing where no board was named.
  package var snapshot: HeatSnapshot?

  package struct Processors: Sendable, Encodable {
    package var online: [Int]
    package var cores: Int
    package var packages: Int
    package var hasSiblings: Bool?
    package var faults: [String]
  }

  /// Reads everything once. Never fails: what can't be read says so in its place.
  package static func read(in root: SysfsRoot, board: Board?, at now: Instant) -> HardwareReport {
    let topology = CPUTopology.read(in: root)
    let processors = Processors(
      online: topology.online, cores: topology.coreCount, packages: topology.packageCount,
      hasSiblings: topology.hasSiblings, faults: topology.faults.map(\.description))
    var snapshot: HeatSnapshot?
    if let board {
      var sampler = HeatSampler(board: board, root: root)
      snapshot = sampler.sample(at: now)
    }
    return HardwareReport(
      root: root.path, processors: processors, cpufreq: Cpufreq.all(in: root), hwmon: Hwmon.all(in: root),
      thermalZones: ThermalZone.all(in: root), powercap: Powercap.all(in: root), drm: DRM.all(in: root),
      nvml: NVMLReport.read(in: root), oneWire: W1Therm.all(in: root), iio: IIO.all(in: root),
      snapshot: snapshot)
  }
}
