internal import CCrypto
internal import CSecp256k1

/// The curve secp256k1 by libsecp256k1: one context for the whole process.
enum Curve {
  /// Blinded once with fresh randomness, so that signing leaks less through its timing and power, and never
  /// changed again: libsecp256k1 lets any number of threads use a context that nobody changes.
  nonisolated(unsafe) static let context: OpaquePointer = {
    guard let context = secp256k1_context_create(UInt32(SECP256K1_CONTEXT_NONE)) else {
      preconditionFailure("libsecp256k1 made no context: out of memory")
    }
    var seed = SystemRandomness.bytes(32)
    defer { OPENSSL_cleanse(&seed, seed.count) }
    precondition(secp256k1_context_randomize(context, seed) == 1, "libsecp256k1 could not blind its context")
    return context
  }()

  /// The account of a public key.
  static func address(of key: secp256k1_pubkey) -> Address {
    var key = key
    var bytes = [UInt8](repeating: 0, count: 65)
    var count = bytes.count
    secp256k1_ec_pubkey_serialize(context, &bytes, &count, &key, UInt32(SECP256K1_EC_UNCOMPRESSED))
    return Address(lastBytesOf: Keccak256.hash(Array(bytes.dropFirst())))
  }
}
