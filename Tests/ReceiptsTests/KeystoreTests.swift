import Foundation
import Receipts
import TestSupport
import Testing
import Workload

@Suite("Key files")
struct KeystoreTests {
  private static let cheap = KeyDerivation.scrypt(n: 2, r: 8, p: 1)

  private func locked(_ password: String = "samowar") throws -> Keystore {
    try Keystore(
      locking: Fixture.key(), password: Array(password.utf8), derivation: Self.cheap, randomness: .system())
  }

  private func inDirectory(_ body: (String) throws -> Void) throws {
    let directory = try TemporaryDirectory()
    try body(directory.path)
  }

  @Test func aKeyComesBackWithItsPasswordOnly() throws {
    let keystore = try locked()
    let key = try Fixture.key()
    #expect(try keystore.unlock(password: Array("samowar".utf8)).address == key.address)
    for wrong in ["", "samovar", "samowar ", "SAMOWAR"] {
      #expect(throws: KeystoreError.wrongPassword) { try keystore.unlock(password: Array(wrong.utf8)) }
    }
    let decoded = try Keystore(decoding: keystore.encoded())
    #expect(decoded == keystore)
    #expect(decoded.address == key.address)
  }

  @Test func pbkdf2IsWrittenToo() throws {
    let keystore = try Keystore(
      locking: Fixture.key(), password: [1, 2], derivation: .pbkdf2(iterations: 3), randomness: .system())
    #expect(
      try Keystore(decoding: keystore.encoded()).unlock(password: [1, 2]).address == Fixture.key().address)
  }

  @Test func theIDIsAVersion4UUIDAndNoTwoFilesAreAlike() throws {
    let first = try locked()
    let second = try locked()
    #expect(first.id != second.id)
    #expect(try first.encoded() != second.encoded())
    let id = try #require(UUID(uuidString: first.id))
    #expect(id.uuid.6 >> 4 == 4)
    #expect(id.uuid.8 >> 6 == 2)
  }

  @Test func filesAreTheirOwnersAloneAndNeverWrittenOver() throws {
    try inDirectory { directory in
      let path = directory + "/node.json"
      let keystore = try locked()
      try KeystoreFile.write(keystore, to: path)
      let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
      #expect(mode == 0o600)
      #expect(try KeystoreFile.read(path) == keystore)
      #expect(throws: KeystoreError.exists(path: path)) { try KeystoreFile.write(try locked(), to: path) }
      #expect(try KeystoreFile.read(path) == keystore)
      #expect(try FileManager.default.contentsOfDirectory(atPath: directory) == ["node.json"])
    }
  }

  @Test func badFilesSayWhatIsWrong() throws {
    try inDirectory { directory in
      func reason(_ text: String) throws -> String {
        let path = directory + "/\(UUID()).json"
        try Data(text.utf8).write(to: URL(fileURLWithPath: path))
        do {
          return "key of \(try KeystoreFile.read(path).unlock(password: Array("samowar".utf8)).address)"
        } catch {
          return "\(error)"
        }
      }
      let good = String(decoding: try locked().encoded(), as: UTF8.self)
      #expect(try reason(good).hasPrefix("key of 0x"))
      #expect(try reason("").contains("no version 3 key file"))
      #expect(try reason("[1, 2").contains("not JSON"))
      #expect(try reason(good.replacing("\"mac\"", with: "\"mic\"")).contains("'crypto.mac' is missing"))
      #expect(try reason(good.replacing("\"version\" : 3", with: "\"version\" : 4")).contains("version 4"))
      #expect(try reason(good.replacing("\"scrypt\"", with: "\"argon2\"")).contains("argon2"))
      #expect(try reason(good.replacing("\"n\" : 2", with: "\"n\" : 3")).contains("power of two"))
      #expect(try reason(good.replacing("\"n\" : 2", with: "\"n\" : 1073741824")).contains("no honest one"))
      #expect(
        try reason(good.replacing("\"r\" : 8", with: "\"r\" : 18446744073709551615")).contains(
          "no honest one"))
      #expect(try reason(good.replacing("aes-128-ctr", with: "aes-256-gcm")).contains("aes-256-gcm"))
      let address = Hex.encode(try Fixture.key().address.bytes)
      #expect(
        try reason(good.replacing(address, with: String(repeating: "1", count: 40))).contains(
          "the file was altered"))
      #expect(try reason(String(repeating: " ", count: 70_000)).contains("File too large"))
      do {
        _ = try KeystoreFile.read(directory + "/none.json")
        Issue.record("a file that isn't there was read")
      } catch {
        #expect("\(error)" == "cannot open \(directory)/none.json: No such file or directory")
      }
    }
  }

  /// One bit of the hexadecimal fields that lock the key: the key never comes out changed.
  @Test func noBitOfALockedKeyCanBeFlipped() throws {
    let keystore = try locked()
    let bytes = try keystore.encoded()
    let address = try Fixture.key().address
    for bit in 0..<(bytes.count * 8) {
      var changed = bytes
      changed[bit / 8] ^= 1 << UInt8(bit % 8)
      guard let other = try? Keystore(decoding: changed) else { continue }
      let key = try? other.unlock(password: Array("samowar".utf8))
      #expect(key == nil || key?.address == address, "bit \(bit)")
    }
  }
}
