import Glibc

/// Takes the tree of a live machine: only the attributes that the readers of this module know, so that a capture can be
/// published. Serial numbers are left out, replaced where they are a device's name, and hardware addresses are blanked.
package struct SysfsCapture {
  /// No class has more devices, and no directory more attributes, in a capture.
  package static let mostInOneDirectory = 512

  private let root: SysfsRoot
  /// Thermometers that the board names: their serial numbers are published in it already.
  private let named: Set<String>
  private var tree = SysfsTree()

  /// - Parameter board: whose thermometers keep their names, and whose files are taken too.
  /// - Returns: the tree; without the classes that the machine lacks.
  package static func take(from root: SysfsRoot, board: Board? = nil) -> SysfsTree {
    let sources = board?.temperatureSources ?? []
    var capture = SysfsCapture(root: root, named: Set(sources.compactMap(\.oneWireID)))
    capture.processors()
    capture.hwmon()
    capture.thermal()
    capture.powercap()
    capture.drm()
    capture.thermometers()
    capture.converters()
    for path in board?.files ?? [] {
      guard let slash = path.lastIndex(of: "/") else { continue }
      capture.attributes(String(path[..<slash]), [String(path[path.index(after: slash)...])])
    }
    return capture.tree
  }

  private init(root: SysfsRoot, named: Set<String>) {
    self.root = root
    self.named = named
  }

  private mutating func processors() {
    let path = CPUTopology.path
    attributes(path, ["online", "possible", "present"])
    attributes(path + "/smt", ["active"])
    for name in names(path) where NumberedName(name)?.stem == "cpu" {
      attributes("\(path)/\(name)/topology", ["physical_package_id", "die_id", "core_id"])
    }
    for policy in names(Cpufreq.path) where NumberedName(policy)?.stem == "policy" {
      attributes(
        "\(Cpufreq.path)/\(policy)",
        [
          "related_cpus", "scaling_governor", "scaling_driver", "scaling_cur_freq", "scaling_max_freq",
          "cpuinfo_max_freq", "cpuinfo_min_freq",
        ])
    }
  }

  private mutating func hwmon() {
    for entry in names(Hwmon.path) where Hwmon.isChip(entry) {
      let place = device(Hwmon.path + "/" + entry)
      chip(place)
      link(place + "/device")
      if !root.isPresent(place + "/name") { chip(place + "/device") }
    }
  }

  /// The attributes of a chip that the hwmon interface names, whichever directory they are in.
  private mutating func chip(_ path: String) {
    let path = root.resolve(path) ?? path
    attributes(path, names(path).filter { $0 == "name" || SysfsCapture.isSensor($0) })
  }

  private static func isSensor(_ name: String) -> Bool {
    guard let (channel, property) = HwmonChip.split(name) else { return false }
    return ["temp", "power", "energy", "fan"].contains(channel.stem)
      && ["input", "average", "label", "max", "crit", "crit_alarm", "fault", "cap"].contains(property)
  }

  private mutating func thermal() {
    for entry in names(ThermalZone.path) where ThermalZone.isZone(entry) {
      let place = device(ThermalZone.path + "/" + entry)
      let trips = names(place).filter { $0.hasPrefix("trip_point_") && !$0.hasSuffix("_hyst") }
      attributes(place, ["type", "temp", "mode", "policy"] + trips)
    }
  }

  private mutating func powercap() {
    for zone in names(Powercap.path) where Powercap.isZone(zone) {
      attributes(device(Powercap.path + "/" + zone), ["name", "energy_uj", "max_energy_range_uj"])
    }
  }

  private mutating func drm() {
    for entry in names(DRM.path) where DRM.isCard(entry) {
      let place = device(DRM.path + "/" + entry)
      link(place + "/device")
      guard let card = root.resolve(place + "/device") else { continue }
      attributes(card, ["vendor", "device", "gpu_busy_percent", "mem_info_vram_total", "mem_info_vram_used"])
      attributes(card + "/power", ["runtime_status"])
      link(card + "/driver")
      for chip in names(card + "/hwmon") where Hwmon.isChip(chip) { self.chip(card + "/hwmon/" + chip) }
    }
  }

  /// A thermometer's name is its serial number: those that the board doesn't name are numbered anew, in their order.
  private mutating func thermometers() {
    var number = 0
    for id in names(W1Therm.path) where W1Therm.isDeviceName(id) {
      if !named.contains(id) { number += 1 }
      let digits = String(number, radix: 16)
      let family = id.prefix(2)
      let anonymous = family + "-" + String(repeating: "0", count: 12 - digits.utf8.count) + digits
      let name = named.contains(id) ? id : anonymous
      // `w1_slave` only where it is the only one; its bytes are a temperature and settings.
      let source = W1Therm.path + "/" + id
      let value = root.isPresent(source + "/temperature") ? "temperature" : "w1_slave"
      attributes(source, [value, "resolution"], as: W1Therm.path + "/" + name)
    }
  }

  private mutating func converters() {
    for entry in names(IIO.path) where IIO.isDevice(entry) {
      let path = IIO.path + "/" + entry
      let temperatures = names(path).filter { $0.hasPrefix("in_temp") }
      if !temperatures.isEmpty { attributes(device(path), ["name"] + temperatures) }
    }
  }

  private func names(_ path: String) -> [String] {
    Array(((try? root.entriesIfPresent(path)) ?? nil ?? []).prefix(SysfsCapture.mostInOneDirectory))
  }

  /// Takes the link of a class directory and returns the place of the device itself.
  private mutating func device(_ path: String) -> String {
    link(path)
    return root.resolve(path) ?? path
  }

  /// A link, pointing where it really leads, and the directory there.
  private mutating func link(_ path: String) {
    guard let parent = path.lastIndex(of: "/").flatMap({ root.resolve(String(path[..<$0])) }),
      let name = path.split(separator: "/").last
    else { return }
    let place = parent + "/" + name
    guard let resolved = root.resolve(path), root.linkTarget(path) != nil, resolved != place else { return }
    add(resolved, SysfsTree.Entry(.directory, mode: 0o755))
    let up = parent.split(separator: "/").map { _ in ".." }
    let target = (up + resolved.split(separator: "/").map { String(SysfsCapture.blanked(String($0))) })
      .joined(separator: "/")
    add(place, SysfsTree.Entry(.link(target: target), mode: 0o777))
  }

  private mutating func attributes(_ path: String, _ names: [String], as place: String? = nil) {
    for name in names {
      let source = path + "/" + name
      guard root.isPresent(source) else { continue }
      var bytes: [UInt8] = []
      var failed: Int32?
      do { bytes = try root.readBytes(source) } catch { failed = error.errno ?? EIO }
      let text = SysfsCapture.blanked(String(decoding: bytes, as: UTF8.self))
      let mode = root.permissions(source) ?? 0o444
      let content: SysfsTree.Content = failed.map { .unreadable(errno: $0) } ?? .file(Array(text.utf8))
      add((place ?? path) + "/" + name, SysfsTree.Entry(content, mode: mode))
    }
  }

  private mutating func add(_ path: String, _ entry: SysfsTree.Entry) {
    let relative = SysfsCapture.blanked(String(path.drop { $0 == "/" }))
    guard tree.entries.count < SysfsTree.mostEntries, SysfsTree.isInside(relative) else { return }
    // A directory that is only known as a link's end never replaces what is in it.
    if case .directory = entry.content, tree.entries[relative] != nil { return }
    tree.entries[relative] = entry
  }

  /// Hardware addresses in a text, six pairs of digits with one mark between them, as zeros. Batteries of keyboards and
  /// headsets have them in their names.
  static func blanked(_ text: String) -> String {
    var characters = Array(text)
    var start = 0
    while start + 17 <= characters.count {
      if isAddress(characters[start..<start + 17]),
        start == 0 || !characters[start - 1].isHexDigit,
        start + 17 == characters.count || !characters[start + 17].isHexDigit
      {
        for index in start..<start + 17 where characters[index].isHexDigit { characters[index] = "0" }
        start += 17
      } else {
        start += 1
      }
    }
    return String(characters)
  }

  private static func isAddress(_ characters: ArraySlice<Character>) -> Bool {
    guard let mark = characters.dropFirst(2).first, ":-_".contains(mark) else { return false }
    return characters.enumerated().allSatisfy {
      $0.offset % 3 == 2 ? $0.element == mark : $0.element.isHexDigit
    }
  }
}
