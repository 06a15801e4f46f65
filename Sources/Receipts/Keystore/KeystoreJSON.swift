internal import FoundationEssentials
internal import Workload

extension Keystore {
  /// Reads a key file's JSON, without its password.
  package init(decoding bytes: [UInt8]) throws(KeystoreError) {
    let document: Document
    do {
      document = try JSONDecoder().decode(Document.self, from: Data(bytes))
    } catch {
      throw .notAKeystore(reason: JSONFault.describe(error))
    }
    guard document.version == 3 else { throw .unsupported(what: "version \(document.version)") }
    let crypto = document.crypto
    guard crypto.cipher == "aes-128-ctr" else { throw .unsupported(what: "the cipher \(crypto.cipher)") }
    let counter = try Self.hex(crypto.cipherparams.iv, name: "crypto.cipherparams.iv")
    guard counter.count <= 16 else {
      throw .notAKeystore(reason: "'crypto.cipherparams.iv' is longer than 16 bytes")
    }
    guard let code = Bytes32(hex: crypto.mac) else {
      throw .notAKeystore(reason: "'crypto.mac' is not 32 bytes in hexadecimal")
    }
    guard (32...1024).contains(crypto.kdfparams.dklen) else {
      throw .notAKeystore(reason: "'crypto.kdfparams.dklen' is \(crypto.kdfparams.dklen), not 32")
    }
    var address: Address?
    if let text = document.address {
      // Without 0x and a checksum, by old custom.
      address = Hex.decode(text).flatMap { Address(bytes: $0) }
      if address == nil { throw .notAKeystore(reason: "'address' is not 20 bytes in hexadecimal") }
    }
    self.init(
      id: document.id ?? "", address: address, derivation: try crypto.derivation(),
      derivedLength: crypto.kdfparams.dklen,
      salt: try Self.hex(crypto.kdfparams.salt, name: "crypto.kdfparams.salt"),
      // Some writers take the counter for a number and drop its leading zeros.
      counter: [UInt8](repeating: 0, count: 16 - counter.count) + counter,
      ciphertext: try Self.hex(crypto.ciphertext, name: "crypto.ciphertext"), code: code)
  }

  /// The key file's JSON, with a newline at its end.
  package func encoded() throws(KeystoreError) -> [UInt8] {
    var parameters = Document.Crypto.Parameters(dklen: derivedLength, salt: Hex.encode(salt))
    let name: String
    switch derivation {
    case .scrypt(let n, let r, let p):
      name = "scrypt"
      (parameters.n, parameters.r, parameters.p) = (n, r, p)
    case .pbkdf2(let iterations):
      name = "pbkdf2"
      (parameters.c, parameters.prf) = (iterations, "hmac-sha256")
    }
    let document = Document(
      version: 3, id: id, address: address.map { Hex.encode($0.bytes) },
      crypto: Document.Crypto(
        cipher: "aes-128-ctr", cipherparams: .init(iv: Hex.encode(counter)),
        ciphertext: Hex.encode(ciphertext),
        kdf: name, kdfparams: parameters, mac: code.hex))
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    do {
      return Array(try encoder.encode(document)) + [UInt8(ascii: "\n")]
    } catch {
      throw .notAKeystore(reason: JSONFault.describe(error))
    }
  }

  private static func hex(_ text: String, name: String) throws(KeystoreError) -> [UInt8] {
    guard let bytes = Hex.decode(text) else { throw .notAKeystore(reason: "'\(name)' is not hexadecimal") }
    return bytes
  }
}

/// The JSON as the definition has it.
private struct Document: Codable {
  var version: Int
  var id: String?
  var address: String?
  var crypto: Crypto

  struct Crypto: Codable {
    var cipher: String
    var cipherparams: CipherParameters
    var ciphertext: String
    var kdf: String
    var kdfparams: Parameters
    var mac: String

    struct CipherParameters: Codable {
      var iv: String
    }

    struct Parameters: Codable {
      var dklen: Int
      var salt: String
      var n: UInt64?
      var r: UInt64?
      var p: UInt64?
      var c: UInt32?
      var prf: String?
    }

    func derivation() throws(KeystoreError) -> KeyDerivation {
      switch kdf {
      case "scrypt":
        guard let n = kdfparams.n, let r = kdfparams.r, let p = kdfparams.p else {
          throw .notAKeystore(reason: "'crypto.kdfparams' of scrypt needs n, r and p")
        }
        return .scrypt(n: n, r: r, p: p)
      case "pbkdf2":
        guard let iterations = kdfparams.c else {
          throw .notAKeystore(reason: "'crypto.kdfparams' of PBKDF2 needs c")
        }
        guard kdfparams.prf == "hmac-sha256" else {
          throw .unsupported(what: "PBKDF2 over \(kdfparams.prf ?? "nothing")")
        }
        return .pbkdf2(iterations: iterations)
      default: throw .unsupported(what: "the key derivation \(kdf)")
      }
    }
  }
}
