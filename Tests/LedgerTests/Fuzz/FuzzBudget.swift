import Foundation
import TestSupport

/// How long a decoder is fuzzed and from which seed: all targets together for SAMOVAR_FUZZ_SECONDS, each for its share of
/// them; SAMOVAR_SEED repeats a run.
struct FuzzBudget {
  private static let defaultSeconds = 5.0
  private static let targets = 5.0
  /// Rounds between two looks at the clock.
  private static let stride = 16

  let target: String
  let seed: UInt64
  private let share: Double
  private var end: Date?
  private(set) var executions = 0
  private var counts: [String: Int] = [:]

  init(_ target: String) {
    let environment = ProcessInfo.processInfo.environment
    self.target = target
    seed =
      environment["SAMOVAR_SEED"].flatMap { UInt64($0) } ?? UInt64(Date().timeIntervalSince1970)
    share =
      (environment["SAMOVAR_FUZZ_SECONDS"].flatMap { Double($0) } ?? Self.defaultSeconds) / Self.targets
    print("Fuzzes \(target) with SAMOVAR_SEED=\(seed)")
  }

  var random: SplitMix64 { SplitMix64(seed) }

  /// The clock begins with the first round.
  mutating func goesOn() -> Bool {
    if executions.isMultiple(of: Self.stride) {
      let now = Date()
      guard now < end ?? .distantFuture else { return false }
      end = end ?? now.addingTimeInterval(share)
    }
    executions += 1
    return true
  }

  mutating func count(_ outcome: String) { counts[outcome, default: 0] += 1 }

  subscript(outcome: String) -> Int { counts[outcome, default: 0] }

  func report() {
    let outcomes = counts.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }
    print(
      "\(target): \(executions) executions with SAMOVAR_SEED=\(seed): \(outcomes.joined(separator: ", "))")
  }
}
