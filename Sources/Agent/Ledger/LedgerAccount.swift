package import Ledger
package import Receipts

/// An account of ours on a ledger: signs calls in the order of their nonces and sends them.
package struct LedgerAccount: Sendable {
  package let ledger: any ContributionLedger
  package let key: PrivateKey
  private let order = FirstComeLock()

  /// How often a call is signed again because another process with the same key was faster.
  static let mostNonceRaces = 8

  package init(ledger: any ContributionLedger, key: PrivateKey) {
    self.ledger = ledger
    self.key = key
  }

  package var address: Address { key.address }

  /// Signs and sends a call, and returns when it is in a block. One call at a time, so that nonces rise.
  @discardableResult
  package func call(_ call: Call) async throws(LedgerError) -> Inclusion {
    try await send { _ in call }.inclusion
  }

  /// Posts a bag; its name follows from the nonce with which it is posted.
  package func post(_ order: BagOrder) async throws(LedgerError) -> (bag: BagID, inclusion: Inclusion) {
    let sent = try await send { _ in .postBag(order) }
    let bag = BagID(domainSeparator: ledger.domain.separator, requester: address, nonce: sent.nonce)
    return (bag, sent.inclusion)
  }

  private func send(_ make: (UInt64) -> Call) async throws(LedgerError) -> (
    inclusion: Inclusion, nonce: UInt64
  ) {
    await order.acquire()
    do throws(LedgerError) {
      let result = try await sendInTurn(make)
      await order.release()
      return result
    } catch {
      await order.release()
      throw error
    }
  }

  private func sendInTurn(
    _ make: (UInt64) -> Call
  ) async throws(LedgerError) -> (inclusion: Inclusion, nonce: UInt64) {
    var races = 0
    while true {
      let nonce = try await ledger.account(address).lastNonce + 1
      let signed = SignedCall(make(nonce), nonce: nonce, key: key, domain: ledger.domain)
      do throws(LedgerError) {
        return (try await ledger.submit(signed), nonce)
      } catch {
        guard case .rejected(.staleNonce) = error, races < Self.mostNonceRaces else { throw error }
        races += 1
      }
    }
  }
}
