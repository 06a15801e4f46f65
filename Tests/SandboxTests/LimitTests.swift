import Glibc
import TestSupport
import Testing
import Workload

@testable import Sandbox

/// Limits are measured, not believed.
@Suite(.serialized) struct LimitTests {
  @Test(.enabled(if: Sandboxed.holdsMemory, "no memory cgroup is delegated to this user"))
  func tooMuchMemoryIsNamed() async throws {
    let result = try await Sandboxed.run(
      "memory", "200", limits: Limits(memory: .mebibytes(64), wallMilliseconds: 20_000))
    #expect(result.outcome == .outOfMemory)
    #expect(result.outcome.exitStatus == 137)
    let peak = try #require(result.run.usage.peakMemory)
    #expect(peak <= .mebibytes(64) && peak > .mebibytes(48))
    let within = try await Sandboxed.run(
      "memory", "32", limits: Limits(memory: .mebibytes(64), wallMilliseconds: 20_000))
    #expect(within.outcome == .exited(code: 0))
    #expect(within.output == "touched 32")
  }

  @Test(.enabled(if: Sandboxed.holdsMemory, "no memory cgroup is delegated to this user"))
  func evenTheSetUpIsChargedAndNamed() async throws {
    let limits = Limits(memory: .kibibytes(64), wallMilliseconds: 20_000)
    #expect(try await Sandboxed.run("exit", "0", limits: limits).outcome == .outOfMemory)
  }

  @Test(.enabled(if: Sandboxed.holdsMemory, "no memory cgroup is delegated to this user"))
  func aChildThatIsTooLargeEndsTheTaskTheSame() async throws {
    let limits = Limits(memory: .mebibytes(64), wallMilliseconds: 20_000)
    #expect(try await Sandboxed.run("child-memory", "200", limits: limits).outcome == .outOfMemory)
  }

  @Test(
    .enabled(
      if: !Sandboxed.holdsMemory, "a memory cgroup is delegated to this user, so rlimits don't stand in"))
  func withoutACgroupEachProcessIsLimitedAndTheResultSaysSo() async throws {
    let result = try await Sandboxed.run(
      "memory", "200", limits: Limits(memory: .mebibytes(64), wallMilliseconds: 20_000))
    #expect(result.output == "malloc \(ENOMEM)")
    #expect(result.run.exemptions.contains("memory-limit-per-process-only"))
  }

  /// A limit that nobody holds is never passed over in silence; and a stock kernel, booted to hold all, must hold all.
  @Test func theResultNamesTheLimitsThatThisHostCannotHold() async throws {
    let exemptions = try await Sandboxed.run("exit", "0", processors: [0]).run.exemptions
    #expect(exemptions.contains("memory-limit-per-process-only") == !Sandboxed.holdsMemory)
    if VirtualMachine.isHere {
      // The user of a service that gives it no ids has one.
      #expect(Set(exemptions).subtracting(["shared-user-id"]).isEmpty)
      #expect(HostFile.text("/proc/self/cgroup")?.split(separator: "\n").count == 1, "version 2 and no other")
    }
  }

  /// Of a processor and a half that it may have, and of all its processes together.
  @Test(.enabled(if: CgroupHost.current.canFreeze, "no cgroup is delegated that counts processor time"))
  func processorTimeEndsATask() async throws {
    let limits = Limits(
      milliCPUs: 1500, wallMilliseconds: 60_000, graceMilliseconds: 0, processorMilliseconds: 300)
    let result = try await Sandboxed.run("spin", limits: limits)
    #expect(result.outcome == .timedOut)
    #expect(result.run.usage.cpuMilliseconds >= 300)
    #expect(result.run.usage.wallMilliseconds < 30_000, "long before its wall limit")
  }

  @Test func processesAreCounted() async throws {
    let result = try await Sandboxed.run(
      "forks", "100", limits: Limits(processes: 8, wallMilliseconds: 20_000))
    let words = result.output.split(separator: " ")
    let count = try #require(words.dropFirst().first.flatMap { Int($0) })
    // With the payload itself there are at most eight.
    #expect(words.last == "\(EAGAIN)" && count <= 7 && count >= 6)
  }

  @Test func aForkBombEndsWithItsTime() async throws {
    let limits = Limits(processes: 64, wallMilliseconds: 500, graceMilliseconds: 200)
    let result = try await Sandboxed.run("fork-bomb", limits: limits)
    #expect(result.outcome == .timedOut)
    // By the supervisor's clock: how soon this process hears of it is no matter of the sandbox's.
    #expect(result.run.usage.wallMilliseconds < 5000 * UInt64(TestSlack.factor))
  }

  @Test func theWorkDirectoryIsBounded() async throws {
    let limits = Limits(memory: .mebibytes(128), disk: .mebibytes(8), wallMilliseconds: 20_000)
    let result = try await Sandboxed.run("fill", limits: limits)
    // RLIMIT_FSIZE would end it with a signal at the larger of /work and /tmp; the filesystem is full before.
    #expect(result.output == "filled \(8 << 20) errno \(ENOSPC)")
    let files = try await Sandboxed.run("files", limits: limits)
    let words = files.output.split(separator: " ")
    #expect(words.last == "\(ENOSPC)")
    #expect((Int(words.dropFirst().first ?? "") ?? 0) < 65_536)
    #expect(try await Sandboxed.run("sparse", limits: limits).output == "truncate \(EFBIG)")
  }

  @Test func processorTimeIsShared() async throws {
    let limits = Limits(milliCPUs: 200, wallMilliseconds: 2000, graceMilliseconds: 0)
    let result = try await Sandboxed.run("spin", limits: limits)
    #expect(result.outcome == .timedOut)
    if !result.run.exemptions.contains("no-cpu-limit") {
      // 400 ms are granted; a host that is busy with other things gives less.
      let used = result.run.usage.cpuMilliseconds
      #expect(used > 20 && used <= 650, "\(used) ms of 400")
    }
  }

  @Test func aTaskStaysOnItsProcessors() async throws {
    let result = try await Sandboxed.run("say", "here", processors: [0])
    #expect(result.outcome == .exited(code: 0))
    #expect(result.output == "here")
  }

  @Test func standardOutputIsCutAndSaysSo() async throws {
    let limits = Limits(wallMilliseconds: 20_000, streamBytes: .kibibytes(64))
    let result = try await Sandboxed.run("flood", "8", limits: limits)
    #expect(result.outcome == .exited(code: 0), "it is not stuck on a full pipe")
    #expect(result.run.standardOutput.isTruncated)
    #expect(result.run.standardOutput.size == .kibibytes(64))
    #expect(result.run.standardOutput.digest == ContentDigest(of: [UInt8](repeating: 0, count: 65_536)))
    #expect(!result.run.standardError.isTruncated)
  }
}
