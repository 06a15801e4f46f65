import LayerTar
import TestSupport
import Testing

/// The reader alone, on bytes in memory.
@Suite struct TarReaderTests {
  private struct Bytes: TarSource {
    var rest: ArraySlice<UInt8>

    mutating func read(into buffer: UnsafeMutableRawBufferPointer) throws(TarFault) -> Int {
      let count = min(buffer.count, rest.count, 700)
      buffer.copyBytes(from: rest.prefix(count))
      rest = rest.dropFirst(count)
      return count
    }

    static func failure(_ fault: TarFault) -> TarFault { fault }
  }

  private func read(_ bytes: [UInt8]) throws(TarFault) -> [TarEntry] {
    var reader = TarReader(Bytes(rest: bytes[...]))
    var entries: [TarEntry] = []
    while let entry = try reader.next() { entries.append(entry) }
    return entries
  }

  /// Every header's checksum is made good again, so that the damage reaches the fields behind it.
  @Test func anyFieldsEndInEntriesOrASentence() {
    let seed = UInt64.random(in: 0 ... .max)
    var random = SplitMix64(seed)
    var refused = 0
    for _ in 0..<20_000 {
      var writer = TarWriter()
      writer.addExtendedHeader([("path", [97]), ("mtime", Array("1.5".utf8)), ("size", Array("3".utf8))])
      writer.add("file", content: [1, 2, 3])
      var bytes = writer.archive
      for _ in 0..<Int.random(in: 1...6, using: &random) {
        bytes[Int.random(in: 0..<2048, using: &random)] = UInt8.random(in: 0...255, using: &random)
      }
      for start in [0, 1024] {
        let sum = (0..<512).reduce(0) { $0 + ((148..<156).contains($1) ? 32 : Int(bytes[start + $1])) }
        let digits = String(sum, radix: 8)
        let text = Array((String(repeating: "0", count: 6 - digits.count) + digits).utf8) + [0, 32]
        for (index, byte) in text.enumerated() { bytes[start + 148 + index] = byte }
      }
      do {
        _ = try read(bytes)
      } catch {
        refused += 1
        #expect(!error.description.isEmpty, "seed \(seed)")
      }
    }
    #expect(refused > 1000, "the damage reaches nothing: seed \(seed)")
  }

  @Test func namesOfAllThreeFormatsAreRead() throws {
    var writer = TarWriter()
    writer.add(
      "././@LongLink", kind: "L", content: Array(("g/" + String(repeating: "n", count: 150)).utf8) + [0])
    writer.add("short")
    writer.addExtendedHeader([("path", Array("päx".utf8)), ("linkpath", Array("ziel".utf8))])
    writer.addLink("short", to: "other")
    let entries = try read(writer.archive)
    #expect(
      entries.map { String(decoding: $0.name, as: UTF8.self) } == [
        "g/" + String(repeating: "n", count: 150), "päx",
      ])
    #expect(String(decoding: entries[1].linkName, as: UTF8.self) == "ziel")
  }

  @Test func theSummarySurvivesItsText() {
    var summary = UnpackSummary()
    summary.diffID = String(repeating: "0f", count: 32)
    summary.entries = 3
    summary.droppedAttributes = 7
    #expect(UnpackSummary(text: summary.text) == summary)
    #expect(UnpackSummary(text: String(summary.text.dropLast(2))) == nil)
    #expect(UnpackSummary(text: summary.text.replacing("entries", with: "others")) == nil)
  }
}
