internal import CCrypto
internal import CSecp256k1
package import Workload

/// A secp256k1 key that signs. Its bytes lie in one place, which is wiped when the last reference goes.
///
/// A class, because a copied struct would leave copies of the key behind that nobody wipes.
package final class PrivateKey: Sendable {
  /// 32 bytes, written in `init` and never again before `deinit`.
  private nonisolated(unsafe) let secret: UnsafeMutablePointer<UInt8>
  package let address: Address

  /// Throws where `bytes` is not a big-endian number from 1 to the order of the curve less 1.
  package init(bytes: some Collection<UInt8>) throws(PrivateKeyError) {
    guard bytes.count == 32 else { throw .notThirtyTwoBytes(count: bytes.count) }
    let secret = UnsafeMutablePointer<UInt8>.allocate(capacity: 32)
    for (index, byte) in bytes.enumerated() { secret[index] = byte }
    var publicKey = secp256k1_pubkey()
    guard secp256k1_ec_pubkey_create(Curve.context, &publicKey, secret) == 1 else {
      OPENSSL_cleanse(secret, 32)
      secret.deallocate()
      throw .outOfRange
    }
    self.secret = secret
    address = Curve.address(of: publicKey)
  }

  deinit {
    OPENSSL_cleanse(secret, 32)
    secret.deallocate()
  }

  /// A new key of the system's randomness. An edge: call it where a person or an installer asked for a key.
  package static func generate() -> PrivateKey {
    // One draw in 2¹²⁸ is no key; two in a row mean that the randomness is broken.
    for _ in 0..<2 {
      var bytes = SystemRandomness.bytes(32)
      defer { OPENSSL_cleanse(&bytes, bytes.count) }
      if let key = try? PrivateKey(bytes: bytes) { return key }
    }
    preconditionFailure("libcrypto gave random bytes twice that are no key")
  }

  /// Signs a digest with the nonce of RFC 6979: the same key and digest always give the same signature. The
  /// result has its low s and tells its signer (v = 27 or 28).
  package func sign(_ digest: Bytes32) -> Signature {
    var recoverable = secp256k1_ecdsa_recoverable_signature()
    precondition(
      secp256k1_ecdsa_sign_recoverable(Curve.context, &recoverable, digest.bytes, secret, nil, nil) == 1,
      "libsecp256k1 refuses a key that it accepted")
    var compact = [UInt8](repeating: 0, count: 64)
    var recoveryID: Int32 = 0
    secp256k1_ecdsa_recoverable_signature_serialize_compact(
      Curve.context, &compact, &recoveryID, &recoverable)
    guard let signature = Signature(bytes: compact + [27 + UInt8(recoveryID)]) else {
      preconditionFailure("libsecp256k1 signs with low s")
    }
    return signature
  }

  /// Lends the key's bytes, for writing them to a key file. Copies of them are the caller's to wipe.
  package func withBytes<Result, Failure: Error>(
    _ body: (UnsafeBufferPointer<UInt8>) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try body(UnsafeBufferPointer(start: secret, count: 32))
  }
}

/// Bytes that are no private key.
package enum PrivateKeyError: Error, Hashable, Sendable, CustomStringConvertible {
  case notThirtyTwoBytes(count: Int)
  case outOfRange

  package var description: String {
    switch self {
    case .notThirtyTwoBytes(let count): "a private key has 32 bytes, not \(count)"
    case .outOfRange: "these 32 bytes are no private key: zero, or not below the order of secp256k1"
    }
  }
}
