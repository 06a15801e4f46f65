internal import CLinux
internal import Glibc
internal import Workload

extension HostReport {
  /// Looks at the host, and tries a real sandbox: the kernel's settings tell less than a try.
  package static func examine(
    environment: [String: String], clock: @escaping Launcher.Clock
  ) async -> HostReport {
    var findings = [kernel(), await sandbox(environment, clock)]
    findings += namespaces()
    findings += [seccomp(), cgroupVersion()]
    findings += delegation()
    findings += [landlock(), sensors(), power()]
    return HostReport(findings: findings)
  }

  private static func kernel() -> Finding {
    let release = HostFile.text("/proc/sys/kernel/osrelease") ?? "unknown"
    let numbers = release.split { !$0.isNumber }.prefix(2).compactMap { Int($0) }
    let isNew = numbers.count == 2 && (numbers[0], numbers[1]) >= (5, 14)
    return Finding(
      subject: "kernel", state: isNew ? .present : .missing, detail: release,
      remedy: isNew ? nil : "Linux 5.14 or later is needed, such as that of Debian 12")
  }

  private static func sandbox(_ environment: [String: String], _ clock: @escaping Launcher.Clock) async
    -> Finding
  {
    let subject = "sandbox"
    do throws(SandboxError) {
      let files = try LauncherFiles.find(environment: environment)
      var status = stat()
      guard stat(files.helper, &status) == 0 else {
        throw .systemCallFailed(doing: "looking at \(files.helper)", errno: errno)
      }
      // The helper is a static executable that does nothing when it is told so. Its content doesn't matter
      // here.
      let digest = ContentDigest(sha256: .zero)
      let program = InputFile(
        path: "/probe", digest: digest, size: ByteCount(UInt64(status.st_size)), isExecutable: true)
      let run = try await Launcher(files: files, clock: clock).run(
        RunRequest(
          specification: TaskSpec(
            name: "doctor", command: ["/probe", "--probe"], inputs: [program],
            limits: Limits(wallMilliseconds: 10_000)),
          inputPaths: [digest: files.helper], outputDirectory: nil))
      guard run.outcome.isSuccess else {
        return Finding(
          subject: subject, state: .missing, detail: "a trial run ended: \(run.outcome)",
          remedy: "report this with the output of 'samovar doctor --json'")
      }
      return Finding(subject: subject, state: .present, detail: "a trial run in the batch profile succeeded")
    } catch {
      return Finding(
        subject: subject, state: .missing, detail: "a trial run failed: \(error)",
        remedy: "see the lines below, and the remedy above")
    }
  }

  private static func namespaces() -> [Finding] {
    let kinds = ["cgroup", "ipc", "mnt", "net", "pid", "user", "uts"]
    let absent = kinds.filter { !HostFile.exists("/proc/self/ns/" + $0) }
    var findings = [
      Finding(
        subject: "namespaces", state: absent.isEmpty ? .present : .missing,
        detail: absent.isEmpty ? kinds.joined(separator: ", ") : "without \(absent.joined(separator: ", "))",
        remedy: absent.isEmpty ? nil : "use a kernel with these namespaces, such as Debian's")
    ]
    if geteuid() != 0 {
      let off = [
        ("/proc/sys/kernel/unprivileged_userns_clone", "0", "kernel.unprivileged_userns_clone=1"),
        ("/proc/sys/user/max_user_namespaces", "0", "user.max_user_namespaces=15000"),
        (
          "/proc/sys/kernel/apparmor_restrict_unprivileged_userns", "1",
          "kernel.apparmor_restrict_unprivileged_userns=0"
        ),
      ].filter { HostFile.text($0.0) == $0.1 }
      findings.append(
        Finding(
          subject: "user namespaces", state: off.isEmpty ? .present : .degraded,
          detail: off.isEmpty ? "open to ordinary users" : "restricted for ordinary users",
          remedy: off.isEmpty ? nil : "as root: sysctl -w \(off.map(\.2).joined(separator: " "))"))
    }
    return findings
  }

  private static func seccomp() -> Finding {
    let actions = HostFile.text("/proc/sys/kernel/seccomp/actions_avail") ?? ""
    let hasAll = ["kill_process", "errno", "allow"].allSatisfy { actions.contains($0) }
    return Finding(
      subject: "seccomp", state: hasAll ? .present : .missing, detail: hasAll ? actions : "no filters",
      remedy: hasAll ? nil : "use a kernel with CONFIG_SECCOMP_FILTER")
  }

  private static func cgroupVersion() -> Finding {
    let mounts = CgroupMounts(
      mountinfo: HostFile.text("/proc/self/mountinfo") ?? "",
      membership: HostFile.text("/proc/self/cgroup") ?? "")
    let old = mounts.version1.keys.filter { !$0.isEmpty && !$0.hasPrefix("name=") }.sorted()
    let new = mounts.version2.flatMap { HostFile.text($0 + "/cgroup.controllers") } ?? ""
    let detail =
      switch (old.isEmpty, mounts.version2 == nil) {
      case (true, true): "none is mounted"
      case (true, false): "version 2: \(new)"
      case (false, true): "version 1: \(old.joined(separator: " "))"
      case (false, false): "hybrid; version 1: \(old.joined(separator: " "))"
      }
    let isAny = !old.isEmpty || mounts.version2 != nil
    return Finding(
      subject: "cgroups", state: isAny ? .present : .degraded, detail: detail,
      remedy: isAny ? nil : "mount -t cgroup2 none /sys/fs/cgroup")
  }

  private static func delegation() -> [Finding] {
    let subject = "delegated cgroup"
    let remedy =
      "run as a service with Delegate=yes, or: systemd-run --user --scope -p Delegate=yes samovar …; until then "
      + "rlimits stand in, and every result says so"
    switch CgroupHost.current {
    case .none(let reason):
      return [Finding(subject: subject, state: .degraded, detail: reason, remedy: remedy)]
    case .version2(let parent, let controllers):
      let absent = ["cpu", "memory", "pids"].filter { !controllers.contains($0) }
      return [
        Finding(
          subject: subject, state: absent.isEmpty ? .present : .degraded,
          detail: "\(parent) with \(controllers.sorted().joined(separator: ", "))",
          remedy: absent.isEmpty
            ? nil : "delegate \(absent.joined(separator: ", ")) too (Delegate=cpu memory pids)")
      ]
    case .version1(let mounts):
      let usable = ["cpu", "cpuset", "memory", "pids"].filter { name in
        mounts.version1[name].map { access($0, W_OK) == 0 } ?? false
      }
      let absent = ["cpu", "memory", "pids"].filter { !usable.contains($0) }
      return [
        Finding(
          subject: subject, state: absent.isEmpty ? .present : .degraded,
          detail: "own cgroups of version 1, with \(usable.joined(separator: ", "))",
          remedy: absent.isEmpty ? nil : remedy)
      ]
    }
  }

  private static func landlock() -> Finding {
    let version = samovar_landlock_version()
    return Finding(
      subject: "landlock", state: .present,
      detail: version >= 2
        ? "version \(version): a second fence around files" + (version >= 6 ? ", sockets and signals" : "")
        : "none that tasks are fenced with (version 2 or later is)")
  }

  private static func sensors() -> Finding {
    let classes = ["hwmon", "thermal", "iio", "w1"].compactMap { name -> String? in
      let path = name == "w1" || name == "iio" ? "/sys/bus/\(name)/devices" : "/sys/class/\(name)"
      guard let count = HostFile.names(in: path)?.count, count > 0 else { return nil }
      return "\(name) (\(count))"
    }
    return Finding(
      subject: "sysfs sensors", state: classes.isEmpty ? .degraded : .present,
      detail: classes.isEmpty
        ? "no thermometer in hwmon, thermal, iio or w1" : classes.joined(separator: ", "),
      remedy: classes.isEmpty
        ? "load the drivers of the board's sensors (sensors-detect), or use the board simulated-boiler" : nil)
  }

  private static func power() -> Finding {
    let zones = (HostFile.names(in: "/sys/class/powercap") ?? []).filter { $0.contains("rapl") }
    return Finding(
      subject: "energy counter", state: zones.isEmpty ? .degraded : .present,
      detail: zones.isEmpty ? "no RAPL in /sys/class/powercap" : "\(zones.count) RAPL zones",
      remedy: zones.isEmpty ? "energy comes from the board file's watts instead, and receipts say so" : nil)
  }
}
