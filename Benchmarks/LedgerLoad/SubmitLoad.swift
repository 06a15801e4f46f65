import Ledger
import Receipts
import Workload

/// Many accounts that each send one call after another, signed before the watch runs.
struct SubmitLoad {
  private let directory: LedgerDirectory
  private let accounts: [PrivateKey]
  private let ledgerKey = keyed("ledger")

  init(_ path: String, submitters: Int) {
    directory = LedgerDirectory(path)
    accounts = (0..<submitters).map { keyed("account \($0)") }
  }

  func measure(calls: Int) async throws {
    var genesis = Genesis(chainID: 31_337, ledgerKey: ledgerKey.address)
    for account in accounts { genesis.deposits[account.address] = MicroEuros(1_000_000_000) }
    try directory.create(genesis: genesis, key: ledgerKey)
    let ledger = try EmbeddedLedger(directory, key: ledgerKey, now: { Instant(1_700_000_000_000) })
    _ = try await ledger.tick()
    let domain = ledger.domain
    let each = max(1, calls / accounts.count)
    let signed = await signAll(each: each, in: domain)
    let blocks = try await ledger.tip().block
    let watch = Stopwatch()
    try await withThrowingTaskGroup(of: Void.self) { group in
      for own in signed {
        group.addTask { for call in own { _ = try await ledger.submit(call) } }
      }
      try await group.waitForAll()
    }
    LedgerLoad.report("seconds", watch.seconds)
    LedgerLoad.report("calls", Double(each * accounts.count))
    LedgerLoad.report("blocks", Double(try await ledger.tip().block - blocks))
    try await ledger.close()
  }

  private func signAll(each: Int, in domain: EIP712Domain) async -> [[SignedCall]] {
    await withTaskGroup(of: [SignedCall].self) { group in
      for account in accounts {
        group.addTask {
          (1...each).map { nonce in
            SignedCall(.withdraw(amount: 1), nonce: UInt64(nonce), key: account, domain: domain)
          }
        }
      }
      return await group.reduce(into: []) { $0.append($1) }
    }
  }
}
