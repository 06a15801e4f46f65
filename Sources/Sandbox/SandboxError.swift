package import Workload

/// Why a sandbox could not be made or its result could not be had. Never a fault of the task: a task's
/// failure is a `RunOutcome`. Nothing of the task has run unsandboxed when one of these is thrown.
package enum SandboxError: Error, Sendable, Hashable {
  /// The operator must act: something that the sandbox needs is not on this host.
  case hostLacks(feature: String, remedy: String)
  /// The operator must act: the profile's file is wrong.
  case badProfile(Mistakes)
  case profileNotFound(name: String, searched: [String])
  /// The submitter must act: the request can't be carried out as written.
  case invalidRequest(String)
  /// The kernel refused a step of the set-up. `doing` is a phrase such as "mounting tmpfs on /work".
  case setupFailed(doing: String, errno: Int32, remedy: String)
  /// A system call of the launcher itself failed. `doing` is a phrase such as "creating the cgroup /…".
  case systemCallFailed(doing: String, errno: Int32)
  /// samovar-init ended without a report.
  case helperDied(String)
}
