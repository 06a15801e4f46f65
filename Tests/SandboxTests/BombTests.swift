import Foundation
import Glibc
import TestSupport
import Testing
import Workload

@testable import Sandbox

/// What takes more and more, under tight limits: it ends at its bound, a sibling goes on, and nothing of it is left.
@Suite(.serialized) struct BombTests {
  enum Ending: Sendable {
    /// How many steps went well, and the errno of the one that didn't.
    case refused(ClosedRange<Int>, Set<Int32>)
    case outOfMemory
    case signalled(Int32)
    /// All steps went well and did no harm.
    case harmless
  }

  struct Bomb: Sendable, CustomTestStringConvertible {
    var name: String
    var most = 100_000
    var memory = ByteCount.mebibytes(96)
    let ending: Ending
    var testDescription: String { name }
  }

  static let bombs = [
    Bomb(name: "threads", ending: .refused(50...63, [EAGAIN])),
    // They hold their numbers until their parent ends, and no longer.
    Bomb(name: "zombies", ending: .refused(50...63, [EAGAIN])),
    Bomb(name: "memory", ending: .outOfMemory),
    // RLIMIT_FSIZE is as large as the work directory.
    Bomb(name: "work", ending: .signalled(SIGXFSZ)),
    Bomb(name: "memfd", ending: .signalled(SIGXFSZ)),
    Bomb(name: "shm", ending: .refused(10...16, [ENOSPC])),
    Bomb(name: "sysv-shm", ending: .outOfMemory),
    // Landlock lets nobody make a file that has no path.
    Bomb(name: "mqueue", ending: .refused(0...10, [EMFILE, EACCES])),
    // No pages are reserved on most hosts; those that are have the hugetlb cgroup or the same errno.
    Bomb(name: "hugetlb", ending: .refused(0...32, [ENOMEM])),
    Bomb(name: "files", ending: .refused(60_000...65_536, [ENOSPC])),
    // Landlock looks at every directory above, so that tens of thousands would take minutes of the task's time.
    Bomb(name: "directories", most: 4000, ending: .harmless),
    Bomb(name: "names", most: 20_000, ending: .harmless),
    Bomb(name: "names", most: 200_000, memory: .mebibytes(32), ending: .outOfMemory),
    Bomb(name: "descriptors", ending: .refused(900...1021, [EMFILE])),
    Bomb(name: "inotify", ending: .refused(1...1021, [EMFILE])),
    Bomb(name: "epoll", ending: .refused(900...1021, [EMFILE])),
    Bomb(name: "timers", ending: .refused(900...1021, [EMFILE])),
    // Below pipe-user-pages-soft of pipe(7), which all tasks of one host id share.
    Bomb(name: "pipes", memory: .mebibytes(32), ending: .outOfMemory),
    Bomb(name: "sockets", ending: .outOfMemory),
    Bomb(name: "cores", most: 100, ending: .harmless),
  ]

  @Test(
    .enabled(if: Sandboxed.holdsMemory && Sandboxed.holdsProcesses, "no cgroup is delegated"),
    arguments: bombs)
  func endsAtItsBound(bomb: Bomb) async throws {
    let before = Host.now()
    async let sibling = Sandboxed.run("sleep", "1")
    let limits = Limits(
      memory: bomb.memory, disk: .mebibytes(32), processes: 64, wallMilliseconds: 60_000)
    let result = try await Sandboxed.run("bomb", bomb.name, "\(bomb.most)", limits: limits)
    let words = (result.output.split(separator: "\n").last ?? "").split(separator: " ")
    let took = words.count > 1 ? Int(words[1]) : nil
    switch bomb.ending {
    case .refused(let range, let errno):
      #expect(result.outcome == .exited(code: 0))
      #expect(
        took.map(range.contains) == true && errno.contains(words.last.flatMap { Int32($0) } ?? 0),
        "\(result.output)")
    case .harmless:
      #expect(result.outcome == .exited(code: 0))
      #expect(took == bomb.most, "\(result.output)")
    case .outOfMemory: #expect(result.outcome == .outOfMemory)
    case .signalled(let number): #expect(result.outcome == .signalled(signal: number))
    }
    if let peak = result.run.usage.peakMemory { #expect(peak <= bomb.memory) }
    #expect(try await sibling.outcome == .exited(code: 0), "the sibling lives")
    try await before.comesBack()
  }

  /// One that is done 60 times at a time, until its time is over.
  @Test func aForkBombLeavesNobody() async throws {
    let before = Host.now()
    let mark = UUID().uuidString
    let limits = Limits(processes: 64, wallMilliseconds: 500, graceMilliseconds: 0)
    #expect(try await Sandboxed.run("fork-bomb", mark, limits: limits).outcome == .timedOut)
    #expect(HostProcesses.carrying(mark).isEmpty, "the run ends after the last of them")
    try await before.comesBack()
  }

  @Test func closedOutputsAndNoiseAreNobodysTrouble() async throws {
    let closed = try await Sandboxed.run("close-output")
    #expect(closed.outcome == .exited(code: 5))
    #expect(closed.output.isEmpty)
    let noise = try await Sandboxed.run("noise")
    // Bytes are kept as they are; what shows them has to know what it shows.
    let bytes: [UInt8] = Array("\u{1b}[2J\u{1b}]0;owned\u{7}\0\u{9b}1A\r\n".utf8)
    #expect(noise.run.standardOutput.digest == ContentDigest(of: Array(bytes.prefix(21))))
  }

  @Test func waitingForInputEndsWithItsTime() async throws {
    let limits = Limits(wallMilliseconds: 300, graceMilliseconds: 0)
    #expect(try await Sandboxed.run("wait-stdin", limits: limits).outcome == .timedOut)
  }

  /// What a run may leave on the host, and mustn't.
  private struct Host {
    let shared: Int
    let segments: [Substring]
    let files: [String]?

    static func now() -> Host {
      Host(
        shared: sharedKibibytes(), segments: segmentsOfSandboxes(),
        files: HostFile.names(in: "/dev/shm")?.sorted())
    }

    /// Shared memory and tmpfs of the whole host. Anonymous memory is that of whatever else runs.
    private static func sharedKibibytes() -> Int {
      let line = HostFile.text("/proc/meminfo")?.split(separator: "\n").first { $0.hasPrefix("Shmem:") }
      return line?.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
    }

    func comesBack() async throws {
      for _ in 0..<100 where !isBack { try await Task.sleep(for: .milliseconds(50)) }
      #expect(Self.sharedKibibytes() <= shared + Self.slackKibibytes, "memory is given back")
      #expect(Self.segmentsOfSandboxes() == segments)
      #expect(HostFile.names(in: "/dev/shm")?.sorted() == files)
    }

    private var isBack: Bool { Self.sharedKibibytes() <= shared + Self.slackKibibytes }

    /// Of System V shared memory in the host's namespace: those that a sandbox's id made.
    private static func segmentsOfSandboxes() -> [Substring] {
      let lines = HostFile.text("/proc/sysvipc/shm")?.split(separator: "\n").dropFirst() ?? []
      return lines.filter { line in
        line.split(separator: " ").dropFirst(9).first.flatMap { UInt32($0) }.map { $0 >= SandboxID.store }
          == true
      }
    }
    /// Less than the smallest bomb that stays.
    private static let slackKibibytes = 12 << 10
  }
}
