internal import Workload

/// What `samovar profile trace` is about: a program is run in the sandbox of a base profile with a filter that lets
/// most calls through, and what it called is compared with the base's own filter.
package struct ProfileTrace: Sendable {
  package let base: Profile

  package init(base: Profile) { self.base = base }

  /// Calls that are refused even while tracing, and not proposed: they change or watch more than the program itself.
  package static let neverProposed: Set<String> = [
    "acct", "add_key", "bpf", "chroot", "create_module", "delete_module", "fanotify_init", "finit_module",
    "fsconfig",
    "fsmount", "fsopen", "fspick", "init_module", "ioperm", "iopl", "kcmp", "kexec_file_load", "kexec_load",
    "keyctl",
    "lookup_dcookie", "mount", "mount_setattr", "move_mount", "name_to_handle_at", "nfsservctl",
    "open_by_handle_at",
    "open_tree", "perf_event_open", "pidfd_getfd", "pivot_root", "process_vm_readv", "process_vm_writev",
    "quotactl",
    "quotactl_fd", "reboot", "request_key", "setdomainname", "sethostname", "setns", "settimeofday",
    "swapoff",
    "swapon", "syslog", "umount2", "unshare", "userfaultfd", "vhangup",
  ]

  /// The profile that the program runs under meanwhile: the base's namespaces, mounts and limits, and a filter that
  /// lets calls through but for those that the base answers on purpose (ENOSYS and the like, kills) and those above.
  /// The tracer itself needs ptrace(2).
  package var tracingProfile: String {
    var profile = base
    profile.description = "tracing under \(base.name)"
    let answered = base.seccomp.rules.filter { rule in
      !rule.action.isPermissive && rule.action != base.seccomp.defaultAction
    }
    let named = Set(answered.filter { $0.arguments.isEmpty }.flatMap(\.names))
    let refused = Self.neverProposed.filter { !named.contains($0) && SystemCalls.resolve($0) != .unknown }
    let withoutTracing = answered.compactMap { rule -> SeccompPolicy.Rule? in
      let names = rule.names.filter { $0 != "ptrace" && SystemCalls.resolve($0) != .unknown }
      return names.isEmpty
        ? nil : SeccompPolicy.Rule(names: names, action: rule.action, arguments: rule.arguments)
    }
    profile.seccomp = SeccompPolicy(
      defaultAction: .allow,
      rules: withoutTracing
        + [
          SeccompPolicy.Rule(names: refused.sorted(), action: .errno(1), arguments: []),
          // CLONE_NEWUSER: in a user namespace of its own, a task would have capabilities again.
          SeccompPolicy.Rule(
            names: ["clone"], action: .errno(1),
            arguments: [
              SeccompPolicy.Argument(
                index: 0, value: 0x1000_0000, valueTwo: 0x1000_0000, comparison: .maskedEqual)
            ]),
          // Beyond AF_INET6: AF_NETLINK, AF_PACKET, AF_ALG, AF_VSOCK and others reach the kernel or the hypervisor.
          SeccompPolicy.Rule(
            names: ["socket", "socketpair"], action: .errno(1),
            arguments: [SeccompPolicy.Argument(index: 0, value: 10, valueTwo: 0, comparison: .greater)]),
          SeccompPolicy.Rule(names: ["clone3"], action: .errno(38), arguments: []),
        ].filter { !($0.names == ["clone3"] && named.contains("clone3")) })
    return profile.text
  }

  /// `NUMBER:BITS` of the calls whose arguments the base looks at, for the tracer.
  package var wantedArguments: String {
    var bits: [Int32: UInt8] = [:]
    for rule in base.seccomp.rules {
      for name in rule.names {
        guard case .number(let number) = SystemCalls.resolve(name) else { continue }
        for argument in rule.arguments { bits[number, default: 0] |= 1 << UInt8(argument.index) }
      }
    }
    bits = bits.filter { $0.value != 0 }
    // The tracer wants one pair at least; call 0 with no arguments changes nothing.
    return bits.isEmpty
      ? "0:0" : bits.sorted { $0.key < $1.key }.map { "\($0.key):\($0.value)" }.joined(separator: ",")
  }

  /// A call that the tracer saw and the base doesn't let through.
  package struct Refused: Sendable, Hashable, Codable {
    package var name: String
    /// Those that the base looks at; 0 for the others.
    package var arguments: [UInt64]
    /// What the base answers, in words.
    package var answer: String
    package var isProposed: Bool
  }

  package struct Findings: Sendable, Hashable, Codable {
    /// Distinct calls by name that were made.
    package var calls: Int
    package var refused: [Refused]
    /// Distinct calls that the tracer had no room for.
    package var lost: Int
    /// Calls of another architecture, which no profile lets through.
    package var foreign: Int
    /// The profile that would let through what is proposed; nothing where there is nothing to propose.
    package var proposal: String?
  }

  /// - Parameters:
  ///   - record: what the tracer wrote.
  ///   - file: of the base, for the proposal.
  /// - Returns: nothing where it isn't a record.
  package func findings(in record: String, baseFile file: String) -> Findings? {
    let lines = record.split(separator: "\n").map { $0.split(separator: " ") }
    guard lines.count >= 2, lines.allSatisfy({ $0.count >= 2 }), lines[0][0] == "lost",
      lines[1][0] == "foreign",
      let lost = Int(lines[0][1]), let foreign = Int(lines[1][1])
    else { return nil }
    var refused: [Refused] = []
    var rules: [SeccompPolicy.Rule] = []
    var numbers: Set<Int32> = []
    for line in lines.dropFirst(2) {
      guard line.count == 7, let number = Int32(line[0]) else { return nil }
      let arguments = line.dropFirst().compactMap { UInt64($0) }
      guard arguments.count == 6 else { return nil }
      numbers.insert(number)
      let name = SystemCalls.name(of: number) ?? "\(number)"
      let answer = base.seccomp.verdict(name, arguments)
      guard !answer.isPermissive else { continue }
      // What the base answers on purpose, libraries take for a kernel without the call: nothing is missing.
      let isOnPurpose = answer != base.seccomp.defaultAction
      let isProposed =
        !isOnPurpose && !Self.neverProposed.contains(name) && SystemCalls.name(of: number) != nil
        && !Self.isWithheld(name, arguments)
      refused.append(Refused(name: name, arguments: arguments, answer: answer.words, isProposed: isProposed))
      if isProposed { rules.append(rule(for: name, arguments)) }
    }
    return Findings(
      calls: numbers.count, refused: refused, lost: lost, foreign: foreign,
      proposal: rules.isEmpty ? nil : proposal(rules, file))
  }

  /// Calls that aren't proposed for what they ask for: a new namespace, a kind of socket that reaches the kernel or the
  /// host's network, typing into a terminal, a device, another's memory map.
  private static func isWithheld(_ name: String, _ arguments: [UInt64]) -> Bool {
    switch name {
    case "ptrace": true
    case "clone": arguments[0] & 0x7e02_0000 != 0
    // AF_UNIX, AF_INET, AF_INET6.
    case "socket", "socketpair": ![1, 2, 10].contains(arguments[0] & 0xffff_ffff)
    // TIOCSTI, TIOCLINUX.
    case "ioctl": [0x5412, 0x541c].contains(arguments[1] & 0xffff_ffff)
    case "mknod": [0x2000, 0x6000].contains(arguments[1] & 0xf000)
    case "mknodat": [0x2000, 0x6000].contains(arguments[2] & 0xf000)
    // PR_SET_MM.
    case "prctl": arguments[0] & 0xffff_ffff == 35
    default: false
    }
  }

  /// By name; where the base looks at the call's arguments, for what was given there only.
  private func rule(for name: String, _ arguments: [UInt64]) -> SeccompPolicy.Rule {
    guard base.seccomp.looksAtArguments(of: name),
      let model = base.seccomp.rules.first(where: { $0.names.contains(name) && $0.action.isPermissive })
    else { return SeccompPolicy.Rule(names: [name], action: .allow, arguments: []) }
    return SeccompPolicy.Rule(
      names: [name], action: .allow,
      arguments: model.arguments.map { argument in
        let mask = argument.comparison == .maskedEqual ? argument.value : 0xffff_ffff
        let given = arguments[Int(argument.index)]
        return SeccompPolicy.Argument(
          index: argument.index, value: mask, valueTwo: given & mask, comparison: .maskedEqual)
      })
  }

  private func proposal(_ rules: [SeccompPolicy.Rule], _ file: String) -> String {
    let plain = Set(rules.filter { $0.arguments.isEmpty }.flatMap(\.names)).sorted()
    var all: [SeccompPolicy.Rule] = []
    if !plain.isEmpty { all.append(SeccompPolicy.Rule(names: plain, action: .allow, arguments: [])) }
    for rule in rules where !rule.arguments.isEmpty && !all.contains(rule) { all.append(rule) }
    var proposed = base
    proposed.seccomp.rules = []
    let head = proposed.text.split(separator: "\n").prefix { $0 != "seccomp:" }.joined(separator: "\n")
    let lines = all.map { "    - \($0.text)" }.joined(separator: "\n")
    return "\(head)\nseccomp:\n  base: \(file)\n  syscalls:\n\(lines)\n"
  }
}
