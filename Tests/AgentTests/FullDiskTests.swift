import Glibc
import Ledger
import Receipts
import TestSupport
import Testing
import Workload

@testable import Agent

/// A file system that has no space left, under agent and ledger.
@Suite struct FullDiskTests {
  enum Extent: CaseIterable, Sendable {
    /// Ledger, content, outbox and runs.
    case everything
    /// What the node keeps for itself: the ledger goes on, and draws it.
    case stateDirectory
  }

  @Test(
    .enabled(if: SmallDisk.isPossible, "mounting a small tmpfs needs root and CAP_SYS_ADMIN"),
    arguments: Extent.allCases)
  func anAgentOnAFullDiskSaysSoAndGoesOnWhenThereIsSpace(extent: Extent) async throws {
    let disk = try await SmallDisk(mebibytes: 40)
    do {
      try await fillAndFree(disk, extent)
      try await disk.remove()
    } catch {
      try await disk.remove()
      throw error
    }
  }

  private func fillAndFree(_ disk: SmallDisk, _ extent: Extent) async throws {
    var site = TestSite()
    if extent == .stateDirectory { site.state = disk.path + "/state" }
    try await TestNetwork.with([site], in: extent == .everything ? disk.path : nil) { network in
      try await network.startAll()
      let first = try await network.post(network.bag(tasks: 1))
      try await network.complete(first)
      let second = try await network.post(network.bag(tasks: 2))
      try disk.fill()
      try await network.until("the agent says that the disk is full", seconds: 20) {
        network.logged(site).contains("no space left") || network.logged(site).contains("No space left")
      }
      // Time enough for every service to meet the full disk.
      try await Task.sleep(for: .seconds(2))
      let agent = try #require(network.agents.first)
      #expect(agent.ended == nil, "\(network.tails)")
      let acknowledged = try await network.events()

      try disk.free()
      try await network.complete(second)
      #expect(agent.ended == nil)
      await network.stop()
      let events = try await network.events()
      #expect(
        Array(events.prefix(acknowledged.count)) == acknowledged, "what was acknowledged is still there")
      #expect(try await network.ledger.bag(second)?.tasks == ["FINAL": 2])
      let tally = Tally(events)
      #expect(tally.drawn.count == 3)
      for replica in tally.drawn {
        #expect(tally.committed[replica] == 1)
        #expect(tally.revealed[replica] == 1)
        #expect(tally.won[replica] == 1)
      }
      #expect(tally.penalties == [])
      let audit = try Audit.run(network.ledgerDirectory)
      #expect(audit.isClean, "\(audit.fault.map(\.description) ?? "")")
    }
  }
}

/// A tmpfs of a few MiB.
private struct SmallDisk {
  static let isPossible = geteuid() == 0 && canMount()

  let path: String
  private let place: TemporaryDirectory

  init(mebibytes: Int) async throws {
    place = try TemporaryDirectory()
    path = place.path + "/disk"
    try LocalFile.makeDirectory(path)
    let mount = try await Printed.run(
      "/bin/mount", ["-t", "tmpfs", "-o", "size=\(mebibytes)m", "samovar-test", path])
    guard mount.status == 0 else { throw TestFault("mount: \(mount.errors)") }
  }

  private var ballast: String { path + "/ballast" }

  /// To the last page.
  func fill() throws {
    let descriptor = open(ballast, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw FileError("open", ballast, code: errno) }
    defer { close(descriptor) }
    let page = [UInt8](repeating: 1, count: 4096)
    while write(descriptor, page, page.count) > 0 {}
    guard errno == ENOSPC else { throw FileError("fill", ballast, code: errno) }
  }

  func free() throws { try LocalFile.remove(ballast) }

  /// Lazily, since a test that failed may still hold files in it.
  func remove() async throws {
    _ = try await Printed.run("/bin/umount", ["--lazy", path])
  }

  /// CAP_SYS_ADMIN is bit 21 of the effective set in proc(5)'s status.
  private static func canMount() -> Bool {
    let status = (try? LocalFile.readText("/proc/self/status")) ?? ""
    let line = status.split(separator: "\n").first { $0.hasPrefix("CapEff:") }
    guard let line, let set = UInt64(line.dropFirst(7).filter { !$0.isWhitespace }, radix: 16) else {
      return false
    }
    return set >> 21 & 1 == 1
  }
}
