/// A graphics or compute card: `/sys/class/drm`, one for each device, whether it has `cardN`, `renderDN` or both.
package struct DRM: Sendable, Encodable {
  package static let path = "/sys/class/drm"

  /// `card0`, or `renderD128` for a card without a display node.
  package var entry: String
  /// The path that its `device` link resolves to.
  package var device: String?
  /// PCI vendor, 0x1002; nothing for devices without one.
  package var vendorID: Int?
  package var deviceID: Int?
  package var driver: String?
  /// Whether it sleeps. A sleeping card isn't asked for more, since that would wake it.
  package var isSuspended: Bool
  /// amdgpu: how busy it is, in percent.
  package var busyPercent: Attribute<Int64>?
  package var memoryBytes: Int64?
  package var memoryUsedBytes: Int64?
  /// Of its own hwmon chip.
  package var temperatures: [Hwmon.Temperature]
  package var powers: [Hwmon.Power]

  package var vendor: String {
    switch vendorID {
    case 0x1002: "AMD"
    case 0x10de: "NVIDIA"
    case 0x8086: "Intel"
    case 0x1a03: "ASPEED (remote console, not for computing)"
    case .some(let other): "vendor 0x" + String(other, radix: 16)
    case .none: "no PCI vendor"
    }
  }

  /// Whether it can compute: a management controller's display or a virtual one can't.
  package var isGPU: Bool { DRM.isGPU(vendor: vendorID) }

  private static func isGPU(vendor: Int?) -> Bool { vendor.map([0x1002, 0x10de, 0x8086].contains) ?? false }

  package static func all(in root: SysfsRoot) -> DeviceClass<DRM> {
    var seen: Set<String> = []
    return .read(path, in: root, accept: isCard) { entry, path throws(SysfsError) in
      let device = root.resolve(path + "/device")
      // `renderD128` of a card that came before as `card0`.
      if let device, !seen.insert(device).inserted { return nil }
      if device == nil, entry.hasPrefix("renderD") { return nil }
      return try card(entry, path + "/device", device: device, in: root)
    }
  }

  /// How many cards can compute. Asks for nothing that would wake a sleeping one.
  package static func countGPUs(in root: SysfsRoot) -> (count: Int, faults: [SysfsError]) {
    var seen: Set<String> = []
    let cards = DeviceClass<Bool>.read(path, in: root, accept: isCard) { _, path throws(SysfsError) in
      guard let device = root.resolve(path + "/device"), seen.insert(device).inserted else { return nil }
      return isGPU(vendor: try root.readIfPresent(path + "/device/vendor").flatMap(parseID))
    }
    return (cards.devices.count { $0 }, cards.faults)
  }

  /// Connectors such as `card0-HDMI-A-1` and control nodes are no cards.
  static func isCard(_ entry: String) -> Bool {
    guard let name = NumberedName(entry) else { return false }
    return name.stem == "card" || name.stem == "renderD"
  }

  static func parseID(_ text: String) -> Int? {
    text.hasPrefix("0x") ? Int(text.dropFirst(2), radix: 16) : nil
  }

  private static func card(
    _ entry: String, _ path: String, device: String?, in root: SysfsRoot
  ) throws(SysfsError) -> DRM {
    let isSuspended = (try? root.readIfPresent(path + "/power/runtime_status")) == "suspended"
    var card = DRM(
      entry: entry, device: device, vendorID: try root.readIfPresent(path + "/vendor").flatMap(parseID),
      deviceID: (try? root.readIfPresent(path + "/device")).flatMap(parseID),
      driver: root.linkTarget(path + "/driver")?.split(separator: "/").last.map(String.init),
      isSuspended: isSuspended, temperatures: [], powers: [])
    if isSuspended { return card }
    let busy = path + "/gpu_busy_percent"
    if root.isPresent(busy) {
      card.busyPercent = Attribute { () throws(SysfsError) in try root.number(busy) }
    }
    card.memoryBytes = try? root.numberIfPresent(path + "/mem_info_vram_total")
    card.memoryUsedBytes = try? root.numberIfPresent(path + "/mem_info_vram_used")
    for chip in (try? root.entriesIfPresent(path + "/hwmon")) ?? [] where Hwmon.isChip(chip) {
      let reader = HwmonChip(entry: chip, path: path + "/hwmon/" + chip, in: root)
      let channels = (try? reader.channels()) ?? []
      card.temperatures += channels.filter { $0.stem == "temp" }.map {
        reader.temperature("temp\($0.number)")
      }
      card.powers += channels.filter { $0.stem == "power" }.map { reader.power("power\($0.number)") }
    }
    return card
  }
}
