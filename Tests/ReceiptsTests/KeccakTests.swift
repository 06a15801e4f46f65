import Receipts
import Testing
import Workload

@Suite("Keccak-256")
struct KeccakTests {
  @Test func theEmptyStringAndTheAlphabet() {
    #expect(Keccak256.hash("").hex == "c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470")
    #expect(Keccak256.hash("abc").hex == "4e03657aea45a94fc7d47ba826c8d667c0d1e6e33a64a036ec44f58fa12d6c45")
  }

  /// Around the rate of 136 bytes and off the lanes, however the stream is cut.
  @Test(arguments: [0, 1, 7, 8, 31, 135, 136, 137, 271, 272, 273, 1000])
  func piecesGiveWhatTheWholeGives(length: Int) {
    let bytes = (0..<length).map { UInt8(truncatingIfNeeded: $0 * 7 + 3) }
    let whole = Keccak256.hash(bytes)
    for piece in [1, 3, 8, 13, 64, 136, 150] {
      var hash = Keccak256()
      for start in stride(from: 0, to: length, by: piece) {
        hash.update(bytes[start..<min(start + piece, length)])
      }
      #expect(hash.finalized() == whole, "\(length) bytes in pieces of \(piece)")
    }
  }

  @Test func wordsAreTheirBytes() throws {
    let word = try #require(Bytes32(hex: "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"))
    #expect(Keccak256.hash(word, word) == Keccak256.hash(word.bytes + word.bytes))
    var offLane = Keccak256()
    offLane.update([0x19, 0x01])
    offLane.update(word)
    #expect(offLane.finalized() == Keccak256.hash([0x19, 0x01] + word.bytes))
  }
}
