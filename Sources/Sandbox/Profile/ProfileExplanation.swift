internal import Glibc
internal import Workload

/// A profile in words, for people and with its names for machines.
package struct ProfileExplanation: Codable, Sendable, Hashable {
  package struct Answer: Codable, Sendable, Hashable {
    package var what: String
    package var answer: String
  }

  package struct Group: Codable, Sendable, Hashable {
    package var title: String
    package var answers: [Answer]
  }

  package var name: String
  package var file: String
  package var description: String
  package var digest: String
  package var limits: [String: UInt64]
  package var mounts: [String]
  package var devices: [String]
  package var network: [String]
  package var proc: String
  package var defaultAction: String
  package var allowed: Int
  package var allowedByArguments: [String]
  package var groups: [Group]
  package var unknownNames: [String]
  package var instructions: Int

  package init(_ compiled: CompiledProfile, file: String) {
    let profile = compiled.profile
    let policy = profile.seccomp
    name = profile.name
    self.file = file
    description = profile.description
    digest = profile.digest.description
    limits = [
      "open_files": profile.limits.openFiles, "temporary_bytes": profile.limits.temporary.value,
      "work_files": profile.limits.workFiles, "stack_bytes": profile.limits.stack.value,
      "locked_memory_bytes": profile.limits.lockedMemory.value,
    ]
    let rates = profile.limits.deviceRates
    for (key, rate) in [
      ("read_rate", rates.readBytes), ("write_rate", rates.writeBytes), ("read_iops", rates.readOperations),
      ("write_iops", rates.writeOperations),
    ] { limits[key] = rate }
    mounts = profile.mounts
    devices = profile.devices
    network = profile.network.map(\.description)
    proc = profile.proc.rawValue
    defaultAction = policy.defaultAction.words
    let named = Set(policy.rules.filter { $0.action.isPermissive }.flatMap(\.names)).filter {
      if case .number = SystemCalls.resolve($0) { true } else { false }
    }
    allowed = named.count
    allowedByArguments = named.filter { policy.looksAtArguments(of: $0) }.sorted()
    groups = Self.notable.map { title, calls in
      Group(
        title: title,
        answers: calls.map { what, name, arguments in
          Answer(what: what, answer: policy.verdict(name, arguments).words)
        })
    }
    unknownNames = policy.unknownNames
    instructions = compiled.filter.count / 8
  }

  /// What people ask a sandbox about: what it is called, the call, its arguments.
  private static let notable: [(String, [(String, String, [UInt64])])] = [
    (
      "processes",
      [
        ("another program", "execve", []), ("child processes", "clone", [0x11]),
        ("threads", "clone", [0x3d_0f00]),
        ("clone3", "clone3", []), ("signals to others", "kill", []), ("tracing", "ptrace", []),
        ("others' memory", "process_vm_readv", []),
      ]
    ),
    (
      "sockets",
      [
        ("AF_UNIX", "socket", [1]), ("AF_INET", "socket", [2]), ("AF_INET6", "socket", [10]),
        ("AF_NETLINK", "socket", [16]), ("AF_PACKET", "socket", [17]), ("AF_ALG", "socket", [38]),
        ("AF_VSOCK", "socket", [40]),
      ]
    ),
    (
      "memory",
      [
        ("code made at run time", "mmap", [0, 0, 4]), ("files in memory", "memfd_create", []),
        ("shared by key", "shmget", []), ("page faults of its own", "userfaultfd", []),
        ("locked", "mlock", []),
      ]
    ),
    (
      "namespaces and mounts",
      [
        ("unshare", "unshare", []), ("setns", "setns", []), ("a user namespace", "clone", [0x1000_0011]),
        ("mount", "mount", []), ("fsopen", "fsopen", []), ("pivot_root", "pivot_root", []),
        ("chroot", "chroot", []),
      ]
    ),
    (
      "the kernel",
      [
        ("bpf", "bpf", []), ("perf events", "perf_event_open", []), ("io_uring", "io_uring_setup", []),
        ("keys", "keyctl", []), ("modules", "init_module", []), ("kexec", "kexec_load", []),
        ("reboot", "reboot", []), ("the clock", "clock_settime", []),
      ]
    ),
    (
      "terminals and devices",
      [
        ("typing into a terminal (TIOCSTI)", "ioctl", [0, 0x5412]), ("TIOCLINUX", "ioctl", [0, 0x541c]),
        ("DRM requests", "ioctl", [0, 0xc010_6400]), ("device nodes", "mknod", [0, 0x2000]),
        ("personality", "personality", [0x40000]),
      ]
    ),
  ]

  package var text: String {
    var lines = [
      "\(name): \(description.isEmpty ? "(no description)" : description)", "  \(file), \(digest)", "",
    ]
    func row(_ title: String, _ value: String) {
      lines.append(title + String(repeating: " ", count: max(1, 24 - title.count)) + value)
    }
    for (key, value) in limits.sorted(by: { $0.key < $1.key }) { row(key, "\(value)") }
    row("of the host, read-only", mounts.isEmpty ? "nothing" : mounts.joined(separator: ", "))
    row("devices", devices.isEmpty ? "none" : devices.joined(separator: ", "))
    row("network", network.isEmpty ? "none" : "through the proxy, to \(network.joined(separator: ", "))")
    row("/proc", proc == "masked" ? "all but what is masked" : "the task's own processes")
    row("what isn't listed is", defaultAction)
    row("allowed calls", "\(allowed), of which by arguments: \(allowedByArguments.joined(separator: ", "))")
    row("filter", "\(instructions) instructions")
    if !unknownNames.isEmpty { row("unknown, left out", unknownNames.joined(separator: ", ")) }
    for group in groups {
      lines += ["", "\(group.title):"]
      for answer in group.answers { row("  " + answer.what, answer.answer) }
    }
    return lines.joined(separator: "\n") + "\n"
  }
}

extension SeccompPolicy.Action {
  var words: String {
    switch self {
    case .allow: "allowed"
    case .log: "allowed and logged"
    case .errno(let number): "refused: \(String(cString: strerror(Int32(number))))"
    case .trap: "answered by SIGSYS"
    case .killThread, .killProcess: "the end of the task"
    }
  }
}
