package import Workload

/// A zone of Intel's and AMD's running average power limit: `/sys/class/powercap/intel-rapl:P[:D]`.
/// Kernel doc: power/powercap/powercap.rst.
package struct Powercap: Sendable, Encodable {
  package static let path = "/sys/class/powercap"

  /// `intel-rapl:0` for a package, `intel-rapl:0:0` for a part of it.
  package var zone: String
  /// `package-0`, `core`, `uncore`, `dram`, `psys`.
  package var name: String
  package var energy: Attribute<EnergyCounter>

  /// Whether its counter is one of those that are summed: a processor package. A package counts its cores already, and
  /// `psys` counts the packages again.
  package var isPackage: Bool { Powercap.isPackage(zone: zone, name: name) }

  static func isPackage(zone: String, name: String) -> Bool {
    name.hasPrefix("package") && zone.split(separator: ":").count == 2
  }

  /// All zones. `intel-rapl-mmio` is left out: it shows the same counters by another way.
  package static func all(in root: SysfsRoot) -> DeviceClass<Powercap> {
    .read(path, in: root, accept: isZone) { zone, path throws(SysfsError) in
      guard let name = try root.readIfPresent(path + "/name") else { return nil }
      return Powercap(
        zone: zone, name: name,
        energy: Attribute { () throws(SysfsError) in try counter(path, name: name, in: root) })
    }
  }

  /// A package's zone without its counter.
  struct Package: Sendable {
    var zone: String
    var path: String
    var name: String
    /// 0 where unknown: then a turn can't be told from a reset, but the counter still counts.
    var range: UInt64
  }

  static func packages(in root: SysfsRoot) -> DeviceClass<Package> {
    .read(path, in: root, accept: isZone) { zone, path throws(SysfsError) in
      guard let name = try root.readIfPresent(path + "/name"), isPackage(zone: zone, name: name) else {
        return nil
      }
      let range = (try? root.numberIfPresent(path + "/max_energy_range_uj")) ?? 0
      return Package(zone: zone, path: path, name: name, range: UInt64(max(0, range)))
    }
  }

  static func isZone(_ entry: String) -> Bool { entry.hasPrefix("intel-rapl:") }

  static func counter(_ path: String, name: String, in root: SysfsRoot) throws(SysfsError) -> EnergyCounter {
    let energy = try root.number(path + "/energy_uj")
    guard energy >= 0 else {
      throw SysfsError(
        .parse, root.hostPath(path + "/energy_uj"), .malformed(text: "\(energy)", expected: "an energy in µJ")
      )
    }
    // Without a range a turn can't be told from a reset, but the counter still counts.
    let range = (try? root.numberIfPresent(path + "/max_energy_range_uj")) ?? 0
    return EnergyCounter(name: name, microjoules: UInt64(energy), range: UInt64(max(0, range)))
  }
}

extension EnergySample {
  /// The package counters as they are now, and why any could not be read.
  package static func read(in root: SysfsRoot, at now: Instant) -> (
    sample: EnergySample, faults: [SysfsError]
  ) {
    var sample = EnergySample(takenAt: now)
    let zones = Powercap.all(in: root)
    var faults = zones.faults
    for zone in zones.devices where zone.isPackage {
      switch zone.energy {
      case .value(let counter): sample.counters[zone.zone] = counter
      case .failed(let error): faults.append(error)
      }
    }
    return (sample, faults)
  }
}
