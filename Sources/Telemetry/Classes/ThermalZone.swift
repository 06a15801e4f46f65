package import Workload

/// A zone of the kernel's thermal framework: `/sys/class/thermal/thermal_zoneN`. Kernel doc: driver-api/thermal/sysfs-api.rst.
package struct ThermalZone: Sendable, Encodable {
  package static let path = "/sys/class/thermal"

  /// `thermal_zone0`, as of now.
  package var entry: String
  package var type: String
  package var temperature: Attribute<Celsius>
  package var policy: String?
  package var trips: [Trip]

  package struct Trip: Sendable, Encodable {
    /// `critical`, `hot`, `passive`, `active`.
    package var type: String
    package var temperature: Celsius
  }

  package static func all(in root: SysfsRoot) -> DeviceClass<ThermalZone> {
    .read(path, in: root, accept: isZone) { entry, path throws(SysfsError) in
      guard let type = try root.readIfPresent(path + "/type") else { return nil }
      return ThermalZone(
        entry: entry, type: type,
        temperature: Attribute { () throws(SysfsError) in try celsius(path, in: root) },
        policy: try? root.readIfPresent(path + "/policy"), trips: trips(path, in: root))
    }
  }

  /// The types of the zones. Reading them asks no hardware.
  static func types(in root: SysfsRoot) -> DeviceClass<String> {
    .read(path, in: root, accept: isZone) { _, path throws(SysfsError) in
      try root.readIfPresent(path + "/type")
    }
  }

  static func isZone(_ entry: String) -> Bool { NumberedName(entry)?.stem == "thermal_zone" }

  static func celsius(_ path: String, in root: SysfsRoot) throws(SysfsError) -> Celsius {
    Celsius(Double(try root.number(path + "/temp")) / 1000)
  }

  /// Trip points up to the first number that is missing; one that can't be read is left out.
  private static func trips(_ path: String, in root: SysfsRoot) -> [Trip] {
    var trips: [Trip] = []
    for number in 0..<32 {
      guard let type = try? root.readIfPresent("\(path)/trip_point_\(number)_type") else { break }
      guard let temperature = try? root.number("\(path)/trip_point_\(number)_temp") else { continue }
      trips.append(Trip(type: type, temperature: Celsius(Double(temperature) / 1000)))
    }
    return trips
  }
}
