internal import Glibc

/// A group in each version 1 controller, and on a hybrid host one in the version 2 hierarchy, which has no
/// controllers there but cgroup.kill and accurate processor time.
struct Version1ControlGroup: ControlGroup {
  private let directories: [String: String]
  private let unified: String?
  let lacks: Set<LimitedResource>

  var birthplace: String? { unified }
  var members: [String] { directories.values.sorted().map { $0 + "/cgroup.procs" } }

  init(named name: String, mounts: CgroupMounts, limits: CgroupLimits) throws(SandboxError) {
    var made: [String: String] = [:]
    var controllers = ["memory", "pids", "cpu", "cpuacct", "blkio"]
    if !limits.processors.isEmpty { controllers.append("cpuset") }
    for controller in controllers {
      guard let base = mounts.version1[controller] else { continue }
      // cpu and cpuacct are often one mount.
      let directory = base + "/" + name
      if made.values.contains(directory) || mkdir(directory, 0o755) == 0 { made[controller] = directory }
    }
    directories = made
    unified = mounts.version2.map { $0 + "/" + name }.flatMap { mkdir($0, 0o755) == 0 ? $0 : nil }
    var lacks: Set<LimitedResource> = []
    if made["memory"] == nil { lacks.insert(.memory) }
    if made["pids"] == nil { lacks.insert(.processes) }
    if made["cpu"] == nil { lacks.insert(.processorTime) }
    if made["cpuset"] == nil && !limits.processors.isEmpty { lacks.insert(.processors) }
    self.lacks = lacks
    do throws(SandboxError) {
      try apply(limits, mounts)
    } catch {
      _ = remove()
      throw error
    }
  }

  private func apply(_ limits: CgroupLimits, _ mounts: CgroupMounts) throws(SandboxError) {
    if let memory = directories["memory"] {
      try HostFile.set("\(limits.memory)", in: memory + "/memory.limit_in_bytes")
      // Memory and swap together; absent where the kernel doesn't account swap.
      let swap = memory + "/memory.memsw.limit_in_bytes"
      if HostFile.exists(swap) { try HostFile.set("\(limits.memory)", in: swap) }
    }
    if let pids = directories["pids"] { try HostFile.set("\(limits.processCount)", in: pids + "/pids.max") }
    if let cpu = directories["cpu"] {
      try HostFile.set("\(CgroupLimits.periodMicroseconds)", in: cpu + "/cpu.cfs_period_us")
      try HostFile.set("\(limits.quotaMicroseconds)", in: cpu + "/cpu.cfs_quota_us")
    }
    if let cpuset = directories["cpuset"], let parent = mounts.version1["cpuset"] {
      // Both are empty in a new group, and nothing can join it then.
      try HostFile.set(HostFile.text(parent + "/cpuset.mems") ?? "0", in: cpuset + "/cpuset.mems")
      try HostFile.set(limits.processorList, in: cpuset + "/cpuset.cpus")
    }
  }

  func usage() -> CgroupUsage {
    var usage = CgroupUsage()
    if let nanoseconds = directories["cpuacct"].flatMap({ HostFile.number($0 + "/cpuacct.usage") }) {
      usage.processorMicroseconds = nanoseconds / 1000
    } else if let unified {
      usage.processorMicroseconds = HostFile.number("usage_usec", in: unified + "/cpu.stat")
    }
    if let memory = directories["memory"] {
      usage.peakMemory = HostFile.number(memory + "/memory.max_usage_in_bytes")
      usage.wasOutOfMemory = (HostFile.number("oom_kill", in: memory + "/memory.oom_control") ?? 0) > 0
    }
    if let blkio = directories["blkio"], let text = HostFile.text(blkio + "/blkio.throttle.io_service_bytes")
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

  func kill() {
    if let unified { _ = HostFile.write("1", to: unified + "/cgroup.kill") }
  }

  func remove() -> Bool {
    (Set(directories.values).sorted() + [unified].compactMap { $0 }).reduce(true) { isGone, directory in
      let isRemoved = rmdir(directory) == 0 || errno == ENOENT
      return isGone && isRemoved
    }
  }
}
