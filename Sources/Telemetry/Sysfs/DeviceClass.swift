/// What a class of devices in sysfs holds. A class that is not there is empty and says so; it is no error.
package struct DeviceClass<Device: Sendable>: Sendable {
  /// Where it was looked for, `/sys/class/hwmon`.
  package var path: String
  /// Whether the kernel has the class at all.
  package var isPresent: Bool
  /// In the order of their numbers.
  package var devices: [Device]
  /// Why the class or one of its devices could not be read.
  package var faults: [SysfsError]

  /// Reads every entry of a class directory that `accept` wants. An entry that vanishes meanwhile is left out.
  static func read(
    _ path: String, in root: SysfsRoot, accept: (_ name: String) -> Bool,
    _ read: (_ name: String, _ path: String) throws(SysfsError) -> Device?
  ) -> DeviceClass {
    var found = DeviceClass(path: path, isPresent: true, devices: [], faults: [])
    do {
      guard let names = try root.entriesIfPresent(path) else {
        found.isPresent = false
        return found
      }
      for name in names where accept(name) {
        do {
          if let device = try read(name, path + "/" + name) { found.devices.append(device) }
        } catch { found.faults.append(error) }
      }
    } catch { found.faults.append(error) }
    return found
  }
}

extension DeviceClass: Encodable where Device: Encodable {
  private enum Key: String, CodingKey { case path, isPresent, devices, faults }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Key.self)
    try container.encode(path, forKey: .path)
    try container.encode(isPresent, forKey: .isPresent)
    try container.encode(devices, forKey: .devices)
    try container.encode(faults.map(\.description), forKey: .faults)
  }
}

/// A name of letters and then a number: `hwmon3`, `temp1`.
package struct NumberedName: Hashable, Sendable {
  package var stem: String
  package var number: Int

  /// Nothing where the name has not that form.
  package init?(_ name: some StringProtocol) {
    let digits = name.reversed().prefix { $0.isASCII && $0.isNumber }.count
    guard digits > 0, digits < name.count, let number = Int(name.suffix(digits)) else { return nil }
    stem = String(name.dropLast(digits))
    self.number = number
  }
}
