package import Workload

/// A converter of the industrial I/O subsystem that measures temperatures: `/sys/bus/iio/devices/iio:deviceN`.
/// Kernel doc: ABI/testing/sysfs-bus-iio.
package struct IIO: Sendable, Encodable {
  package static let path = "/sys/bus/iio/devices"

  /// `iio:device0`, as of now.
  package var entry: String
  /// `max31865`.
  package var name: String
  package var temperatures: [Temperature]

  package struct Temperature: Sendable, Encodable {
    /// `temp`, `temp0`, `temp_ambient`: the attribute without `in_` and `_raw` or `_input`.
    package var channel: String
    package var value: Attribute<Celsius>
  }

  /// Devices, those without a thermometer with none.
  package static func all(in root: SysfsRoot) -> DeviceClass<IIO> {
    .read(path, in: root, accept: isDevice) { entry, path throws(SysfsError) in
      guard let name = try root.readIfPresent(path + "/name") else { return nil }
      var channels: [String] = []
      for attribute in try root.entriesIfPresent(path) ?? [] {
        if let channel = channel(of: attribute), !channels.contains(channel) { channels.append(channel) }
      }
      return IIO(
        entry: entry, name: name,
        temperatures: channels.map { channel in
          Temperature(
            channel: channel,
            value: Attribute { () throws(SysfsError) in try celsius(path, channel: channel, in: root) })
        })
    }
  }

  static func isDevice(_ entry: String) -> Bool { NumberedName(entry)?.stem == "iio:device" }

  /// The channel of `in_temp_raw`, `in_temp0_input`; nothing for other attributes.
  static func channel(of attribute: String) -> String? {
    guard attribute.hasPrefix("in_temp") else { return nil }
    for end in ["_raw", "_input"] where attribute.hasSuffix(end) {
      return String(attribute.dropFirst("in_".count).dropLast(end.count))
    }
    return nil
  }

  /// `in_temp_input` is in millidegrees; else (raw + offset) · scale is. An offset or scale that all channels share
  /// stands without the channel's number.
  static func celsius(_ path: String, channel: String, in root: SysfsRoot) throws(SysfsError) -> Celsius {
    let stem = "\(path)/in_\(channel)_"
    if let text = try root.readIfPresent(stem + "input") {
      return Celsius(try decimal(text, stem + "input", root) / 1000)
    }
    let raw = try decimal(try root.read(stem + "raw"), stem + "raw", root)
    let offset = try shared("offset", stem: stem, path: path, in: root) ?? 0
    let scale = try shared("scale", stem: stem, path: path, in: root) ?? 1
    let celsius = (raw + offset) * scale / 1000
    guard celsius.isFinite else {
      throw SysfsError(
        .parse, root.hostPath(stem + "raw"),
        .malformed(text: "(\(raw) + \(offset)) * \(scale)", expected: "a temperature"))
    }
    return Celsius(celsius)
  }

  /// The same, kept open.
  static func open(
    _ path: String, channel: String, in root: SysfsRoot
  ) throws(SysfsError) -> any BoundSensor {
    let stem = "\(path)/in_\(channel)_"
    if root.isPresent(stem + "input") {
      return ConverterChannel(raw: try OpenAttribute(stem + "input", in: root))
    }
    let shared = { (property: String) in
      OpenAttribute.ifPresent(stem + property, in: root)
        ?? OpenAttribute.ifPresent("\(path)/in_temp_\(property)", in: root)
    }
    return ConverterChannel(
      raw: try OpenAttribute(stem + "raw", in: root), offset: shared("offset"), scale: shared("scale"))
  }

  private static func shared(
    _ property: String, stem: String, path: String, in root: SysfsRoot
  ) throws(SysfsError) -> Double? {
    for attribute in [stem + property, "\(path)/in_temp_\(property)"] {
      if let text = try root.readIfPresent(attribute) { return try decimal(text, attribute, root) }
    }
    return nil
  }

  private static func decimal(_ text: String, _ path: String, _ root: SysfsRoot) throws(SysfsError) -> Double
  {
    guard let value = Double(text), value.isFinite else {
      throw SysfsError(.parse, root.hostPath(path), .malformed(text: text, expected: "a number"))
    }
    return value
  }
}
