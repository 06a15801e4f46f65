import Foundation
import Ledger
import Testing

/// The random histories that all invariants are read from: told once, by as many threads as there are processors.
actor Walks {
  static let shared = Walks()
  /// What the issue asks of each run of the tests.
  static let leastCalls = 1_000_000
  private static let blocks = 150

  struct Outcome: Sendable {
    var reached = InvariantChecker.Reached()
    var failures: [(seed: UInt64, violations: [Violation])] = []
  }

  private var told: Task<Outcome, any Error>?

  func outcome() async throws -> Outcome {
    let told = told ?? Task { try await Self.tell() }
    self.told = told
    return try await told.value
  }

  /// Seeds follow one another from the day's number on, so that each day sees other histories; SAMOVAR_SEED repeats a day.
  private static var firstSeed: UInt64 {
    if let text = ProcessInfo.processInfo.environment["SAMOVAR_SEED"], let seed = UInt64(text) { return seed }
    return UInt64(Date().timeIntervalSince1970 / 86_400) * 1_000_000
  }

  private static func tell() async throws -> Outcome {
    let first = firstSeed
    print("Random histories from SAMOVAR_SEED=\(first) on")
    return try await withThrowingTaskGroup(of: Outcome.self) { group in
      let workers = UInt64(ProcessInfo.processInfo.activeProcessorCount)
      for worker in 0..<workers {
        group.addTask {
          var outcome = Outcome()
          var seed = first + worker
          while outcome.reached.calls + outcome.reached.refused < leastCalls / Int(workers) {
            let checker = try walk(seed: seed).checker
            outcome.reached = outcome.reached + checker.reached
            if !checker.violations.isEmpty { outcome.failures.append((seed, checker.violations)) }
            seed += workers
          }
          return outcome
        }
      }
      return try await group.reduce(into: Outcome()) { sum, part in
        sum.reached = sum.reached + part.reached
        sum.failures += part.failures
      }
    }
  }

  static func walk(seed: UInt64) throws -> Walk {
    var walk = try Walk(seed: seed)
    try walk.run(blocks: blocks)
    try walk.drain()
    return walk
  }

  /// Expects that an invariant held in all histories; of the first in which it did not, shows as few steps as are needed.
  func expect(_ invariant: Invariant, sourceLocation: SourceLocation = #_sourceLocation) async throws {
    let outcome = try await outcome()
    guard
      let failure = outcome.failures.first(where: { $0.violations.contains { $0.invariant == invariant } })
    else { return }
    let walk = try Self.walk(seed: failure.seed)
    let recording = Recording(genesis: walk.chain.state.genesis, attempts: walk.chain.attempts)
    let shrunk = try recording.shrunk { try $0.violations().contains { $0.invariant == invariant } }
    let violation = try shrunk.violations().first { $0.invariant == invariant }
    Issue.record(
      """
      \(violation ?? failure.violations[0]); SAMOVAR_SEED=\(failure.seed), and in \(shrunk.attempts.count) of \
      \(recording.attempts.count) steps:
      \(shrunk.attempts.map { "  \($0)" }.joined(separator: "\n"))
      """, sourceLocation: sourceLocation)
  }
}
