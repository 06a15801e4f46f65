internal import Workload

/// The entries of a profile that grant something of the host: mounts, devices, destinations.
extension Profile {
  static func absolutePath(_ value: YAMLValue) -> SandboxPath? {
    guard let text = value.string() else { return nil }
    guard let path = SandboxPath(text), !path.components.isEmpty else {
      return value.mistake("'\(text)' must be an absolute path without '.', '..' or '//', and not '/'")
    }
    return path
  }

  /// Directories that every sandbox makes itself.
  private static let own = [".empty", "dev", "proc", "sys", "tmp", "work"]
  /// Files that a sandbox with mounts makes itself, in a directory that it makes too.
  private static let ownFiles = ["/etc", "/etc/group", "/etc/passwd"]

  static func readMounts(_ values: [YAMLValue]) -> [String]? {
    var seen: [SandboxPath] = []
    for value in values {
      guard let path = absolutePath(value) else { continue }
      if own.contains(path.components[0]) {
        value.report("'\(path)' can't be mounted: /\(path.components[0]) is the sandbox's own")
      } else if ownFiles.contains(path.description) {
        value.report("'\(path)' can't be mounted: the sandbox makes its own; name what is needed below /etc")
      } else if let outer = seen.first(where: { path == $0 || path.isBelow($0) }) {
        value.report("'\(path)' is there already, by the mount of '\(outer)'; take it out")
      } else if let inner = seen.first(where: { $0.isBelow(path) }) {
        value.report("'\(inner)' lies in '\(path)', which can't be mounted round it; take '\(inner)' out")
      }
      seen.append(path)
    }
    // Of entries that were mistaken, the mistake is reported: what is returned for them is never used.
    return seen.map(\.description)
  }

  static func readDevices(_ values: [YAMLValue]) -> [String]? {
    var seen: [String] = []
    for value in values {
      guard let text = value.string() else { continue }
      if let mistake = DeviceNodes.mistake(in: text) { value.report(mistake) }
      if seen.contains(text) { value.report("'\(text)' stands twice") }
      seen.append(text)
    }
    return seen
  }

  static func readNetwork(_ mapping: YAMLMapping) -> [NetworkDestination]? {
    guard let values = mapping.required("allow", { $0.list() }) else { return nil }
    if values.isEmpty { mapping.report("'allow' is empty; take 'network' out where nothing may be reached") }
    var seen: [NetworkDestination] = []
    for value in values {
      guard let text = value.string() else { continue }
      do {
        let destination = try NetworkDestination(text)
        if seen.contains(destination) { value.report("'\(text)' stands twice") }
        seen.append(destination)
      } catch {
        value.report(error.description)
      }
    }
    return seen
  }
}
