internal import Glibc

/// A group of the version 2 hierarchy: kernel documentation, admin-guide/cgroup-v2.
struct Version2ControlGroup: ControlGroup {
  private let directory: String
  let lacks: Set<LimitedResource>

  var birthplace: String? { directory }
  var members: [String] { [] }

  /// - Parameters:
  ///   - parent: a directory in which this process may make groups.
  ///   - controllers: those that `parent` passes on.
  init(named name: String, parent: String, controllers: Set<String>, limits: CgroupLimits)
    throws(SandboxError)
  {
    directory = parent + "/" + name
    var lacks: Set<LimitedResource> = []
    if !controllers.contains("memory") { lacks.insert(.memory) }
    if !controllers.contains("pids") { lacks.insert(.processes) }
    if !controllers.contains("cpu") { lacks.insert(.processorTime) }
    if !controllers.contains("cpuset") && !limits.processors.isEmpty { lacks.insert(.processors) }
    self.lacks = lacks
    if mkdir(directory, 0o755) < 0 {
      throw .systemCallFailed(doing: "creating the cgroup \(directory)", errno: errno)
    }
    do throws(SandboxError) {
      try apply(limits, controllers)
    } catch {
      _ = remove()
      throw error
    }
  }

  private func apply(_ limits: CgroupLimits, _ controllers: Set<String>) throws(SandboxError) {
    if controllers.contains("memory") {
      try HostFile.set("\(limits.memory)", in: directory + "/memory.max")
      // All or nothing: half a task is no task.
      try HostFile.set("1", in: directory + "/memory.oom.group")
      let swap = directory + "/memory.swap.max"
      if HostFile.exists(swap) { try HostFile.set("0", in: swap) }
    }
    if controllers.contains("pids") { try HostFile.set("\(limits.processCount)", in: directory + "/pids.max") }
    if controllers.contains("cpu") {
      let bandwidth = "\(limits.quotaMicroseconds) \(CgroupLimits.periodMicroseconds)"
      try HostFile.set(bandwidth, in: directory + "/cpu.max")
    }
    if controllers.contains("cpuset") && !limits.processors.isEmpty {
      try HostFile.set(limits.processorList, in: directory + "/cpuset.cpus")
    }
  }

  func usage() -> CgroupUsage {
    var usage = CgroupUsage()
    usage.processorMicroseconds = HostFile.number("usage_usec", in: directory + "/cpu.stat")
    usage.peakMemory = HostFile.number(directory + "/memory.peak")
    let events = directory + "/memory.events"
    usage.wasOutOfMemory =
      ["oom_kill", "oom_group_kill"].contains { (HostFile.number($0, in: events) ?? 0) > 0 }
    if let text = HostFile.text(directory + "/io.stat") {
      // "254:0 rbytes=4096 wbytes=0 …" for each device.
      let fields = text.split { $0 == "\n" || $0 == " " }
      func sum(_ key: String) -> UInt64 {
        fields.filter { $0.hasPrefix(key) }.compactMap { UInt64($0.dropFirst(key.count)) }.reduce(0, +)
      }
      usage.readBytes = sum("rbytes=")
      usage.writtenBytes = sum("wbytes=")
    }
    return usage
  }

  func kill() { _ = HostFile.write("1", to: directory + "/cgroup.kill") }

  func remove() -> Bool { rmdir(directory) == 0 || errno == ENOENT }
}
