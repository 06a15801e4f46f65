internal import CCrypto

/// How a password becomes the 32 bytes that lock a key file, with its parameters.
package enum KeyDerivation: Hashable, Sendable {
  /// scrypt (RFC 7914): n is the cost, a power of two; r the block size; p the parallelism.
  case scrypt(n: UInt64, r: UInt64, p: UInt64)
  /// PBKDF2 with HMAC-SHA-256 (RFC 8018).
  case pbkdf2(iterations: UInt32)

  /// What Ethereum's clients use: 256 MiB and about a second of one core.
  package static let standard = KeyDerivation.scrypt(n: 1 << 18, r: 8, p: 1)
  /// 4 MiB: for keys that a program opens unattended with a password lying beside them.
  package static let light = KeyDerivation.scrypt(n: 1 << 12, r: 8, p: 6)

  /// Bytes that libcrypto may take for scrypt: those of the blocks below, and its own.
  private static let mostMemory: UInt64 = 1 << 30
  /// n · r of scrypt, each 128 bytes of memory; p repeats the work over the same memory, some ten seconds at
  /// most.
  private static let mostBlocks: UInt64 = 1 << 22
  /// Of PBKDF2: about ten seconds of one core.
  private static let mostIterations: UInt32 = 20_000_000
  static let length = 32

  /// 32 bytes for a password. The caller wipes them.
  func derive(password: [UInt8], salt: [UInt8], length: Int) throws(KeystoreError) -> [UInt8] {
    var key = [UInt8](repeating: 0, count: length)
    let text = password.map { CChar(bitPattern: $0) }
    let succeeded: Int32
    switch self {
    case .scrypt(let n, let r, let p):
      guard n > 1, n & (n - 1) == 0, r > 0, p > 0 else {
        throw .notAKeystore(reason: "scrypt needs n a power of two above 1, and r and p above 0")
      }
      guard n <= Self.mostBlocks, r <= 1024, p <= 1024, n * r <= Self.mostBlocks,
        n * r * p <= 4 * Self.mostBlocks
      else {
        throw .tooCostly(what: "scrypt with n = \(n), r = \(r), p = \(p)")
      }
      if ScryptMixing.isNeeded(n: n, r: r) {
        let isDone = ScryptMixing.derive(
          password: text, salt: salt, n: Int(n), r: Int(r), p: Int(p), into: &key)
        succeeded = isDone ? 1 : 0
      } else {
        succeeded = EVP_PBE_scrypt(
          text, text.count, salt, salt.count, n, r, p, Self.mostMemory, &key, key.count)
      }
    case .pbkdf2(let iterations):
      guard iterations > 0 else { throw .notAKeystore(reason: "PBKDF2 needs at least one iteration") }
      guard iterations <= Self.mostIterations else {
        throw .tooCostly(what: "PBKDF2 with \(iterations) iterations")
      }
      succeeded = PKCS5_PBKDF2_HMAC(
        text, Int32(text.count), salt, Int32(salt.count), Int32(iterations), EVP_sha256(), Int32(key.count),
        &key)
    }
    guard succeeded == 1 else {
      throw .noDerivation
    }
    return key
  }
}

extension KeyDerivation: CustomStringConvertible {
  package var description: String {
    switch self {
    case .scrypt(let n, let r, let p): "scrypt, n \(n), r \(r), p \(p)"
    case .pbkdf2(let iterations): "PBKDF2 with HMAC-SHA-256, \(iterations) iterations"
    }
  }
}

/// AES-128 in counter mode (NIST SP 800-38A) by libcrypto; the same call locks and unlocks.
enum AES128CTR {
  static func apply(key: ArraySlice<UInt8>, counter: [UInt8], to input: [UInt8]) -> [UInt8] {
    precondition(key.count == 16 && counter.count == 16, "AES-128-CTR takes 16 bytes of key and of counter")
    guard let context = EVP_CIPHER_CTX_new() else {
      preconditionFailure("libcrypto made no cipher: out of memory")
    }
    defer { EVP_CIPHER_CTX_free(context) }
    var output = [UInt8](repeating: 0, count: input.count)
    var count: Int32 = 0
    var key = Array(key)
    defer { OPENSSL_cleanse(&key, key.count) }
    precondition(
      EVP_EncryptInit_ex(context, EVP_aes_128_ctr(), nil, key, counter) == 1
        && EVP_EncryptUpdate(context, &output, &count, input, Int32(input.count)) == 1,
      "libcrypto has no AES-128-CTR")
    return output
  }
}
