package import Workload

/// A sandbox profile, a file of `sandbox-profiles/`: what the host grants beyond the task's own
/// specification, and which system calls a task may make.
package struct Profile: Sendable, Hashable {
  package enum ProcView: String, Sendable, Hashable, CaseIterable {
    /// The task's own processes only: proc(5) mounted with subset=pid.
    case processes
    /// All of it but the masked paths.
    case masked
  }

  package var name: String
  package var description: String
  package var limits: ProfileLimits
  /// Absolute paths of the host that are there in the sandbox too, read-only.
  package var mounts: [String]
  /// Character devices of the host that are there too, by their exact paths below /dev. None by default.
  package var devices: [String] = []
  /// What the task may reach through the proxy of its sandbox. Empty: no network at all.
  package var network: [NetworkDestination] = []
  package var proc: ProcView
  package var maskedPaths: [String]
  package var readOnlyPaths: [String]
  package var seccomp: SeccompPolicy
  /// Of the profile's file, and of the file that its seccomp section names where it does.
  package var digest: ContentDigest
}

/// Limits that a task's specification doesn't name.
package struct ProfileLimits: Sendable, Hashable {
  /// RLIMIT_NOFILE.
  package var openFiles: UInt64 = 1024
  /// Size of /tmp.
  package var temporary: ByteCount = .mebibytes(16)
  /// Inodes of the work directory.
  package var workFiles: UInt64 = 65536
  /// RLIMIT_STACK.
  package var stack: ByteCount = .mebibytes(8)
  /// RLIMIT_MEMLOCK.
  package var lockedMemory: ByteCount = .kibibytes(64)
  /// Of every task, whatever its own say.
  package var deviceRates = DeviceRates()
}
