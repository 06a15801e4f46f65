/// 1-Wire thermometers, `/sys/bus/w1/devices`. Kernel doc: w1/slaves/w1_therm.rst.
package enum W1Therm {
  /// Families that the driver w1_therm serves: DS18S20, DS1822, DS18B20, MAX31850, DS28EA00.
  static let families: Set<String> = ["10", "22", "28", "3b", "42"]

  /// Whether a name is a thermometer's: two hexadecimal digits of the family, a dash, twelve of the serial number.
  package static func isDeviceName(_ name: String) -> Bool {
    let parts = name.split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
    return parts.count == 2 && families.contains(parts[0].lowercased()) && parts[1].utf8.count == 12
      && parts[1].allSatisfy(\.isHexDigit)
  }
}
