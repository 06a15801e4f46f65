package import Receipts

/// Why the ledger did not take a call. A rejected call changes nothing and uses up no nonce.
package enum Rejection: Error, Hashable, Sendable, Codable {
  /// The signature is not of the account that the call names, on this chain.
  case wrongSignature(from: Address)
  case malformed(reason: String)
  case staleNonce(last: UInt64)
  /// This account may not make this call; `allowed` says who may.
  case notAllowed(allowed: String)
  /// There is no such node, bag, task or replica.
  case unknown(what: String)
  /// The thing is not in a state in which the call makes sense.
  case wrongPhase(now: String, needs: String)
  case tooEarly(from: Height)
  case tooLate(since: Height)
  case insufficientBalance(has: Amount, needs: Amount)
  /// Too few eligible slots are free at present. Worth another try after the next block.
  case notEnoughSlots(found: Int, needed: Int)
  /// A value is outside what the parameters allow.
  case outOfBounds(reason: String)
  /// A revealed receipt is not what was committed to, or not validly signed.
  case badEvidence(reason: String)

  /// Whether the same call may be accepted later without anything else being changed by its sender.
  package var isTransient: Bool {
    switch self {
    case .tooEarly, .notEnoughSlots: true
    default: false
    }
  }
}

extension Rejection: CustomStringConvertible {
  package var description: String {
    switch self {
    case .wrongSignature(let from): "the signature is not \(from)'s on this chain"
    case .malformed(let reason): "the call can't be read: \(reason)"
    case .staleNonce(let last): "the nonce was used: the next must be above \(last)"
    case .notAllowed(let allowed): "only \(allowed) may make this call"
    case .unknown(let what): "there is no \(what)"
    case .wrongPhase(let now, let needs): "it is \(now), and the call needs it to be \(needs)"
    case .tooEarly(let height): "too early: wait for height \(height)"
    case .tooLate(let height): "too late: the deadline was height \(height)"
    case .insufficientBalance(let has, let needs): "the balance is \(has) µ€, and \(needs) µ€ are needed"
    case .notEnoughSlots(let found, let needed):
      "\(needed) eligible slots are needed, and \(found) are free: try again after the next block"
    case .outOfBounds(let reason): reason
    case .badEvidence(let reason): "the evidence doesn't hold: \(reason)"
    }
  }
}
