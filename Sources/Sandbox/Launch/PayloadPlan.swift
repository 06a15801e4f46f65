internal import CLinux
internal import SandboxPlan
internal import Workload

/// What the payload's process gives up before its program starts, the filter last.
struct PayloadPlan {
  var request: RunRequest
  var profile: Profile
  var lacks: Set<LimitedResource>
  var filter: [UInt8]
  var landlockVersion: Int

  private var specification: TaskSpec { request.specification }

  var steps: [SetupStep] {
    var steps: [SetupStep] = [
      .closeDescriptors, .newSession, .newKeyring,
      .changeDirectory(path: request.image?.workingDirectory ?? TaskSpec.workDirectory),
    ]
    steps += resourceLimits.map { .limitResource(UInt32($0.0), $0.1) }
    if let last = request.processors.max() {
      var mask = [UInt8](repeating: 0, count: (last / 64 + 1) * 8)
      for processor in request.processors { mask[processor / 8] |= 1 << UInt8(processor % 8) }
      steps.append(.affinity(mask))
    }
    steps += [.noNewPrivileges, .lockSecurebits, .dropCapabilities]
    if let fence { steps.append(.landlock(fence)) }
    return steps + [
      .filter(program: filter),
      .execute(path: specification.command[0], arguments: specification.command, environment: environment),
    ]
  }

  /// The task's own words go before the proxy's.
  private var environment: [String] {
    let proxy = profile.network.isEmpty ? [:] : EgressAddress.environment
    return proxy.merging(specification.environment) { $1 }.sorted { $0.key < $1.key }
      .map { "\($0.key)=\($0.value)" }
  }

  private var resourceLimits: [(Int, UInt64)] {
    let limits = specification.limits
    var pairs: [(Int, UInt64)] = [
      (SAMOVAR_RLIMIT_CORE, 0), (SAMOVAR_RLIMIT_NOFILE, profile.limits.openFiles),
      (SAMOVAR_RLIMIT_FSIZE, fileSize),
      (SAMOVAR_RLIMIT_STACK, profile.limits.stack.value),
      (SAMOVAR_RLIMIT_MEMLOCK, profile.limits.lockedMemory.value),
      (SAMOVAR_RLIMIT_NICE, 0), (SAMOVAR_RLIMIT_RTPRIO, 0), (SAMOVAR_RLIMIT_MSGQUEUE, 819_200),
    ].map { (Int($0.0), $0.1) }
    if lacks.contains(.memory) { pairs.append((Int(SAMOVAR_RLIMIT_DATA), limits.memory.value)) }
    if lacks.contains(.processes) { pairs.append((Int(SAMOVAR_RLIMIT_NPROC), UInt64(limits.processes) + 1)) }
    if let milliseconds = limits.processorMilliseconds, lacks.contains(.processorTime) {
      // Of each process alone, in whole seconds.
      pairs.append((Int(SAMOVAR_RLIMIT_CPU), max(1, (milliseconds + 999) / 1000)))
    }
    return pairs
  }

  /// No file can be larger than the place that it lies in.
  private var fileSize: UInt64 { max(specification.limits.disk.value, profile.limits.temporary.value) }

  /// landlock(7): what mounts and namespaces forbid, once more by other means.
  private var fence: LandlockFence? {
    guard landlockVersion >= 2 else { return nil }
    let writable = Landlock.allFiles & ~(Landlock.makeCharacterDevice | Landlock.makeBlockDevice)
    // An unpacker marks removed files by device nodes 0:0, which are no devices.
    let ownDirectory = Landlock.allFiles & ~Landlock.makeBlockDevice
    var rules = [
      LandlockFence.Rule(path: "/", files: request.image == nil ? Landlock.readFiles : writable),
      LandlockFence.Rule(path: TaskSpec.workDirectory, files: writable),
      LandlockFence.Rule(path: "/tmp", files: writable),
      LandlockFence.Rule(path: "/dev", files: Landlock.readFiles | Landlock.useDevices),
      LandlockFence.Rule(path: "/proc", files: Landlock.readFiles | Landlock.writeFile),
    ]
    rules += request.writableDirectories.map { LandlockFence.Rule(path: $0.target, files: ownDirectory) }
    return LandlockFence(
      files: Landlock.files(landlockVersion),
      network: landlockVersion >= 4 && profile.network.isEmpty ? Landlock.allNetwork : 0,
      scopes: landlockVersion >= 6 ? Landlock.allScopes : 0, rules: rules)
  }
}

/// The bits of <linux/landlock.h>, by the version of the interface that brought them.
enum Landlock {
  static let execute: UInt64 = 1 << 0
  static let writeFile: UInt64 = 1 << 1
  static let readFile: UInt64 = 1 << 2
  static let readDirectory: UInt64 = 1 << 3
  static let makeCharacterDevice: UInt64 = 1 << 6
  static let makeBlockDevice: UInt64 = 1 << 11
  /// Version 3.
  static let truncate: UInt64 = 1 << 14
  /// Version 5.
  static let controlDevice: UInt64 = 1 << 15
  static let allFiles: UInt64 = 1 << 16 - 1
  static let readFiles = execute | readFile | readDirectory
  static let useDevices = writeFile | truncate | controlDevice
  /// To bind and to connect TCP sockets, version 4.
  static let allNetwork: UInt64 = 0b11
  /// Abstract sockets and signals, version 6.
  static let allScopes: UInt64 = 0b11

  /// What version 2 and later know of files: two bits more with version 3 and 5.
  static func files(_ version: Int) -> UInt64 {
    switch version {
    case ..<3: truncate - 1
    case 3, 4: controlDevice - 1
    default: allFiles
    }
  }
}
