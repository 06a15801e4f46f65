internal import CLinux
internal import CSeccomp
internal import Glibc
internal import Synchronization
internal import Workload

/// Compiles policies to classic BPF for this machine's architecture with libseccomp, each once per process, and once
/// at all where there is a cache: building one takes milliseconds, using it again none.
///
/// Calls of any other architecture (i386, x32) kill the process, whatever the policy says.
enum SeccompCompiler {
  private static let compiled = Mutex<[SeccompPolicy: [UInt8]]>([:])

  static func program(
    for policy: SeccompPolicy, cache: CacheDirectory? = nil
  ) throws(SandboxError) -> [UInt8] {
    if let known = compiled.withLock({ $0[policy] }) { return known }
    let key = key(policy)
    let program: [UInt8]
    if let kept = cache?.read(key), !kept.isEmpty, kept.count.isMultiple(of: 8) {
      program = kept
    } else {
      program = try compile(policy)
      cache?.write(key, program)
    }
    compiled.withLock { $0[policy] = program }
    return program
  }

  /// What a program is kept under.
  static func key(_ policy: SeccompPolicy) -> ContentDigest {
    var writer = CacheWriter()
    writer.text("samovar seccomp \(CompiledProfile.format), \(SystemCalls.version)")
    policy.write(to: &writer)
    return ContentDigest(of: writer.bytes)
  }

  private static func compile(_ policy: SeccompPolicy) throws(SandboxError) -> [UInt8] {
    guard let context = seccomp_init(action(policy.defaultAction)) else {
      throw failure("seccomp_init", ENOMEM)
    }
    defer { seccomp_release(context) }
    try check("setting the action for other architectures") {
      seccomp_attr_set(context, SCMP_FLTATR_ACT_BADARCH, samovar_action_kill_process())
    }
    // A balanced tree over the call numbers instead of a list.
    try check("choosing the tree") { seccomp_attr_set(context, SCMP_FLTATR_CTL_OPTIMIZE, 2) }
    var greatest: UInt32 = 0
    for rule in policy.rules {
      for name in rule.names {
        let resolution = SystemCalls.resolve(name)
        guard case .number(let number) = resolution else {
          // A call that this machine lacks or nobody here knows. Left to the default action, which is no
          // weaker — unless the default lets through what the rule was to stop.
          if policy.defaultAction.isPermissive && !rule.action.isPermissive && resolution == .unknown {
            throw .hostLacks(
              feature: "libseccomp's knowledge of the system call \(name), which the profile denies by name",
              remedy: "install a newer libseccomp, or make the profile an allow-list")
          }
          continue
        }
        greatest = max(greatest, UInt32(number))
        // libseccomp refuses what changes nothing.
        if rule.action == policy.defaultAction { continue }
        let comparisons = rule.arguments.map { argument in
          scmp_arg_cmp(
            arg: argument.index, op: comparison(argument.comparison), datum_a: argument.value,
            datum_b: argument.valueTwo)
        }
        try check("adding the rule for \(name)") {
          seccomp_rule_add_array(context, action(rule.action), number, UInt32(comparisons.count), comparisons)
        }
      }
    }
    let program = try export(context)
    // A policy that kills by default means it for new calls too.
    guard case .errno = policy.defaultAction else { return program }
    return unknownCallsAnswer(greatest) + program
  }

  /// libseccomp 2.5 writes programs to descriptors only.
  private static func export(_ context: scmp_filter_ctx) throws(SandboxError) -> [UInt8] {
    let file = samovar_memfd("seccomp", 0)
    guard file >= 0 else { throw failure("memfd_create", errno) }
    defer { close(file) }
    try check("exporting the filter") { seccomp_export_bpf(context, file) }
    let size = lseek(file, 0, SEEK_END)
    guard size > 0, size.isMultiple(of: 8), size / 8 <= 4000 else {
      throw failure("a filter of \(size) bytes", E2BIG)
    }
    var bytes = [UInt8](repeating: 0, count: Int(size))
    guard pread(file, &bytes, bytes.count, 0) == bytes.count else { throw failure("reading the filter", EIO) }
    return bytes
  }

  /// Instructions that come first: a call newer than any that the policy names fails with ENOSYS, so that
  /// libraries fall back to an older one, as on a kernel that lacks it. (runc does the same.)
  private static func unknownCallsAnswer(_ greatest: UInt32) -> [UInt8] {
    let load: UInt16 = 0x20  // BPF_LD | BPF_W | BPF_ABS
    let jumpIfEqual: UInt16 = 0x15
    let jumpIfGreater: UInt16 = 0x25
    let jumpIfGreaterOrEqual: UInt16 = 0x35
    let answer: UInt16 = 0x06  // BPF_RET | BPF_K
    let x32: UInt32 = 0x4000_0000
    // struct seccomp_data: nr at 0, arch at 4.
    return [
      instruction(load, 0, 0, 4),
      instruction(jumpIfEqual, 0, 4, seccomp_arch_native()),
      instruction(load, 0, 0, 0),
      instruction(jumpIfGreaterOrEqual, 2, 0, x32),
      instruction(jumpIfGreater, 0, 1, greatest),
      instruction(answer, 0, 0, samovar_action_errno(UInt16(ENOSYS))),
    ].flatMap { $0 }
  }

  /// struct sock_filter in the machine's byte order.
  private static func instruction(_ code: UInt16, _ yes: UInt8, _ no: UInt8, _ operand: UInt32) -> [UInt8] {
    withUnsafeBytes(of: code, Array.init) + [yes, no] + withUnsafeBytes(of: operand, Array.init)
  }

  private static func action(_ action: SeccompPolicy.Action) -> UInt32 {
    switch action {
    case .allow: samovar_action_allow()
    case .log: samovar_action_log()
    case .errno(let number): samovar_action_errno(number)
    case .trap: samovar_action_trap()
    case .killThread: samovar_action_kill_thread()
    case .killProcess: samovar_action_kill_process()
    }
  }

  private static func comparison(_ comparison: SeccompPolicy.Comparison) -> scmp_compare {
    switch comparison {
    case .notEqual: SCMP_CMP_NE
    case .less: SCMP_CMP_LT
    case .lessOrEqual: SCMP_CMP_LE
    case .equal: SCMP_CMP_EQ
    case .greaterOrEqual: SCMP_CMP_GE
    case .greater: SCMP_CMP_GT
    case .maskedEqual: SCMP_CMP_MASKED_EQ
    }
  }

  /// libseccomp returns negative errno values.
  private static func check(_ doing: String, _ call: () -> Int32) throws(SandboxError) {
    let result = call()
    if result < 0 { throw failure(doing, -result) }
  }

  private static func failure(_ doing: String, _ errno: Int32) -> SandboxError {
    .systemCallFailed(doing: "compiling the seccomp filter: \(doing)", errno: errno)
  }
}
