internal import CCrypto
internal import FoundationEssentials
package import Workload

/// A private key locked with a password: version 3 of the Web3 Secret Storage Definition, which every
/// Ethereum wallet reads.
package struct Keystore: Hashable, Sendable {
  /// What must never be the same twice. Given by the edge.
  package struct Randomness: Hashable, Sendable {
    package var salt: Bytes32
    /// 16 bytes: the start of AES's counter.
    package var counter: [UInt8]
    /// 16 bytes, made a version 4 UUID.
    package var id: [UInt8]

    package init(salt: Bytes32, counter: [UInt8], id: [UInt8]) {
      precondition(counter.count == 16 && id.count == 16, "a counter and an id have 16 bytes")
      self.salt = salt
      self.counter = counter
      self.id = id
    }

    /// From the system. An edge: call it where a key file is written.
    package static func system() -> Randomness {
      let bytes = SystemRandomness.bytes(64)
      guard let salt = Bytes32(bytes[0..<32]) else { preconditionFailure("32 bytes are 32 bytes") }
      return Randomness(salt: salt, counter: Array(bytes[32..<48]), id: Array(bytes[48..<64]))
    }
  }

  /// A UUID as text.
  package let id: String
  /// In the clear, so that a file can be found without its password. Some wallets leave it out.
  package let address: Address?
  /// How its password is stretched.
  package let derivation: KeyDerivation
  let derivedLength: Int
  let salt: [UInt8]
  let counter: [UInt8]
  let ciphertext: [UInt8]
  let code: Bytes32

  init(
    id: String, address: Address?, derivation: KeyDerivation, derivedLength: Int, salt: [UInt8],
    counter: [UInt8],
    ciphertext: [UInt8], code: Bytes32
  ) {
    self.id = id
    self.address = address
    self.derivation = derivation
    self.derivedLength = derivedLength
    self.salt = salt
    self.counter = counter
    self.ciphertext = ciphertext
    self.code = code
  }

  /// Locks a key. `derivation` sets what each guess of the password costs.
  package init(
    locking key: PrivateKey, password: [UInt8], derivation: KeyDerivation = .standard, randomness: Randomness
  ) throws(KeystoreError) {
    let salt = randomness.salt.bytes
    var derived = try derivation.derive(password: password, salt: salt, length: KeyDerivation.length)
    defer { OPENSSL_cleanse(&derived, derived.count) }
    var secret = key.withBytes { Array($0) }
    defer { OPENSSL_cleanse(&secret, secret.count) }
    let ciphertext = AES128CTR.apply(key: derived[0..<16], counter: randomness.counter, to: secret)
    self.init(
      id: Self.uuid(randomness.id), address: key.address, derivation: derivation,
      derivedLength: KeyDerivation.length, salt: salt, counter: randomness.counter, ciphertext: ciphertext,
      code: Self.code(derived: derived, ciphertext: ciphertext))
  }

  /// The key. Takes as long and as much memory as the file asks for, within bounds.
  package func unlock(password: [UInt8]) throws(KeystoreError) -> PrivateKey {
    var derived = try derivation.derive(password: password, salt: salt, length: derivedLength)
    defer { OPENSSL_cleanse(&derived, derived.count) }
    guard Self.code(derived: derived, ciphertext: ciphertext) == code else { throw .wrongPassword }
    var secret = AES128CTR.apply(key: derived[0..<16], counter: counter, to: ciphertext)
    defer { OPENSSL_cleanse(&secret, secret.count) }
    let key: PrivateKey
    do {
      key = try PrivateKey(bytes: secret)
    } catch {
      throw .noKey(error)
    }
    if let address, address != key.address { throw .otherAddress(stated: address, found: key.address) }
    return key
  }

  /// The definition's `mac`: Keccak-256 of the second half of the derived key and the ciphertext.
  private static func code(derived: [UInt8], ciphertext: [UInt8]) -> Bytes32 {
    var hash = Keccak256()
    hash.update(derived[16..<32])
    hash.update(ciphertext)
    return hash.finalized()
  }

  /// RFC 9562, version 4.
  private static func uuid(_ random: [UInt8]) -> String {
    var bytes = random
    bytes[6] = bytes[6] & 0x0f | 0x40
    bytes[8] = bytes[8] & 0x3f | 0x80
    return [bytes[0..<4], bytes[4..<6], bytes[6..<8], bytes[8..<10], bytes[10..<16]]
      .map { Hex.encode($0) }.joined(separator: "-")
  }
}
