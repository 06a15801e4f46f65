internal import CCap
internal import CLinux
internal import Glibc
internal import SandboxPlan

/// Pid 2 until it becomes the payload: gives up everything, the filter last. It shares the memory of pid 1, which stands
/// still meanwhile.
struct PayloadProcess {
  private let plan: SetupPlan
  /// Why it did not become the payload.
  private(set) var failure: SetupReport?

  init(plan: SetupPlan) {
    self.plan = plan
  }

  /// capabilities(7): SECBIT_NOROOT, SECBIT_NO_SETUID_FIXUP and SECBIT_NO_CAP_AMBIENT_RAISE set, SECBIT_KEEP_CAPS
  /// clear, each with its lock.
  private static let securebits: UInt32 = 0xef

  /// A fork takes some milliseconds to its execve(2).
  private static let mostTries = 50
  private static let pauseMicroseconds: UInt32 = 2000

  /// What `samovar_vfork` starts, with a pointer to a value of this type. Returns only where a step failed.
  static func run(_ argument: UnsafeMutableRawPointer?) -> Int32 {
    argument?.assumingMemoryBound(to: Self.self).pointee.run()
    return 125
  }

  private mutating func run() {
    for (index, step) in plan.payloadSteps.enumerated() {
      do throws(Refusal) {
        try perform(step)
      } catch {
        let step = UInt32(plan.launcherSteps.count + plan.initSteps.count + index)
        failure = .failed(step: step, errno: error.errno)
        return
      }
    }
  }

  private func perform(_ step: SetupStep) throws(Refusal) {
    switch step {
    case .newSession:
      try check(setsid())
      umask(0o022)
    case .newKeyring:
      // A kernel without keyrings has none to keep apart.
      guard samovar_new_session_keyring() >= 0 || errno == ENOSYS else { throw .last }
    case .changeDirectory(let path):
      try check(chdir(path))
    case .limitResource(let resource, let value):
      var soft: UInt64 = 0
      var hard: UInt64 = 0
      try check(samovar_getrlimit(Int32(resource), &soft, &hard))
      try check(samovar_setrlimit(Int32(resource), min(value, hard), min(value, hard)))
    case .affinity(let mask):
      try check(samovar_set_affinity(mask, mask.count))
    case .noNewPrivileges:
      try check(samovar_set_no_new_privileges())
    case .lockSecurebits:
      try check(samovar_set_securebits(Self.securebits))
    case .dropCapabilities:
      try dropCapabilities()
    case .landlock(let fence):
      try fence.enforce()
    case .closeDescriptors:
      try check(samovar_close_from(3))
    case .filter(let program):
      try check(samovar_install_filter(program, program.count, 0))
    case .execute(let path, let arguments, let environment):
      try execute(path, arguments, environment)
    default:
      throw Refusal(errno: EINVAL)
    }
  }

  private func dropCapabilities() throws(Refusal) {
    try check(cap_reset_ambient())
    var capability: cap_value_t = 0
    while cap_get_bound(capability) >= 0 {
      try check(cap_drop_bound(capability))
      guard cap_get_bound(capability) == 0 else { throw Refusal(errno: EPERM) }
      capability += 1
    }
    guard let none = cap_init() else { throw .last }
    defer { cap_free(UnsafeMutableRawPointer(none)) }
    try check(cap_set_proc(none))
    guard let left = cap_get_proc() else { throw .last }
    defer { cap_free(UnsafeMutableRawPointer(left)) }
    guard cap_compare(none, left) == 0 else { throw Refusal(errno: EPERM) }
  }

  private func execute(_ path: String, _ arguments: [String], _ environment: [String]) throws(Refusal) {
    var argumentPointers = arguments.map { strdup($0) }
    var environmentPointers = environment.map { strdup($0) }
    argumentPointers.append(nil)
    environmentPointers.append(nil)
    // A file that was just written is busy for as long as some fork of its writer has not yet executed a program.
    for _ in 0..<Self.mostTries {
      execve(path, argumentPointers, environmentPointers)
      guard errno == ETXTBSY else { break }
      usleep(Self.pauseMicroseconds)
    }
    throw .last
  }
}
