internal import Receipts
internal import Workload

/// A call whose signatures were looked at ahead of the rules. Recovering a key costs more than all the rest of a call and
/// needs nothing of the state, so it is done on as many cores as there are, before the ledger is locked.
struct CheckedCall: Sendable {
  let signed: SignedCall
  let call: Call
  /// The EIP-712 digest: the call's name on this chain.
  let digest: Bytes32
  /// Of a reveal: who signed its receipt.
  let receipt: RecoveredSigner?

  /// Throws where the account did not sign it, or the payload isn't canonical.
  init(_ signed: SignedCall, in domain: EIP712Domain) throws(Rejection) {
    let digest = signed.digest(in: domain)
    guard signed.signature.signer(of: digest) == signed.from else {
      throw .wrongSignature(from: signed.from)
    }
    try self.init(signed, digest) { RecoveredSigner($0.signature, of: $0.receipt.digest(in: domain)) }
  }

  /// The same of a call in a block that is believed, such as one of one's own file: nothing is looked up.
  init(believing signed: SignedCall, in domain: EIP712Domain) throws(Rejection) {
    try self.init(signed, signed.digest(in: domain)) {
      RecoveredSigner(believing: $0.signature, of: $0.receipt.digest(in: domain), by: $0.receipt.node)
    }
  }

  private init(
    _ signed: SignedCall, _ digest: Bytes32, receipt signer: (Reveal) -> RecoveredSigner
  ) throws(Rejection) {
    self.signed = signed
    self.digest = digest
    call = try Call(encoded: signed.payload)
    receipt = if case .reveal(let reveal) = call { signer(reveal) } else { nil }
  }
}

/// Who signed a digest, found once: whoever asks again for the same signature and digest is told without the curve.
struct RecoveredSigner: Hashable, Sendable, Codable {
  let signature: Signature
  let digest: Bytes32
  /// Nothing where nobody did.
  let signer: Address?

  init(_ signature: Signature, of digest: Bytes32) {
    self.signature = signature
    self.digest = digest
    signer = signature.signer(of: digest)
  }

  init(believing signature: Signature, of digest: Bytes32, by signer: Address) {
    self.signature = signature
    self.digest = digest
    self.signer = signer
  }
}

extension ContributionState {
  /// Applies a call whose signatures were looked at before.
  mutating func apply(_ checked: CheckedCall) throws(Rejection) -> [Event] {
    recovered = checked.receipt
    defer { recovered = nil }
    return try apply(checked.call, from: checked.signed.from, nonce: checked.signed.nonce)
  }

  /// Who signed a digest: as it was found ahead, or found now.
  func signer(of digest: Bytes32, by signature: Signature) -> Address? {
    if let recovered, recovered.digest == digest, recovered.signature == signature { return recovered.signer }
    return signature.signer(of: digest)
  }
}
