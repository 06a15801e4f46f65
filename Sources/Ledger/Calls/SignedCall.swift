package import Receipts
package import Workload

/// What an account signs to make a call: `Call(address from,uint64 nonce,bytes32 payloadHash)` of EIP-712, in
/// the domain of the genesis.
package struct CallEnvelope: TypedStruct {
  package var from: Address
  package var nonce: UInt64
  /// Keccak-256 of the payload.
  package var payloadHash: Bytes32

  package init(from: Address, nonce: UInt64, payloadHash: Bytes32) {
    self.from = from
    self.nonce = nonce
    self.payloadHash = payloadHash
  }

  package static let encodedType = "Call(address from,uint64 nonce,bytes32 payloadHash)"
  package static let typeHash = Keccak256.hash(encodedType)

  package var words: [Bytes32] { [from.word, nonce.abiWord, payloadHash] }
}

/// A call as it travels and as it is stored: the canonical bytes and who signed them.
package struct SignedCall: Hashable, Sendable, Codable {
  package let from: Address
  /// Greater than that of every call of this account before it.
  package let nonce: UInt64
  /// Canonical bytes of the `Call`, see `CallCodec`.
  package let payload: [UInt8]
  package let signature: Signature

  /// As it came from outside; nothing is checked yet.
  package init(from: Address, nonce: UInt64, payload: [UInt8], signature: Signature) {
    self.from = from
    self.nonce = nonce
    self.payload = payload
    self.signature = signature
  }

  /// Signs a call with an account's key.
  package init(_ call: Call, nonce: UInt64, key: PrivateKey, domain: EIP712Domain) {
    from = key.address
    self.nonce = nonce
    payload = call.encoded
    let envelope = CallEnvelope(from: from, nonce: nonce, payloadHash: Keccak256.hash(payload))
    signature = key.sign(envelope, in: domain)
  }

  /// The EIP-712 digest that was signed: the call's name on this chain.
  package func digest(in domain: EIP712Domain) -> Bytes32 {
    CallEnvelope(from: from, nonce: nonce, payloadHash: Keccak256.hash(payload)).digest(in: domain)
  }

  /// The call, where the signature is `from`'s and the payload is canonical.
  package func verified(in domain: EIP712Domain) throws(Rejection) -> Call {
    try CheckedCall(self, in: domain).call
  }
}
