internal import Glibc
internal import Synchronization

/// Where this process may make cgroups, found once per process.
enum CgroupHost: Hashable, Sendable {
  case version2(parent: String, controllers: Set<String>)
  case version1(CgroupMounts)
  /// Nowhere, and why.
  case none(String)

  static let current = detect()
  private static let counter = Atomic<UInt32>(0)
  private static let wanted = ["cpu", "cpuset", "io", "memory", "pids"]

  private static func detect() -> CgroupHost {
    let mounts = CgroupMounts(
      mountinfo: HostFile.text("/proc/self/mountinfo") ?? "",
      membership: HostFile.text("/proc/self/cgroup") ?? "")
    let host = choose(mounts)
    switch host {
    case .version2(let parent, _): sweep(parent)
    case .version1(let mounts):
      for directory in Set(mounts.version1.values).union([mounts.version2].compactMap { $0 }) {
        sweep(directory)
      }
    case .none: break
    }
    return host
  }

  private static func choose(_ mounts: CgroupMounts) -> CgroupHost {
    if mounts.version1["memory"] != nil || mounts.version1["pids"] != nil {
      let usable = mounts.filtered { access($0, W_OK) == 0 }
      return ["memory", "pids", "cpu"].contains { usable.version1[$0] != nil }
        ? .version1(usable) : .none("the cgroups (version 1) of this process are not writable by this user")
    }
    guard let own = mounts.version2, let mount = mounts.version2Mount else {
      return .none("no cgroup is mounted")
    }
    var candidates = [own]
    if own != mount, let slash = own.lastIndex(of: "/") { candidates.append(String(own[..<slash])) }
    // By hand as root, in a session that isn't delegated to anybody.
    if geteuid() == 0 { candidates.append(mount) }
    let usable = candidates.filter { access($0, W_OK) == 0 && access($0 + "/cgroup.procs", W_OK) == 0 }
    let offers = usable.map { ($0, enableControllers(in: $0, isOwn: $0 == own)) }
    guard let best = offers.max(by: { $0.1.count < $1.1.count }), !best.1.isEmpty else {
      return .none("no cgroup with controllers is delegated to this user")
    }
    return .version2(parent: best.0, controllers: best.1)
  }

  /// The controllers that children of `directory` get, after asking for those that we want.
  private static func enableControllers(in directory: String, isOwn: Bool) -> Set<String> {
    let control = directory + "/cgroup.subtree_control"
    func words(_ path: String) -> Set<String> {
      Set((HostFile.text(path) ?? "").split(separator: " ").map(String.init))
    }
    let missing = words(directory + "/cgroup.controllers").intersection(wanted).subtracting(words(control))
    if missing.isEmpty { return words(control).intersection(wanted) }
    // A group with processes passes no controllers on. Where we are its only process, we step aside.
    if isOwn, HostFile.text(directory + "/cgroup.procs") == "\(getpid())" {
      let aside = directory + "/samovar-supervisor"
      if mkdir(aside, 0o755) == 0 || errno == EEXIST {
        _ = HostFile.write("\(getpid())", to: aside + "/cgroup.procs")
      }
    }
    for controller in missing { _ = HostFile.write("+\(controller)", to: control) }
    return words(control).intersection(wanted)
  }

  /// Removes what is left where daemon and helper were both killed; what still has processes stays.
  private static func sweep(_ directory: String) {
    for name in HostFile.names(in: directory) ?? [] where name.hasPrefix("samovar-") {
      let parts = name.split(separator: "-")
      guard parts.count == 3, let process = pid_t(parts[1]), Glibc.kill(process, 0) < 0, errno == ESRCH else {
        continue
      }
      rmdir(directory + "/" + name)
    }
  }

  /// A group with a name of its own, to be made.
  func group(_ limits: CgroupLimits) -> any ControlGroup {
    let number = Self.counter.add(1, ordering: .relaxed).newValue
    let name = "samovar-\(getpid())-\(number)"
    switch self {
    case .version1(let mounts): return Version1ControlGroup(named: name, mounts: mounts, limits: limits)
    case .version2(let parent, let controllers):
      return Version2ControlGroup(named: name, parent: parent, controllers: controllers, limits: limits)
    case .none:
      var lacks = Set(LimitedResource.allCases)
      if limits.processors.isEmpty { lacks.remove(.processors) }
      if limits.io == nil { lacks.remove(.deviceRates) }
      return NoControlGroup(lacks: lacks)
    }
  }
}
