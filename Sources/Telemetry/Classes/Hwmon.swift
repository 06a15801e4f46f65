package import Workload

/// A chip that monitors hardware: `/sys/class/hwmon/hwmonN`. Kernel doc: hwmon/sysfs-interface.rst.
///
/// The number changes from boot to boot; `name` and `device` stay.
package struct Hwmon: Sendable, Encodable {
  package static let path = "/sys/class/hwmon"

  /// `hwmon3`, as of now.
  package var entry: String
  package var name: String
  /// The path that its `device` link resolves to; nothing for chips without a device.
  package var device: String?
  package var temperatures: [Temperature]
  package var powers: [Power]
  package var fans: [Fan]

  package struct Temperature: Sendable, Encodable {
    /// `temp1`.
    package var channel: String
    package var label: String?
    /// Failed with `.flagged` where the chip says that the probe is faulty.
    package var input: Attribute<Celsius>
    package var max: Celsius?
    package var critical: Celsius?
  }

  /// A tachometer; of a pump too.
  package struct Fan: Sendable, Encodable {
    /// `fan1`.
    package var channel: String
    package var label: String?
    /// Failed with `.flagged` where the chip says that it is faulty.
    package var speed: Attribute<TurnsPerMinute>
  }

  package struct Power: Sendable, Encodable {
    /// `power1`.
    package var channel: String
    package var label: String?
    package var draw: Attribute<Watts>
  }

  /// Every chip with its temperatures and powers.
  package static func all(in root: SysfsRoot) -> DeviceClass<Hwmon> {
    .read(path, in: root, accept: isChip) { entry, path throws(SysfsError) in
      let chip = HwmonChip(entry: entry, path: path, in: root)
      guard let name = try chip.name() else { return nil }
      let channels = try chip.channels()
      return Hwmon(
        entry: entry, name: name, device: chip.device(),
        temperatures: channels.filter { $0.stem == "temp" }.map { chip.temperature("temp\($0.number)") },
        powers: channels.filter { $0.stem == "power" }.map { chip.power("power\($0.number)") },
        fans: channels.filter { $0.stem == "fan" }.map { chip.fan("fan\($0.number)") })
    }
  }

  /// A chip by what it is called and how its thermometers are labelled. Reading these asks no hardware.
  struct Labels: Sendable {
    var name: String
    var device: String?
    var temperatures: [(channel: String, label: String?)]
  }

  static func labels(in root: SysfsRoot) -> DeviceClass<Labels> {
    .read(path, in: root, accept: isChip) { entry, path throws(SysfsError) in
      let chip = HwmonChip(entry: entry, path: path, in: root)
      guard let name = try chip.name() else { return nil }
      let channels = try chip.channels().filter { $0.stem == "temp" }.map { "temp\($0.number)" }
      return Labels(
        name: name, device: chip.device(), temperatures: channels.map { ($0, chip.label($0)) })
    }
  }

  static func isChip(_ entry: String) -> Bool { NumberedName(entry)?.stem == "hwmon" }
}

/// Reading one chip, attribute by attribute.
struct HwmonChip {
  let entry: String
  private let path: String
  private let root: SysfsRoot

  init(entry: String, path: String, in root: SysfsRoot) {
    self.entry = entry
    self.path = path
    self.root = root
  }

  /// The driver's name; drivers from before Linux 3.16 keep their attributes in `device/`. Nothing where it vanished.
  func name() throws(SysfsError) -> String? {
    if let name = try root.readIfPresent(path + "/name") { return name }
    return try root.readIfPresent(path + "/device/name")
  }

  func device() -> String? { root.resolve(path + "/device") }

  /// `temp1`, `power2` and so on, by their attributes, each once.
  func channels() throws(SysfsError) -> [NumberedName] {
    var names = try root.entriesIfPresent(path) ?? []
    if !names.contains("name") { names += try root.entriesIfPresent(path + "/device") ?? [] }
    var seen: Set<NumberedName> = []
    return names.compactMap { name in
      guard let (channel, property) = HwmonChip.split(name) else { return nil }
      guard ["input", "average"].contains(property), seen.insert(channel).inserted else { return nil }
      return channel
    }
  }

  /// `temp1_input` as its channel and property; nothing for what is no such attribute.
  static func split(_ attribute: String) -> (channel: NumberedName, property: String)? {
    guard let underscore = attribute.firstIndex(of: "_") else { return nil }
    let property = attribute[attribute.index(after: underscore)...]
    return NumberedName(attribute[..<underscore]).map { ($0, String(property)) }
  }

  func temperature(_ channel: String) -> Hwmon.Temperature {
    Hwmon.Temperature(
      channel: channel, label: label(channel),
      input: Attribute { () throws(SysfsError) in try celsius(channel) },
      max: bound(channel, "max"), critical: bound(channel, "crit"))
  }

  /// - Throws: also where the chip flags the probe as faulty.
  func celsius(_ channel: String) throws(SysfsError) -> Celsius {
    let input = path(of: channel, "input")
    if (try? root.numberIfPresent(path(of: channel, "fault"))) == 1 {
      throw SysfsError(.read, root.hostPath(input), .flagged)
    }
    return Celsius(Double(try root.number(input)) / 1000)
  }

  func fan(_ channel: String) -> Hwmon.Fan {
    Hwmon.Fan(
      channel: channel, label: label(channel),
      speed: Attribute { () throws(SysfsError) in
        let input = path(of: channel, "input")
        if (try? root.numberIfPresent(path(of: channel, "fault"))) == 1 {
          throw SysfsError(.read, root.hostPath(input), .flagged)
        }
        return TurnsPerMinute(Double(try root.number(input)))
      })
  }

  func power(_ channel: String) -> Hwmon.Power {
    Hwmon.Power(
      channel: channel, label: label(channel), draw: Attribute { () throws(SysfsError) in try watts(channel) }
    )
  }

  /// The present power, else the average, as chips have one or the other.
  func watts(_ channel: String) throws(SysfsError) -> Watts {
    if let microwatts = try root.numberIfPresent(path(of: channel, "input")) {
      return Watts(Double(microwatts) / 1e6)
    }
    return Watts(Double(try root.number(path(of: channel, "average"))) / 1e6)
  }

  /// An attribute of a channel, kept open, with the flag of a faulty probe where the chip has one.
  func open(_ channel: String, _ property: String, scale: Double) throws(SysfsError) -> any BoundSensor {
    ScaledAttribute(
      input: try OpenAttribute(path(of: channel, property), in: root),
      fault: OpenAttribute.ifPresent(path(of: channel, "fault"), in: root), scale: scale)
  }

  func has(_ channel: String, _ property: String) -> Bool { root.isPresent(path(of: channel, property)) }

  func label(_ channel: String) -> String? { try? root.readIfPresent(path(of: channel, "label")) }

  /// A bound of the chip; nothing where it has none, or says the greatest number for "none".
  private func bound(_ channel: String, _ property: String) -> Celsius? {
    guard let bound = try? root.numberIfPresent(path(of: channel, property)), bound.magnitude < 1_000_000
    else {
      return nil
    }
    return Celsius(Double(bound) / 1000)
  }

  private func path(of channel: String, _ property: String) -> String {
    let attribute = "\(path)/\(channel)_\(property)"
    let old = "\(path)/device/\(channel)_\(property)"
    return !root.isPresent(attribute) && root.isPresent(old) ? old : attribute
  }
}
