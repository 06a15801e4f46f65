internal import Workload

/// A fresh cgroup for one run. Never used again: on some kernels a cgroup that was killed once kills all that
/// are born into it later.
protocol ControlGroup: Sendable {
  /// The directory to be born into, where the version can do that.
  var birthplace: String? { get }
  /// The cgroup.procs files that pid 1 is written to.
  var members: [String] { get }
  /// What this group can't limit.
  var lacks: Set<LimitedResource> { get }
  func usage() -> CgroupUsage
  /// Kills what is left. The pid namespace did so before; this is the second lock.
  func kill()
  /// True when it is gone. Processes must be reaped first.
  func remove() -> Bool
}

enum LimitedResource: String, Hashable, Sendable, CaseIterable {
  case memory, processes, processorTime, processors

  /// How the result names a limit that isn't held as it should be.
  var exemption: String {
    switch self {
    case .memory: "memory-limit-per-process-only"
    case .processes: "process-limit-by-rlimit"
    case .processorTime: "no-cpu-limit"
    case .processors: "processors-not-enforced"
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
  var birthplace: String? { nil }
  var members: [String] { [] }
  let lacks: Set<LimitedResource>
  func usage() -> CgroupUsage { CgroupUsage() }
  func kill() {}
  func remove() -> Bool { true }
}
