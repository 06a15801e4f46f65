internal import Glibc
internal import SandboxPlan

/// The device nodes that a profile's `devices` grants, and what a run's start asks of them.
enum DeviceNodes {
  /// What the sandbox has of its own below /dev.
  static let provided: Set<String> = [
    "/dev/fd", "/dev/full", "/dev/null", "/dev/random", "/dev/shm", "/dev/stderr", "/dev/stdin",
    "/dev/stdout",
    "/dev/urandom", "/dev/zero",
  ]

  /// Nodes by which a task would reach the host's memory, log or somebody's terminal, with the reason.
  private static let refused: [String: String] = [
    "mem": "it is the host's memory", "kmem": "it is the kernel's memory",
    "port": "it is the host's I/O ports",
    "kmsg": "it is the kernel's log", "console": "it is the host's console", "tty": "it is a terminal",
    "ptmx": "it makes terminals of the host", "pts": "those are terminals of the host",
  ]

  /// What is wrong with a path as an entry of `devices`; nothing where it is right.
  static func mistake(in text: String) -> String? {
    guard let path = SandboxPath(text), path.components.count > 1, path.components[0] == "dev" else {
      return "'\(text)' must be a device node below /dev, without '.', '..' or '//'"
    }
    if text.contains(where: { "*?[]{}".contains($0) }) {
      return "'\(text)' is a pattern; name each device node by itself"
    }
    if provided.contains(text) { return "'\(text)' is in every sandbox already; take it out" }
    let name = path.components[1]
    if let reason = refused[name] ?? (isTerminal(name) ? refused["tty"] : nil) {
      return "'\(text)' can't be granted: \(reason)"
    }
    return nil
  }

  /// Virtual consoles and serial lines: tty1, ttyS0, ttyUSB0, vcs, vcsa1.
  private static func isTerminal(_ name: String) -> Bool { name.hasPrefix("tty") || name.hasPrefix("vcs") }

  /// Says what is missing of a profile's devices, all at once.
  static func check(_ paths: [String]) throws(SandboxError) {
    var missing: [String] = []
    for path in paths {
      var status = stat()
      // Not through a link: what the profile names is what the task gets.
      if lstat(path, &status) != 0 {
        missing.append("\(path) (\(String(cString: strerror(errno))))")
      } else if status.st_mode & S_IFMT != S_IFCHR {
        missing.append("\(path) (it is \(kind(status.st_mode)), not a character device)")
      }
    }
    guard missing.isEmpty else {
      throw .hostLacks(
        feature: "devices that the profile grants: \(missing.joined(separator: ", "))",
        remedy: "load their driver, or take them out of the profile's 'devices'")
    }
  }

  /// Nodes that members of their group may open and others may not, such as those of render: as nodes that are the
  /// sandbox's own, with what the group may do. The sandbox's id is in no group of the host, and shall be in none.
  static func remade(_ paths: [String], for id: SandboxID) -> [String: DeviceNode] {
    var nodes: [String: DeviceNode] = [:]
    for path in paths {
      var status = stat()
      guard lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFCHR, status.st_uid != id.user else {
        continue
      }
      let others = status.st_mode & 0o6
      let members = status.st_mode >> 3 & 0o6 | others
      guard members != others else { continue }
      nodes[path] = DeviceNode(
        device: UInt64(status.st_rdev), mode: UInt32(members << 6), user: id.user, group: id.group)
    }
    return nodes
  }

  private static func kind(_ mode: mode_t) -> String {
    switch mode & S_IFMT {
    case S_IFDIR: "a directory"
    case S_IFLNK: "a link"
    case S_IFBLK: "a block device"
    case S_IFREG: "a file"
    default: "something else"
    }
  }
}

extension Profile {
  /// Throws which of its devices this host lacks and why. To be asked when a run starts.
  package func checkDevices() throws(SandboxError) { try DeviceNodes.check(devices) }

  /// Its devices and destinations as a result's exemptions name them.
  package var grantedExemptions: [String] {
    devices.map { "device:\($0)" } + network.map { "network:\($0)" }
  }
}
