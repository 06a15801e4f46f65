package import Workload

/// A 1-Wire thermometer: `/sys/bus/w1/devices/28-…`. Kernel doc: w1/slaves/w1_therm.rst.
package struct W1Therm: Sendable, Encodable {
  package static let path = "/sys/bus/w1/devices"
  /// Families that the driver w1_therm serves: DS18S20, DS1822, DS18B20, DS1825 and MAX31850, DS28EA00.
  static let families: Set<String> = ["10", "22", "28", "3b", "42"]

  /// `28-0000000001b0`: stays, wherever on the bus it is.
  package var id: String
  package var temperature: Attribute<Celsius>
  /// Bits of a conversion, 9 to 12.
  package var resolution: Int64?

  /// All thermometers. Each read makes a conversion and takes up to 750 ms on a real bus.
  package static func all(in root: SysfsRoot) -> DeviceClass<W1Therm> {
    .read(path, in: root, accept: isDeviceName) { id, path throws(SysfsError) in
      W1Therm(
        id: id, temperature: Attribute { () throws(SysfsError) in try celsius(id, in: root) },
        resolution: try? root.numberIfPresent(path + "/resolution"))
    }
  }

  /// Whether a name is a thermometer's: two hexadecimal digits of the family, a dash, twelve of the serial number.
  package static func isDeviceName(_ name: String) -> Bool {
    let parts = name.split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
    return parts.count == 2 && families.contains(parts[0].lowercased()) && parts[1].utf8.count == 12
      && parts[1].allSatisfy(\.isHexDigit)
  }

  /// By `temperature`, or by `w1_slave` on kernels before 5.8, which have only that.
  static func celsius(_ id: String, in root: SysfsRoot) throws(SysfsError) -> Celsius {
    let device = path + "/" + id
    // Asked for once: each read of either is a conversion.
    if root.isPresent(device + "/temperature") || !root.isPresent(device + "/w1_slave") {
      return Celsius(Double(try root.number(device + "/temperature")) / 1000)
    }
    let text = try root.read(device + "/w1_slave")
    switch parseSlave(text) {
    case .millidegrees(let value): return Celsius(Double(value) / 1000)
    case .wrongChecksum:
      throw SysfsError(.read, root.hostPath(device + "/w1_slave"), .checksum(text: firstLine(text)))
    case .malformed:
      throw SysfsError(
        .parse, root.hostPath(device + "/w1_slave"),
        .malformed(text: firstLine(text), expected: "two lines with crc= and t="))
    }
  }

  package enum Slave: Hashable, Sendable {
    case millidegrees(Int64)
    case wrongChecksum
    case malformed
  }

  /// `w1_slave`: the nine bytes and `crc=b2 YES`, then the bytes kept and `t=23125`. Where the checksum is wrong, the
  /// second line is an old value, which must not be taken for a new one.
  package static func parseSlave(_ text: String) -> Slave {
    let lines = text.split(separator: "\n")
    guard lines.count == 2, lines[0].contains("crc=") else { return .malformed }
    if lines[0].hasSuffix("NO") { return .wrongChecksum }
    guard lines[0].hasSuffix("YES"), let word = lines[1].split(separator: " ").last, word.hasPrefix("t="),
      let value = Int64(word.dropFirst(2))
    else { return .malformed }
    return .millidegrees(value)
  }

  static func firstLine(_ text: String) -> String {
    text.split(separator: "\n").first.map(String.init) ?? ""
  }
}
