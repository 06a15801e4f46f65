import Glibc
import Ledger
import Receipts
import Workload

/// Measures the embedded ledger and what limits it. Run by Benchmarks/ledger-load, one measurement a process:
///
///     ledger-load-timer recover SECONDS
///     ledger-load-timer submit DIRECTORY SUBMITTERS CALLS
///     ledger-load-timer fill DIRECTORY CALLS
///     ledger-load-timer open DIRECTORY
///     ledger-load-timer audit DIRECTORY
///
/// Each prints lines of `name<TAB>number`.
@main struct LedgerLoad {
  static func main() async throws {
    let words = CommandLine.arguments.dropFirst()
    let numbers = words.dropFirst(2).compactMap { Int($0) }
    switch (words.first, words.dropFirst().first, numbers.count) {
    case ("recover", let seconds?, 0): RecoverRate.measure(seconds: Double(seconds) ?? 1)
    case ("submit", let directory?, 2):
      try await SubmitLoad(directory, submitters: numbers[0]).measure(calls: numbers[1])
    case ("fill", let directory?, 1): try await FilledLedger(directory).fill(calls: numbers[0])
    case ("open", let directory?, 0): try await measureOpening(directory)
    case ("audit", let directory?, 0): try measureAudit(directory)
    default: throw Usage()
    }
  }

  /// From nothing to the first answer, as an agent that starts.
  private static func measureOpening(_ path: String) async throws {
    let start = Stopwatch()
    let directory = LedgerDirectory(path)
    let ledger = try EmbeddedLedger(directory, key: nil, now: { Instant(0) })
    _ = try await ledger.height()
    report("seconds", start.seconds)
    let tip = try await ledger.tip()
    report("blocks", Double(tip.block))
    print("state\t\(tip.stateHash)")
    for note in await ledger.checkpointNotes() { print("note\t\(note)") }
  }

  private static func measureAudit(_ path: String) throws {
    let start = Stopwatch()
    let audit = try Audit.run(path, temporaryDirectory: path)
    report("seconds", start.seconds)
    report("entries", Double(audit.calls + audit.blocks))
    report("calls", Double(audit.calls))
    report("blocks", Double(audit.blocks))
    if let fault = audit.fault { throw Faulty(fault: fault) }
  }

  static func report(_ name: String, _ number: Double) { print("\(name)\t\(Decimals.text(number, 3))") }

  private struct Faulty: Error { var fault: LedgerFault }
  private struct Usage: Error {}
}

/// Wall time since it was made.
struct Stopwatch {
  private let start = Self.now

  var seconds: Double { Self.now - start }

  private static var now: Double {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }
}

/// Keys that recover on all cores at once, by libsecp256k1 alone.
enum RecoverRate {
  static func measure(seconds: Double) {
    let cores = sysconf(Int32(_SC_NPROCESSORS_ONLN))
    let key = keyed("recover")
    let digests = (0..<256).map { Keccak256.hash("digest \($0)") }
    let signatures = digests.map(key.sign)
    let threads = (0..<cores).map { _ in
      RecoveringThread {
        let watch = Stopwatch()
        var count = 0
        while watch.seconds < seconds {
          for (signature, digest) in zip(signatures, digests) where signature.signer(of: digest) != nil {
            count += 1
          }
        }
        return Double(count) / watch.seconds
      }
    }
    LedgerLoad.report("cores", Double(cores))
    LedgerLoad.report("recovered", threads.reduce(0) { $0 + $1.result() })
  }
}

/// A thread whose result is waited for.
private final class RecoveringThread {
  private final class Work {
    let body: @Sendable () -> Double
    var rate = 0.0
    init(_ body: @escaping @Sendable () -> Double) { self.body = body }
  }

  private let work: Work
  private var thread = pthread_t()

  init(_ body: @escaping @Sendable () -> Double) {
    work = Work(body)
    let context = Unmanaged.passRetained(work).toOpaque()
    pthread_create(
      &thread, nil,
      { context in
        guard let context else { return nil }
        let work = Unmanaged<Work>.fromOpaque(context).takeRetainedValue()
        work.rate = work.body()
        return nil
      }, context)
  }

  func result() -> Double {
    pthread_join(thread, nil)
    return work.rate
  }
}

/// The same key for the same name in every run.
func keyed(_ name: String) -> PrivateKey {
  guard let key = try? PrivateKey(bytes: Keccak256.hash("ledger load \(name)").bytes) else {
    preconditionFailure("one hash in 2¹²⁸ is no key")
  }
  return key
}
