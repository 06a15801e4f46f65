import Foundation
import Glibc
import TestSupport
import Testing
import Workload

@testable import Sandbox

/// What a hostile task tries, and what the kernel answers.
@Suite struct ConfinementTests {
  /// Of the host, that an attempt might change.
  private static let treasures = [
    "/proc/sys/kernel/core_pattern", "/proc/sys/kernel/modprobe", "/proc/sys/kernel/hostname",
    "/proc/sys/kernel/domainname", "/proc/sys/kernel/sysrq", "/proc/self/mountinfo", "/proc/swaps",
    "/proc/modules",
    "/sys/kernel/uevent_helper", "/proc/sys/fs/binfmt_misc/status",
  ]

  @Test func everyAttemptMeetsItsAnswer() async throws {
    let segment = shmget(0x5a, 1, 0o1000 | 0o666)  // IPC_CREAT
    #expect(segment >= 0)
    defer { shmctl(segment, 0, nil) }  // IPC_RMID
    let before = Self.treasures.map { HostFile.text($0) }
    let result = try await Sandboxed.run("attempts")
    #expect(result.outcome == .exited(code: 0))
    #expect(Self.treasures.map { HostFile.text($0) } == before, "the host is as it was")
    var met: [String: Int32] = [:]
    for line in result.output.split(separator: "\n") {
      let words = line.split(separator: " ")
      if words.count == 2 { met[String(words[0])] = Int32(words[1]) }
    }
    var report = ProbeReport()
    for expectation in Expectation.all {
      for name in expectation.names {
        let got = met.removeValue(forKey: name) ?? -2
        #expect(expectation.answers.contains(got), "\(name): errno \(got) instead of \(expectation.answers)")
        report.add(name, got, by: expectation.layer)
      }
    }
    #expect(met.isEmpty, "attempts without an expected answer")
    for name in Expectation.killers {
      let result = try await Sandboxed.run("attempt", name)
      #expect(result.outcome == .deniedSystemCall, "\(name)")
      #expect(result.outcome.exitStatus == 159)
      #expect(result.output.isEmpty)
      report.add(name, "\(result.outcome) (seccomp)")
    }
    Attachment.record(report.text, named: "probe-report.txt")
    // A service's user may write nothing there.
    if access(ProbeReport.path, W_OK) == 0 || geteuid() == 0 {
      try Data(report.text.utf8).write(to: URL(filePath: ProbeReport.path))
    }
  }

  #if arch(x86_64)
    @Test(arguments: ["int80", "x32", "iopl", "ioperm"]) func callsOfOtherArchitecturesKill(name: String)
      async throws
    {
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

  @Test func noNamespaceIsTheHosts() async throws {
    let result = try await Sandboxed.run("surroundings")
    let own = ["cgroup", "ipc", "mnt", "net", "pid", "user", "uts"].map {
      HostFile.link("/proc/self/ns/" + $0) ?? ""
    }
    let names = result.values("namespace:")
    #expect(names.count == 8)
    #expect(Set(names).isDisjoint(with: own))
    let time = try #require(HostFile.link("/proc/self/ns/time"))
    #expect(!names.contains(time))
    // SECBIT_NOROOT, NO_SETUID_FIXUP and NO_CAP_AMBIENT_RAISE, each with its lock (capabilities(7)). KEEP_CAPS is
    // cleared by execve(2), so that its lock alone is there.
    let bits = Int32(result.values("securebits:").first ?? "") ?? 0
    #expect(bits & 0xef == 0xef, "\(bits)")
  }

  /// CVE-2020-15257: an abstract socket has no file that a mount namespace could hide.
  @Test func abstractSocketsOfTheHostAreOutOfReach() async throws {
    let name = "samovar-test-\(UUID().uuidString)"
    let listener = Glibc.socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(listener) }
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { bytes in
      UnsafeMutableRawBufferPointer(rebasing: bytes.dropFirst()).copyBytes(from: name.utf8)
    }
    let size = socklen_t(MemoryLayout<sa_family_t>.size + 1 + name.utf8.count)
    let isBound = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(listener, $0, size) }
    }
    #expect(isBound == 0)
    listen(listener, 1)
    // From here it can be reached, so that the refusal in there means something.
    #expect(try Printed.run(Sandboxed.probe, ["connect-abstract", name]).output == "errno 0\n")
    #expect(try await Sandboxed.run("connect-abstract", name).output == "errno \(ECONNREFUSED)")
  }

  @Test func killingEverybodyKillsItsOwnChildrenOnly() async throws {
    async let sibling = Sandboxed.run("sleep", "1")
    let result = try await Sandboxed.run("kill-all")
    #expect(result.output == "alone")
    #expect(result.outcome == .exited(code: 0))
    #expect(try await sibling.outcome == .exited(code: 0))
  }

  @Test(.enabled(if: geteuid() == 0, "only root makes devices and files of root's"))
  func setuidProgramsAndDevicesOfARootAreHarmless() async throws {
    let root = try TemporaryDirectory()
    chmod(root.path, 0o755)
    for name in ["probe", "setuid"] {
      try FileManager.default.copyItem(atPath: Sandboxed.probe, toPath: "\(root.path)/\(name)")
    }
    chmod(root.path + "/probe", 0o755)
    chmod(root.path + "/setuid", 0o6755)
    mkdir(root.path + "/sub", 0o755)
    // 1, 1 is /dev/mem; 1, 3 is /dev/null, which anybody might open.
    for (name, minor) in [("memory", 1), ("null", 3)] {
      #expect(mknod("\(root.path)/sub/\(name)", S_IFCHR | 0o666, dev_t(1 << 8 | minor)) == 0)
      chmod("\(root.path)/sub/\(name)", 0o666)
    }
    var specification = TaskSpec(name: "t", command: ["/setuid", "ids"], root: .directory(root.path))
    #expect(try await Sandboxed.run(specification, inputs: [:]).output == "ids 1000 1000 1000 1000")
    for name in ["memory", "null"] {
      specification.command = ["/probe", "open", "/sub/" + name]
      #expect(try await Sandboxed.run(specification, inputs: [:]).output == "errno \(EACCES)", "\(name)")
    }
  }

  /// CVE-2019-5736, and the reach of one task into another that has the same id on the host.
  @Test(.enabled(if: geteuid() == 0, "an ordinary user has one id only")) func sandboxesShareNothing()
    async throws
  {
    let marks = [UUID().uuidString, UUID().uuidString]
    // Both sleep until they were looked at: on a busy machine the second may start long after the first.
    let running = marks.map { mark in
      Task { try await Sandboxed.run("sleep", "100", mark, limits: Limits(wallMilliseconds: 200_000)) }
    }
    defer { for run in running { run.cancel() } }
    var payloads: [Int32] = []
    for _ in 0..<500 * TestSlack.factor where payloads.count < 2 {
      try await Task.sleep(for: .milliseconds(20))
      payloads = marks.flatMap { HostProcesses.carrying($0) }
    }
    #expect(payloads.count == 2)
    let users = payloads.map { HostProcesses.field("Uid", of: $0) }
    #expect(users.allSatisfy { $0 != nil && $0 != "0" })
    #expect(Set(users).count == 2)
    for payload in payloads {
      let parent = try #require(HostProcesses.field("PPid", of: payload))
      let program = try #require(HostFile.link("/proc/\(parent)/exe"))
      #expect(program.hasPrefix("/memfd:"), "\(program)")
    }
    for run in running {
      run.cancel()
      #expect(try await run.value.outcome == .cancelled)
    }
  }
}
