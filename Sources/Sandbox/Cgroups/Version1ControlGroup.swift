internal import SandboxPlan
internal import Workload

/// A group in each version 1 controller, and on a hybrid host one in the version 2 hierarchy, which has no
/// controllers there but cgroup.kill, cgroup.freeze and accurate processor time.
struct Version1ControlGroup: ControlGroup {
  private let controllers: [String: String]
  private let unified: String?
  let directories: [String]
  let settings: [CgroupSetting]
  let lacks: Set<LimitedResource>

  var birthplace: String? { unified }
  var tasks: [String] { directories.filter { $0 != unified }.map { $0 + "/tasks" } }

  /// - Parameter mounts: directories in which this process may make groups.
  init(named name: String, mounts: CgroupMounts, limits: CgroupLimits) {
    var wanted = ["memory", "pids", "cpu", "blkio"]
    if !limits.processors.isEmpty { wanted.append("cpuset") }
    // Version 2 freezes and counts processor time without a controller.
    if mounts.version2 == nil { wanted += ["cpuacct", "freezer"] }
    controllers = mounts.version1.filter { wanted.contains($0.key) }.mapValues { $0 + "/" + name }
    unified = mounts.version2.map { $0 + "/" + name }
    // cpu and cpuacct are often one mount.
    directories = Set(controllers.values).sorted() + [unified].compactMap { $0 }
    var lacks: Set<LimitedResource> = []
    if controllers["memory"] == nil { lacks.insert(.memory) }
    if controllers["pids"] == nil { lacks.insert(.processes) }
    if controllers["cpu"] == nil { lacks.insert(.processorTime) }
    if controllers["cpuset"] == nil && !limits.processors.isEmpty { lacks.insert(.processors) }
    if let io = limits.io, controllers["blkio"] == nil || !io.devices.isComplete {
      lacks.insert(.deviceRates)
    }
    self.lacks = lacks
    settings = Self.settings(controllers, mounts, limits)
  }

  private static func settings(
    _ controllers: [String: String], _ mounts: CgroupMounts, _ limits: CgroupLimits
  ) -> [CgroupSetting] {
    var settings: [CgroupSetting] = []
    if let memory = controllers["memory"] {
      settings.append(CgroupSetting(path: memory + "/memory.limit_in_bytes", value: "\(limits.memory)"))
      // Memory and swap together; absent where the kernel doesn't account swap.
      settings.append(
        CgroupSetting(
          path: memory + "/memory.memsw.limit_in_bytes", value: "\(limits.memory)", mayBeMissing: true))
    }
    if let pids = controllers["pids"] {
      settings.append(CgroupSetting(path: pids + "/pids.max", value: "\(limits.processCount)"))
    }
    if let cpu = controllers["cpu"] {
      settings.append(
        CgroupSetting(path: cpu + "/cpu.cfs_period_us", value: "\(CgroupLimits.periodMicroseconds)"))
      settings.append(CgroupSetting(path: cpu + "/cpu.cfs_quota_us", value: "\(limits.quotaMicroseconds)"))
    }
    if let cpuset = controllers["cpuset"], let parent = mounts.version1["cpuset"] {
      // Both are empty in a new group, and nothing can join it then.
      settings.append(
        CgroupSetting(path: cpuset + "/cpuset.mems", value: HostFile.text(parent + "/cpuset.mems") ?? "0"))
      settings.append(CgroupSetting(path: cpuset + "/cpuset.cpus", value: limits.processorList))
    }
    if let blkio = controllers["blkio"] {
      settings += limits.rates { disk, rates in
        [
          ("read_bps", rates.readBytes), ("write_bps", rates.writeBytes), ("read_iops", rates.readOperations),
          ("write_iops", rates.writeOperations),
        ].compactMap { name, most in
          most.map { CgroupSetting(path: "\(blkio)/blkio.throttle.\(name)_device", value: "\(disk) \($0)") }
        }
      }
    }
    return settings
  }

  var freezer: Freezer? {
    if let unified { return Freezer(path: unified + "/cgroup.freeze", frozen: "1", thawed: "0") }
    return controllers["freezer"].map {
      Freezer(path: $0 + "/freezer.state", frozen: "FROZEN", thawed: "THAWED")
    }
  }

  func processorTime(limitMicroseconds: UInt64, processors: UInt32) -> ProcessorTime? {
    if let unified {
      return ProcessorTime(
        limitMicroseconds: limitMicroseconds, path: unified + "/cpu.stat", key: "usage_usec",
        unitsPerMicrosecond: 1, processors: processors)
    }
    return controllers["cpuacct"].map {
      ProcessorTime(
        limitMicroseconds: limitMicroseconds, path: $0 + "/cpuacct.usage", key: "", unitsPerMicrosecond: 1000,
        processors: processors)
    }
  }

  func usage() -> CgroupUsage {
    var usage = CgroupUsage()
    if let unified {
      usage.processorMicroseconds = HostFile.number("usage_usec", in: unified + "/cpu.stat")
    } else if let cpuacct = controllers["cpuacct"] {
      usage.processorMicroseconds = HostFile.number(cpuacct + "/cpuacct.usage").map { $0 / 1000 }
    }
    if let memory = controllers["memory"] {
      usage.peakMemory = HostFile.number(memory + "/memory.max_usage_in_bytes")
      usage.wasOutOfMemory = (HostFile.number("oom_kill", in: memory + "/memory.oom_control") ?? 0) > 0
    }
    if let blkio = controllers["blkio"], let text = HostFile.text(blkio + "/blkio.throttle.io_service_bytes")
    {
      // "254:0 Read 4096" for each device.
      usage.readBytes = 0
      usage.writtenBytes = 0
      for line in text.split(separator: "\n") {
        let fields = line.split(separator: " ")
        guard fields.count == 3, let bytes = UInt64(fields[2]) else { continue }
        if fields[1] == "Read" { usage.readBytes = (usage.readBytes ?? 0) + bytes }
        if fields[1] == "Write" { usage.writtenBytes = (usage.writtenBytes ?? 0) + bytes }
      }
    }
    return usage
  }
}
