import Foundation
import Glibc
import SandboxPlan
import Testing
import Workload

@testable import Sandbox

/// Runs use network namespaces one after another, and none can tell.
@Suite(.serialized) struct NetworkShelfTests {
  private static let isShared = HostIdentity.current.isRoot && HostIdentity.current.writer == .privileged
  /// Of its own, so that no other test uses the namespaces between two runs.
  private let launcher = Launcher(files: Sandboxed.files, clock: { Instant(0) })

  private func run(_ command: String, _ number: Int = 0) async throws -> [String] {
    let result = try await Sandboxed.run(command, "\(number)", by: launcher)
    #expect(result.outcome == .exited(code: 0))
    return result.output.split(separator: "\n").map(String.init)
  }

  @Test(.enabled(if: isShared, "only who may change namespaces can keep some"))
  func aNamespaceIsUsedAgain() async throws {
    #expect(try await run("network").first == run("network").first)
  }

  /// What a hostile task leaves, thirty times in turn: sockets with names that only hold each other, full buffers, and a
  /// process that outlives it. The next sees what the first of all saw.
  @Test func nothingOfATaskIsSeenByTheNext() async throws {
    func seen() async throws -> [String] { try await run("network").filter { !$0.hasPrefix("namespace:") } }
    let first = try await seen()
    #expect(!first.contains { $0.hasPrefix("socket:") })
    #expect(first.contains("name: 0"), "its names are nobody's")
    for _ in 0..<30 {
      #expect(try await run("litter-sockets", 100).last == "errno 0")
      #expect(try await seen() == first)
    }
  }

  /// At the same time, each has one to itself.
  @Test func runsAtTheSameTimeShareNone() async throws {
    let namespaces = try await withThrowingTaskGroup(of: String.self) { group in
      for _ in 0..<6 { group.addTask { try await run("network-and-wait", 500).first ?? "" } }
      return try await group.reduce(into: []) { $0.append($1) }
    }
    #expect(Set(namespaces).count == 6)
  }

  /// A task that may make other sockets gets a fresh one: counters and flow labels outlive those.
  @Test func onlyWhoCanHaveNoOtherSocketsShares() throws {
    func isShared(_ name: String) throws -> Bool {
      try Sandboxed.files.compiledProfile(name, cache: nil).hasLocalSocketsOnly
    }
    #expect(try isShared("batch") && isShared("strict"))
    #expect(try !isShared("network-client"))
  }
}
