import Glibc
import Ledger
import Receipts
import Workload

/// Appends to a ledger until it is killed, and prints each call that was acknowledged, once it was:
///
///     ledger-writer DIRECTORY ACCOUNTS CHECKPOINT-STRIDE
///
/// Lines of `account nonce`, each written in one piece. The accounts are those of `key(_:)`, and send one call after
/// another, all accounts at once.
@main struct LedgerWriter {
  static func main() async throws {
    let words = CommandLine.arguments
    guard words.count == 4, let accounts = Int(words[2]), let stride = UInt64(words[3]) else { throw Usage() }
    let directory = LedgerDirectory(words[1])
    let ledger = try EmbeddedLedger(
      directory, key: try directory.key(), checkpointStride: stride, now: { now })
    _ = try await ledger.tick()
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { try await ledger.keepTime() }
      for number in 0..<accounts {
        group.addTask { try await send(try key(number), number, to: ledger) }
      }
      // None ends by itself.
      try await group.waitForAll()
    }
  }

  private static func send(_ key: PrivateKey, _ number: Int, to ledger: EmbeddedLedger) async throws {
    var nonce = try await ledger.account(key.address).lastNonce
    while true {
      nonce += 1
      _ = try await ledger.submit(
        SignedCall(.withdraw(amount: 1), nonce: nonce, key: key, domain: ledger.domain))
      let line = Array("\(number) \(nonce)\n".utf8)
      guard write(STDOUT_FILENO, line, line.count) == line.count else { throw Usage() }
    }
  }

  static func key(_ number: Int) throws -> PrivateKey {
    try PrivateKey(bytes: Keccak256.hash("ledger writer \(number)").bytes)
  }

  private static var now: Instant {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return Instant(Int64(time.tv_sec) * 1_000 + Int64(time.tv_nsec) / 1_000_000)
  }

  private struct Usage: Error {}
}
