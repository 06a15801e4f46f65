import Glibc
import Testing
import Workload

@testable import Sandbox

/// What a hostile task tries, and what the kernel answers.
@Suite struct ConfinementTests {
  /// Each attempt with the errno that it must meet. EPERM where the filter answers.
  static let answers: [String: Int32] = {
    let denied = [
      "unshare_user", "unshare_mounts", "setns", "mount_tmpfs", "remount_root", "umount", "fsopen",
      "open_tree",
      "move_mount", "mount_setattr", "pivot_root", "chroot", "clone_newuser", "clone_newnet",
      "perf_event_open",
      "userfaultfd", "keyctl", "add_key", "request_key", "ptrace_traceme", "ptrace_init", "process_vm_readv",
      "pidfd_getfd", "kcmp", "name_to_handle_at", "open_by_handle_at", "fanotify_init", "memfd_secret",
      "socket_alg",
      "socket_vsock", "socket_packet", "socket_netlink", "tiocsti", "tiocsti_high_bits", "tioclinux",
      "settimeofday",
      "clock_settime", "sethostname", "quotactl", "acct", "syslog", "personality", "mknod_block",
      "mknod_char",
      "raise_limit", "realtime",
    ]
    var answers = Dictionary(uniqueKeysWithValues: denied.map { ($0, EPERM) })
    for name in ["clone3", "io_uring", "newer_than_the_profile"] { answers[name] = ENOSYS }
    for name in ["write_root", "write_dev", "write_empty"] { answers[name] = EROFS }
    for name in [
      "host_shadow", "host_home", "host_sys", "tty", "core_pattern", "sysrq", "kcore", "kallsyms",
    ] { answers[name] = ENOENT }
    for name in [
      "init_exe", "init_memory", "init_environment", "init_root", "init_descriptors", "nice", "oom_score",
    ] {
      answers[name] = EACCES
    }
    for name in ["loopback", "metadata_service"] { answers[name] = ENETUNREACH }
    answers["setuid_root"] = EINVAL
    answers["kill_beyond"] = ESRCH
    answers["own_exe"] = ETXTBSY
    answers["socket_unix"] = 0
    return answers
  }()

  @Test func everyAttemptMeetsItsAnswer() async throws {
    let result = try await Sandboxed.run("attempts")
    #expect(result.outcome == .exited(code: 0))
    var met: [String: Int32] = [:]
    for line in result.output.split(separator: "\n") {
      let words = line.split(separator: " ")
      if words.count == 2 { met[String(words[0])] = Int32(words[1]) }
    }
    for (name, errno) in Self.answers.sorted(by: { $0.key < $1.key }) {
      let got = met[name] ?? -2
      // Its own executable is another's file, or on a read-only mount, or busy: each is a no.
      let isOwnExecutable = name == "own_exe" && [EACCES, EROFS].contains(got)
      #expect(got == errno || isOwnExecutable, "\(name): errno \(got) instead of \(errno)")
    }
    #expect(Set(met.keys) == Set(Self.answers.keys), "an attempt without an expected answer")
  }

  @Test(arguments: ["bpf", "kexec_load", "init_module", "finit_module", "reboot", "swapon"])
  func aCallThatNoProgramMakesByMistakeKills(name: String) async throws {
    let result = try await Sandboxed.run("attempt", name)
    #expect(result.outcome == .deniedSystemCall)
    #expect(result.outcome.exitStatus == 159)
    #expect(result.output.isEmpty)
  }

  #if arch(x86_64)
    @Test(arguments: ["int80", "x32"]) func callsOfOtherArchitecturesKill(name: String) async throws {
      let result = try await Sandboxed.run("attempt", name)
      // A kernel without 32-bit emulation answers int 0x80 with SIGSEGV before any filter sees it.
      #expect(
        result.outcome == .deniedSystemCall
          || (name == "int80" && result.outcome == .signalled(signal: SIGSEGV)))
    }
  #endif

  @Test func aTaskSeesNothingButItsOwn() async throws {
    setenv("SAMOVAR_TEST_SECRET", "of the daemon", 1)
    let stray = open("/etc/hostname", O_RDONLY)  // without O_CLOEXEC
    defer { close(stray) }
    let result = try await Sandboxed.run("surroundings", environment: ["B": "2", "A": "1 x"])
    #expect(result.values("descriptors:") == ["0 1 2"])
    #expect(result.values("root:") == [".empty dev probe proc tmp work"])
    #expect(result.values("dev:") == ["fd full null random shm stderr stdin stdout urandom zero"])
    #expect(result.values("proc:") == ["1 2"])
    #expect(result.values("pid:") == ["2 parent: 1 session: 2"])
    #expect(result.values("ids:") == ["1000 1000 1000 1000"])
    #expect(result.values("hostname:") == ["samovar"])
    #expect(result.values("directory:") == ["/work"])
    #expect(result.values("environment:") == ["A=1 x", "B=2"])
    for set in ["CapInh:", "CapPrm:", "CapEff:", "CapBnd:", "CapAmb:"] {
      #expect(result.values(set) == ["0000000000000000"])
    }
    #expect(result.values("NoNewPrivs:") == ["1"])
    #expect(result.values("Seccomp:") == ["2"])
    #expect(result.values("interface:") == ["lo"])
    // The cgroup namespace hides where the group lies.
    for line in result.values("cgroup:") where line.contains("samovar-") {
      Issue.record("the task sees the cgroup \(line)")
    }
  }

  @Test func initIsBeyondItsReach() async throws {
    let result = try await Sandboxed.run("kill-init")
    #expect(result.outcome == .exited(code: 0))
    #expect(result.output == "init lives")
  }

  @Test func standardInputIsEmpty() async throws {
    #expect(try await Sandboxed.run("read-stdin").output == "read 0")
  }

  @Test func theHostsCorePatternStaysAsItIs() async throws {
    let before = HostFile.text("/proc/sys/kernel/core_pattern")
    _ = try await Sandboxed.run("attempts")
    #expect(HostFile.text("/proc/sys/kernel/core_pattern") == before)
  }
}
