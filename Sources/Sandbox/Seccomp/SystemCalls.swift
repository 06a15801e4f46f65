internal import CSeccomp
internal import Glibc

/// System calls by name and number, on this machine's architecture: what libseccomp knows, and what is newer than the
/// one that is installed.
enum SystemCalls {
  enum Resolution: Hashable, Sendable {
    case number(Int32)
    /// A call of other architectures only, such as chown32.
    case elsewhere
    case unknown
  }

  /// From 5.8 on, a call has one number on every architecture (asm-generic/unistd.h). A rule by number works where
  /// libseccomp lacks the name.
  private static let newer: [String: Int32] = {
    let first: Int32 = 439
    let names = [
      "faccessat2", "process_madvise", "epoll_pwait2", "mount_setattr", "quotactl_fd",
      "landlock_create_ruleset",
      "landlock_add_rule", "landlock_restrict_self", "memfd_secret", "process_mrelease", "futex_waitv",
      "set_mempolicy_home_node", "cachestat", "fchmodat2", "map_shadow_stack", "futex_wake", "futex_wait",
      "futex_requeue", "statmount", "listmount", "lsm_get_self_attr", "lsm_set_self_attr", "lsm_list_modules",
      "mseal", "setxattrat", "getxattrat", "listxattrat", "removexattrat", "open_tree_attr", "file_getattr",
      "file_setattr",
    ]
    var numbers = Dictionary(uniqueKeysWithValues: names.enumerated().map { ($1, first + Int32($0)) })
    #if arch(x86_64)
      numbers["uretprobe"] = 335
    #endif
    return numbers
  }()

  static func resolve(_ name: String) -> Resolution {
    let number = seccomp_syscall_resolve_name(name)
    if number >= 0 { return .number(number) }
    if let number = newer[name] { return .number(number) }
    return number == __NR_SCMP_ERROR ? .unknown : .elsewhere
  }

  /// Nothing where neither libseccomp nor this table has one.
  static func name(of number: Int32) -> String? { names[number] }

  /// Those of this architecture, by number.
  static let names: [Int32: String] = {
    var names = Dictionary(newer.map { ($1, $0) }) { first, _ in first }
    // The greatest number of any architecture's table that isn't an offset.
    for number in 0..<Int32(600) {
      guard let text = seccomp_syscall_resolve_num_arch(seccomp_arch_native(), number) else { continue }
      names[number] = String(cString: text)
      free(text)
    }
    return names
  }()

  /// What compiled programs depend on besides the policy.
  static let version: String = {
    let version = seccomp_version().map { "\($0.pointee.major).\($0.pointee.minor).\($0.pointee.micro)" }
    return "libseccomp \(version ?? "?") architecture \(seccomp_arch_native())"
  }()
}

extension SeccompPolicy {
  /// Names that neither libseccomp nor this version of Samovar knows: their rules are left out.
  var unknownNames: [String] {
    var seen: Set<String> = []
    return rules.flatMap(\.names).filter { SystemCalls.resolve($0) == .unknown && seen.insert($0).inserted }
  }
}
