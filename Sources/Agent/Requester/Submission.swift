package import Ledger
package import Workload

/// Puts a bag's content where nodes find it, and posts it with its escrow.
package struct Submission: Sendable {
  private let account: LedgerAccount
  private let shared: SharedDirectory

  package init(account: LedgerAccount, shared: SharedDirectory) {
    self.account = account
    self.shared = shared
  }

  /// - Throws: `FileError` where an input can't be stored, `ContentError` where one that is named by its digest alone
  ///   isn't there, `LedgerError` where the ledger refuses.
  package func post(_ resolved: ResolvedBag) async throws -> BagID {
    for (digest, path) in resolved.sources.sorted(by: { $0.key < $1.key }) {
      let stored = try shared.content.put(file: path)
      guard stored == digest else {
        throw ContentError.corrupt(digest, found: stored, path: path)
      }
    }
    for digest in Set(resolved.bag.tasks.flatMap { $0.inputs.map(\.digest) })
    where !shared.content.contains(digest) {
      throw ContentError.absent(digest, store: shared.content.directory)
    }
    let manifest = try shared.content.put(resolved.bag.manifest)
    let blockMilliseconds = account.ledger.genesis.parameters.blockMilliseconds
    return try await account.post(
      order(for: resolved.bag, manifest: manifest, blockMilliseconds: blockMilliseconds)
    ).bag
  }

  private func order(for bag: Bag, manifest: ContentDigest, blockMilliseconds: UInt64) -> BagOrder {
    let parameters = account.ledger.genesis.parameters
    func blocks(_ milliseconds: UInt64) -> UInt64 {
      max(1, (milliseconds + blockMilliseconds - 1) / blockMilliseconds)
    }
    return BagOrder(
      manifest: manifest, taskCount: UInt32(bag.tasks.count), price: bag.price, trust: bag.trust,
      replicaCap: bag.replicaCap,
      tau: UInt32(min(UInt64(parameters.maximumTau), blocks(bag.expectedMilliseconds))),
      queueBlocks: blocks(bag.deadlineMilliseconds), determinism: bag.determinism)
  }
}
