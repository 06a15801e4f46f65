internal import SandboxPlan
internal import Workload

/// A group of the version 2 hierarchy: kernel documentation, admin-guide/cgroup-v2.
struct Version2ControlGroup: ControlGroup {
  private let directory: String
  let settings: [CgroupSetting]
  let lacks: Set<LimitedResource>

  var directories: [String] { [directory] }
  var birthplace: String? { directory }
  var tasks: [String] { [] }
  var freezer: Freezer? { Freezer(path: directory + "/cgroup.freeze", frozen: "1", thawed: "0") }

  /// - Parameters:
  ///   - parent: a directory in which this process may make groups.
  ///   - controllers: those that `parent` passes on.
  init(named name: String, parent: String, controllers: Set<String>, limits: CgroupLimits) {
    directory = parent + "/" + name
    var lacks: Set<LimitedResource> = []
    if !controllers.contains("memory") { lacks.insert(.memory) }
    if !controllers.contains("pids") { lacks.insert(.processes) }
    if !controllers.contains("cpu") { lacks.insert(.processorTime) }
    if !controllers.contains("cpuset") && !limits.processors.isEmpty { lacks.insert(.processors) }
    if let io = limits.io, !controllers.contains("io") || !io.devices.isComplete {
      lacks.insert(.deviceRates)
    }
    self.lacks = lacks
    settings = Self.settings(directory, controllers, limits)
  }

  private static func settings(
    _ directory: String, _ controllers: Set<String>, _ limits: CgroupLimits
  ) -> [CgroupSetting] {
    var settings: [CgroupSetting] = []
    if controllers.contains("memory") {
      settings.append(CgroupSetting(path: directory + "/memory.max", value: "\(limits.memory)"))
      // All or nothing: half a task is no task.
      settings.append(CgroupSetting(path: directory + "/memory.oom.group", value: "1"))
      // Absent where the kernel doesn't account swap.
      settings.append(CgroupSetting(path: directory + "/memory.swap.max", value: "0", mayBeMissing: true))
    }
    if controllers.contains("pids") {
      settings.append(CgroupSetting(path: directory + "/pids.max", value: "\(limits.processCount)"))
    }
    if controllers.contains("cpu") {
      let bandwidth = "\(limits.quotaMicroseconds) \(CgroupLimits.periodMicroseconds)"
      settings.append(CgroupSetting(path: directory + "/cpu.max", value: bandwidth))
    }
    if controllers.contains("cpuset") && !limits.processors.isEmpty {
      settings.append(CgroupSetting(path: directory + "/cpuset.cpus", value: limits.processorList))
    }
    if controllers.contains("io") {
      settings += limits.rates { disk, rates in
        let most = [
          ("rbps", rates.readBytes), ("wbps", rates.writeBytes), ("riops", rates.readOperations),
          ("wiops", rates.writeOperations),
        ].compactMap { name, most in most.map { "\(name)=\($0)" } }
        return [CgroupSetting(path: directory + "/io.max", value: "\(disk) \(most.joined(separator: " "))")]
      }
    }
    return settings
  }

  func processorTime(limitMicroseconds: UInt64, processors: UInt32) -> ProcessorTime? {
    ProcessorTime(
      limitMicroseconds: limitMicroseconds, path: directory + "/cpu.stat", key: "usage_usec",
      unitsPerMicrosecond: 1, processors: processors)
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
}
