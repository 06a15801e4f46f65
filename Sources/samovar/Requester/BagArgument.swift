import ArgumentParser
import Ledger
import Workload

/// A bag's name on the ledger, as `samovar submit` printed it.
struct BagArgument: ExpressibleByArgument {
  let id: BagID

  init?(argument: String) {
    guard let word = Bytes32(hex: argument), let id = BagID(word: word) else { return nil }
    self.id = id
  }

  func summary(on ledger: EmbeddedLedger) async throws -> BagSummary {
    guard let bag = try await ledger.bag(id) else {
      throw ValidationError(
        "the ledger has no bag \(id); `samovar status` without a name lists the bags of an account")
    }
    return bag
  }
}
