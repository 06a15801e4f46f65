import Foundation
import LayerTar
import TestSupport
import Testing

/// What a layer may do, entry by entry. Each layer here is unpacked by the real program on a real file system.
@Suite struct LayerRuleTests {
  @Test func filesDirectoriesAndLinksArriveAsTheyAre() throws {
    let layer = try UnpackedLayer {
      $0.addDirectory("./")
      $0.addDirectory("usr/bin/", mode: 0o755)
      $0.add("usr/bin/tool", content: Array("#!/bin/sh\n".utf8), mode: 0o755)
      $0.addHardLink("usr/bin/same", to: "usr/bin/tool")
      $0.addLink("bin", to: "usr/bin")
    }
    #expect(layer.status == 0, "\(layer.sentence)")
    #expect(layer.text("usr/bin/tool") == "#!/bin/sh\n")
    #expect(layer.attributes("usr/bin/same")?.st_ino == layer.attributes("usr/bin/tool")?.st_ino)
    #expect(try FileManager.default.destinationOfSymbolicLink(atPath: "\(layer.root)/bin") == "usr/bin")
    #expect(layer.attributes("usr/bin/tool")?.st_mtim.tv_sec == 1_600_000_000)
    #expect(layer.attributes("usr/bin")?.st_mtim.tv_sec == 1_600_000_000)
    #expect(layer.summary?.entries == 5)
    #expect(layer.summary?.contentBytes == 10)
  }

  @Test func aPathWithTwoDotsIsRefused() throws {
    for name in ["../escape", "a/../../escape", "a/.."] {
      let layer = try UnpackedLayer { $0.add(name, content: [1]) }
      #expect(layer.status == 1)
      #expect(layer.sentence == "the entry '\(name)' has '..' in its path\n")
      #expect(!FileManager.default.fileExists(atPath: "\(layer.place.path)/escape"))
    }
  }

  @Test func anAbsolutePathStaysInTheLayer() throws {
    let layer = try UnpackedLayer { $0.add("/etc/samovar-absolute", content: Array("x".utf8)) }
    #expect(layer.text("etc/samovar-absolute") == "x")
    #expect(!FileManager.default.fileExists(atPath: "/etc/samovar-absolute"))
  }

  @Test func aLinkToTheHostLeadsIntoTheLayer() throws {
    let place = FileManager.default.temporaryDirectory.path
    let layer = try UnpackedLayer {
      $0.addDirectory("inside" + place)
      $0.addLink("out", to: place)
      $0.addLink("up", to: "../../../../../../..\(place)")
      $0.add("out/samovar-written", content: [1])
    }
    // In the layer, the link leads to a directory that isn't there: nothing is made of it.
    #expect(layer.status == 1)
    #expect(layer.sentence.contains("is not a directory"))
    #expect(!FileManager.default.fileExists(atPath: "\(place)/samovar-written"))
  }

  @Test func aLinkWithinTheLayerIsFollowedWithinTheLayer() throws {
    let layer = try UnpackedLayer {
      $0.addDirectory("tmp")
      $0.addLink("out", to: "/tmp")
      $0.addLink("up", to: "../../../../tmp")
      $0.add("out/samovar-one", content: [1])
      $0.add("up/samovar-two", content: [1])
    }
    #expect(layer.status == 0, "\(layer.sentence)")
    #expect(layer.attributes("tmp/samovar-one") != nil && layer.attributes("tmp/samovar-two") != nil)
    #expect(!FileManager.default.fileExists(atPath: "/tmp/samovar-one"))
    #expect(!FileManager.default.fileExists(atPath: "/tmp/samovar-two"))
  }

  @Test func aFileReplacesALinkAndIsNotWrittenThroughIt() throws {
    let layer = try UnpackedLayer {
      $0.add("target", content: Array("before".utf8))
      $0.addLink("name", to: "target")
      $0.add("name", content: Array("after".utf8))
    }
    #expect(layer.text("target") == "before")
    #expect(layer.text("name") == "after")
  }

  @Test func aHardLinkToAnythingElseIsRefused() throws {
    for target in ["/etc/passwd", "missing", "directory", "", "hidden"] {
      let layer = try UnpackedLayer {
        $0.addDirectory("directory")
        $0.add(".wh.hidden")
        $0.addHardLink("name", to: target)
      }
      #expect(layer.status == 1, "\(target)")
      #expect(layer.sentence.contains("no file of the same layer before it"), "\(target): \(layer.sentence)")
    }
    let layer = try UnpackedLayer { $0.addHardLink("name", to: "../../etc/passwd") }
    #expect(layer.sentence == "the entry '../../etc/passwd' has '..' in its path\n")
  }

  @Test func aHardLinkThroughALinkStaysInTheLayer() throws {
    let layer = try UnpackedLayer {
      $0.addLink("out", to: "/etc")
      $0.addHardLink("name", to: "out/passwd")
    }
    #expect(layer.status == 1)
    #expect(layer.attributes("name") == nil)
  }

  @Test func devicesAreLeftOutAndCounted() throws {
    let layer = try UnpackedLayer {
      for (name, kind) in [("char", "3"), ("block", "4"), ("fifo", "6")] {
        $0.add(name, kind: Character(kind))
      }
      $0.add("file", content: [1])
    }
    #expect(layer.status == 0)
    #expect(layer.summary?.skippedSpecials == 3)
    #expect(
      layer.attributes("char") == nil && layer.attributes("block") == nil && layer.attributes("fifo") == nil)
    #expect(layer.attributes("file") != nil)
  }

  @Test func bitsThatGiveAwayRightsAreTakenOffAndCounted() throws {
    let layer = try UnpackedLayer {
      $0.add("setuid", content: [1], mode: 0o4755)
      $0.add("sticky", content: [1], mode: 0o1644)
      $0.addDirectory("tmp", mode: 0o1777)
      $0.addDirectory("setgid", mode: 0o2755)
    }
    #expect(layer.attributes("setuid").map { $0.st_mode & 0o7777 } == 0o755)
    #expect(layer.attributes("sticky").map { $0.st_mode & 0o7777 } == 0o644)
    #expect(layer.attributes("tmp").map { $0.st_mode & 0o7777 } == 0o1777)
    #expect(layer.attributes("setgid").map { $0.st_mode & 0o7777 } == 0o755)
    #expect(layer.summary?.clearedModes == 3)
  }

  @Test func everythingCanBeReadByTheOneWhoRuns() throws {
    let layer = try UnpackedLayer {
      $0.add("private", content: [1], mode: 0o600)
      $0.add("tool", content: [1], mode: 0o700)
      $0.addDirectory("closed", mode: 0)
      $0.add("closed/file", content: [1], mode: 0)
    }
    #expect(layer.status == 0, "\(layer.sentence)")
    #expect(layer.attributes("private").map { $0.st_mode & 0o7777 } == 0o644)
    #expect(layer.attributes("tool").map { $0.st_mode & 0o7777 } == 0o755)
    #expect(layer.attributes("closed").map { $0.st_mode & 0o7777 } == 0o755)
    #expect(layer.attributes("closed/file").map { $0.st_mode & 0o7777 } == 0o444)
  }

  @Test func onlyAttributesOfUsersAreKept() throws {
    let layer = try UnpackedLayer {
      $0.addExtendedHeader([
        ("SCHILY.xattr.user.note", Array("kept".utf8)),
        ("SCHILY.xattr.user.overlay.redirect", Array("/etc".utf8)),
        ("SCHILY.xattr.security.capability", [1, 0, 0, 2]),
        ("SCHILY.xattr.trusted.overlay.opaque", Array("y".utf8)),
      ])
      $0.add("file", content: [1], mode: 0o444)
    }
    #expect(layer.status == 0, "\(layer.sentence)")
    #expect(try layer.attribute("user.note", of: "file") == "kept")
    #expect(try layer.attribute("user.overlay.redirect", of: "file") == nil)
    #expect(try layer.attribute("security.capability", of: "file") == nil)
    #expect(layer.summary?.droppedAttributes == 3)
  }

  @Test func whiteoutsBecomeOverlayfs() throws {
    let layer = try UnpackedLayer {
      $0.add("etc/.wh.gone")
      $0.add("opaque/.wh..wh..opq")
      $0.add("opaque/new", content: [1])
      $0.add(".wh..wh.plnk", content: [1])
    }
    #expect(layer.status == 0, "\(layer.sentence)")
    #expect(layer.isWhiteout("etc/gone"))
    #expect(try layer.attribute("user.overlay.opaque", of: "opaque") == "y")
    #expect(layer.attributes("opaque/.wh..wh..opq") == nil && layer.attributes(".wh..wh.plnk") == nil)
    #expect(layer.summary?.whiteouts == 2)
  }

  @Test func aWhiteoutHidesNothingOfItsOwnLayer() throws {
    let layer = try UnpackedLayer {
      $0.add("before", content: Array("here".utf8))
      $0.add(".wh.before")
      $0.add(".wh.after")
      $0.add("after", content: Array("here".utf8))
      $0.add(".wh.directory")
      $0.add("directory/file", content: [1])
    }
    #expect(layer.status == 0, "\(layer.sentence)")
    #expect(layer.text("before") == "here" && layer.text("after") == "here")
    #expect(layer.attributes("directory/file") != nil)
    #expect(try layer.attribute("user.overlay.opaque", of: "directory") == "y")
  }

  @Test func whiteoutsOfImpossibleNamesAreRefused() throws {
    for name in [".wh.", ".wh..", ".wh...", "a/.wh...", ".wh.a/file"] {
      #expect(try UnpackedLayer { $0.add(name) }.status == 1, "\(name)")
    }
  }

  @Test func anotherKindOfEntryIsRefused() throws {
    #expect(try UnpackedLayer { $0.add("file", kind: "S") }.sentence.contains("sparse"))
    #expect(try UnpackedLayer { $0.add("file", kind: "Z") }.sentence.contains("unknown kind 'Z'"))
    let layer = try UnpackedLayer {
      $0.addExtendedHeader([("GNU.sparse.major", Array("1".utf8))])
      $0.add("file")
    }
    #expect(layer.sentence.contains("sparse"))
    #expect(
      try UnpackedLayer { $0.add(".", content: [1]) }.sentence.contains("the layer's root and no directory"))
  }

  @Test func aDirectoryIsNotReplacedByAFile() throws {
    let layer = try UnpackedLayer {
      $0.add("place/file", content: [1])
      $0.add("place", content: [1])
    }
    #expect(layer.sentence.contains("in place of a directory"))
  }

  @Test func terminalCodesInNamesAreNotPrinted() throws {
    let layer = try UnpackedLayer { $0.add("a\u{1b}[2J/../x", content: [1]) }
    #expect(layer.sentence.contains(#"a\x1b[2J"#))
    #expect(!layer.sentence.contains("\u{1b}"))
  }
}
