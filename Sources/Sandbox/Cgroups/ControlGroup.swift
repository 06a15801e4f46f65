internal import Dispatch
internal import Glibc
internal import SandboxPlan
internal import Workload

/// A fresh cgroup for one run, as it is to be made, and where its numbers are read. samovar-init makes and removes it,
/// so that none is left wherever the daemon dies. Never used again: on some kernels a cgroup that was killed once kills
/// all that are born into it later.
protocol ControlGroup: Sendable {
  /// Of every hierarchy, the one to be born into last.
  var directories: [String] { get }
  /// What is written to their control files before anybody joins.
  var settings: [CgroupSetting] { get }
  /// The directory to be born into, where the version can do that.
  var birthplace: String? { get }
  /// The `tasks` files of version 1 that pid 1 writes itself to.
  var tasks: [String] { get }
  /// What this group can't limit.
  var lacks: Set<LimitedResource> { get }
  var freezer: Freezer? { get }
  /// The file that counts processor time, as a limit of it needs to know.
  func processorTime(limitMicroseconds: UInt64, processors: UInt32) -> ProcessorTime?
  func usage() -> CgroupUsage
}

extension ControlGroup {
  /// 5 ms apart.
  private static var mostAttempts: Int { 200 }

  /// Of a run whose helper was killed: its pid 1 hears of that and ends, and the kernel takes everything apart. What
  /// has processes even then stays for the next start to sweep.
  func removeLeftovers() async {
    for directory in directories.reversed() {
      var attempts = 0
      while rmdir(directory) < 0 && errno == EBUSY && attempts < Self.mostAttempts {
        attempts += 1
        if attempts == 1 { _ = HostFile.write("1", to: directory + "/cgroup.kill") }
        // Not Task.sleep: that returns at once in a cancelled task, and the group must go all the same.
        await withCheckedContinuation { continuation in
          DispatchQueue.global().asyncAfter(deadline: .now() + .milliseconds(5)) { continuation.resume() }
        }
      }
    }
  }
}

/// One control file and its value.
struct CgroupSetting: Hashable, Sendable {
  var path: String
  var value: String
  /// Kernels without it have nothing to set.
  var mayBeMissing = false
}

enum LimitedResource: String, Hashable, Sendable, CaseIterable {
  case memory, processes, processorTime, processors, deviceRates

  /// How the result names a limit that isn't held as it should be.
  var exemption: String {
    switch self {
    case .memory: "memory-limit-per-process-only"
    case .processes: "process-limit-by-rlimit"
    case .processorTime: "no-cpu-limit"
    case .processors: "processors-not-enforced"
    case .deviceRates: "no-io-limit"
    }
  }
}

/// What a cgroup counted. Nothing where it can't tell.
struct CgroupUsage: Hashable, Sendable {
  var processorMicroseconds: UInt64?
  var peakMemory: UInt64?
  var readBytes: UInt64?
  var writtenBytes: UInt64?
  var wasOutOfMemory = false
}

/// What a cgroup is made with.
struct CgroupLimits: Hashable, Sendable {
  var memory: UInt64
  /// With pid 1.
  var processes: UInt32
  var milliCPUs: UInt32
  /// Empty for all.
  var processors: [Int]
  /// Nothing where nothing of it is limited.
  var io: IOLimit?

  /// What a task may move, and the disks that hold a part of it.
  struct IOLimit: Hashable, Sendable {
    var rates: DeviceRates
    var devices: BlockDevices
  }

  /// What each disk is told, in the order of io.max.
  func rates(_ each: (BlockDevice, DeviceRates) -> [CgroupSetting]) -> [CgroupSetting] {
    io.map { io in io.devices.disks.flatMap { each($0, io.rates) } } ?? []
  }

  /// What pids.max takes: the kernel refuses more than it can ever have.
  var processCount: UInt32 { min(processes, 4_194_304) }

  /// Microseconds of processor time in each 100 ms; the kernel wants 1 ms at least.
  var quotaMicroseconds: UInt64 { max(1000, UInt64(milliCPUs) * 100) }
  static let periodMicroseconds: UInt64 = 100_000

  /// `0,2,3` as cpuset(7) has it.
  var processorList: String { processors.map(String.init).joined(separator: ",") }
}

/// For hosts without a writable cgroup: nothing is limited, and the result says so.
struct NoControlGroup: ControlGroup {
  let lacks: Set<LimitedResource>
  var directories: [String] { [] }
  var settings: [CgroupSetting] { [] }
  var birthplace: String? { nil }
  var tasks: [String] { [] }
  var freezer: Freezer? { nil }
  func processorTime(limitMicroseconds: UInt64, processors: UInt32) -> ProcessorTime? { nil }
  func usage() -> CgroupUsage { CgroupUsage() }
}
