import Foundation
import LayerTar
import TestSupport
import Testing

/// How large and how strange a layer may be.
@Suite struct LayerBoundTests {
  @Test func tooManyFilesAreRefused() throws {
    var writer = TarWriter()
    for index in 0..<20 { writer.add("file-\(index)", content: [1]) }
    #expect(try UnpackedLayer(writer.archive, entries: 20).status == 0)
    let layer = try UnpackedLayer(writer.archive, entries: 19)
    #expect(layer.status == 3)
    #expect(layer.sentence == "the layer has more than 19 files\n")
  }

  @Test func directoriesThatNobodyNamedAreCountedToo() throws {
    var writer = TarWriter()
    writer.add((0..<40).map { _ in "d" }.joined(separator: "/"), content: [1])
    #expect(try UnpackedLayer(writer.archive, entries: 39).status == 3)
    #expect(try UnpackedLayer(writer.archive, entries: 40).status == 0)
  }

  @Test func tooManyBytesAreRefused() throws {
    var writer = TarWriter()
    writer.add("file", content: [UInt8](repeating: 7, count: 100_000))
    #expect(
      try UnpackedLayer(writer.archive, bytes: 50_000).sentence
        == "the layer unpacks to more than 50000 bytes\n")
  }

  @Test func aBombIsRefused() throws {
    // 256 MiB of zeros are 256 KiB as gzip, and 8 KiB as zstd.
    let place = try TemporaryDirectory()
    for (tool, end) in [("gzip", "gz"), ("zstd", "zst")] {
      let made = try Printed.run(
        "/bin/sh", ["-c", "truncate -s 256M zeros && tar cf - zeros | \(tool) -c > bomb.\(end)"],
        in: place.path)
      #expect(made.status == 0, "\(made.errors)")
      let bomb = try Data(contentsOf: URL(filePath: "\(place.path)/bomb.\(end)"))
      let layer = try UnpackedLayer(Array(bomb))
      #expect(layer.status == 1)
      #expect(layer.sentence.contains("a bomb"), "\(layer.sentence)")
    }
  }

  @Test func pathsAndNamesAndDepthsAreBounded() throws {
    func named(_ name: String) throws -> UnpackedLayer {
      try UnpackedLayer {
        $0.addExtendedHeader([("path", Array(name.utf8))])
        $0.add("short", content: [1])
      }
    }
    #expect(try named(String(repeating: "n", count: 255)).status == 0)
    #expect(try named(String(repeating: "n", count: 256)).sentence.contains("255 is the most"))
    #expect(try named(Array(repeating: "d", count: 128).joined(separator: "/")).status == 0)
    #expect(
      try named(Array(repeating: "d", count: 129).joined(separator: "/")).sentence.contains("128 is the most")
    )
    #expect(try named(String(repeating: "d/", count: 2048) + "x").sentence.contains("4095 is the most"))
  }

  @Test func anExtendedHeaderIsBounded() throws {
    let layer = try UnpackedLayer {
      $0.add("PaxHeader", kind: "x", content: [], size: 1 << 30)
    }
    #expect(layer.sentence.contains("an extended header has 1073741824 bytes"))
    let endless = try UnpackedLayer { writer in
      for _ in 0..<17 { writer.addExtendedHeader([("comment", [1])]) }
      writer.add("file")
    }
    #expect(endless.sentence.contains("more than 16 extended headers"))
  }

  @Test func aGlobalHeaderMayNotRename() throws {
    let layer = try UnpackedLayer {
      $0.addExtendedHeader([("path", Array("etc/passwd".utf8))], kind: "g")
      $0.add("file")
    }
    #expect(layer.status == 1)
    let harmless = try UnpackedLayer {
      $0.addExtendedHeader([("comment", Array("0123".utf8))], kind: "g")
      $0.add("file", content: [1])
    }
    #expect(harmless.status == 0, "\(harmless.sentence)")
  }

  @Test func sizesThatCannotBeAreRefused() throws {
    for text in ["99999999999999999999", "-1", "9223372036854775807", "12x"] {
      let layer = try UnpackedLayer {
        $0.addExtendedHeader([("size", Array(text.utf8))])
        $0.add("file")
      }
      #expect(layer.status == 1, "\(text)")
    }
    #expect(try UnpackedLayer { $0.add("file", size: 5000) }.sentence.contains("cut off within a file"))
  }

  /// The digest is over the whole archive, what follows its end included.
  @Test func theDigestIsThatOfTheArchive() throws {
    var writer = TarWriter()
    writer.add("file", content: Array("content".utf8))
    let archive = writer.archive + [UInt8](repeating: 0, count: 9000)
    let place = try TemporaryDirectory()
    try Data(archive).write(to: URL(filePath: "\(place.path)/a"))
    let sum = try Printed.run("/usr/bin/sha256sum", ["\(place.path)/a"]).output.prefix(64)
    #expect(try UnpackedLayer(archive).summary?.diffID == String(sum))
  }

  /// Whatever the bytes, the program ends by itself with a sentence, and nothing stands beside the layer.
  @Test func damagedArchivesNeverCrashTheProgram() throws {
    let seed = UInt64.random(in: 0 ... .max)
    var random = SplitMix64(seed)
    var writer = TarWriter()
    writer.addExtendedHeader([("path", Array("long/name".utf8)), ("SCHILY.xattr.user.a", [1, 2, 3])])
    writer.add("file", content: Array("content".utf8))
    writer.addDirectory("etc")
    writer.addLink("link", to: "etc")
    writer.addHardLink("hard", to: "long/name")
    writer.add("etc/.wh.gone")
    for _ in 0..<60 {
      var bytes = writer.archive
      for _ in 0..<Int.random(in: 1...20, using: &random) {
        bytes[Int.random(in: 0..<bytes.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
      }
      if Bool.random(using: &random) { bytes.removeLast(Int.random(in: 0..<bytes.count - 1, using: &random)) }
      let layer = try UnpackedLayer(bytes)
      #expect(
        layer.status == 0 || (layer.status == 1 && !layer.sentence.isEmpty),
        "seed \(seed): \(layer.status) \(layer.sentence)")
      let beside = try FileManager.default.contentsOfDirectory(atPath: layer.place.path)
      #expect(Set(beside) == ["blob", "layer", "out", "err"], "seed \(seed)")
    }
  }
}
