import Glibc
import TestSupport
import Testing
import Workload

@Suite struct InputDirectoryTests {
  private let scratch: TemporaryDirectory
  private var root: String { scratch.path }

  init() throws {
    scratch = try TemporaryDirectory()
    mkdir(root + "/bag", 0o755)
    mkdir(root + "/bag/sub", 0o755)
    write("abc", to: "bag/prices.csv")
    write("secret", to: "secret")
    mkfifo(root + "/bag/fifo", 0o644)
    symlink("../secret", root + "/bag/link")
    symlink("prices.csv", root + "/bag/inner")
  }

  private func write(_ text: String, to path: String) {
    let file = fopen(root + "/" + path, "w")
    if let file {
      fputs(text, file)
      fclose(file)
    }
  }

  private var directory: InputDirectory {
    InputDirectory(
      of: root + "/bag/bag.yaml", replacements: ["bin/p": root + "/secret", "gone": root + "/gone"])
  }

  @Test func aFileIsFoundAndHashed() throws {
    let found = try directory.identify("prices.csv")
    #expect(found.size == ByteCount(3))
    #expect(
      found.digest.description == "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
    #expect(try directory.identify("inner").digest == found.digest)
  }

  @Test func aReplacementMayLieAnywhere() throws {
    #expect(try directory.identify("bin/p").digest == ContentDigest(of: Array("secret".utf8)))
  }

  @Test(arguments: [
    ("/etc/passwd", "is absolute"), ("../secret", "leaves the directory"),
    ("sub/../../secret", "leaves the directory"),
    ("link", "is a link that leaves the directory"), ("sub", "is a directory"),
    ("fifo", "is no regular file"),
    ("prices.cvs", "does not exist"), ("prices.csv/x", "Not a directory"), ("gone", "was to be"),
    ("", "is no path"),
    ("a\0b", "is no path"),
  ])
  func whatIsNoFileOfTheDirectoryIsRefused(source: String, reason: String) throws {
    let fault = #expect(throws: InputFault.self) { try directory.identify(source) }
    #expect(try #require(fault).problem.contains(reason))
  }

  @Test func aMistypedNameIsAnsweredWithItsNeighbour() throws {
    let fault = #expect(throws: InputFault.self) { try directory.identify("prices.cvs") }
    #expect(fault?.nearest == "prices.csv")
  }

  @Test func theTextOfABagFileIsBoundedAndUTF8() throws {
    write("name: é\n", to: "bag/bag.yaml")
    #expect(try BagFile.text(of: root + "/bag/bag.yaml") == "name: é\n")
    #expect(throws: InputFault.self) { try BagFile.text(of: "/dev/zero") }
    #expect(throws: InputFault.self) { try BagFile.text(of: root + "/bag") }
    let file = fopen(root + "/bag/bag.yaml", "w")
    if let file {
      fputc(0xFF, file)
      fclose(file)
    }
    #expect(throws: InputFault.self) { try BagFile.text(of: root + "/bag/bag.yaml") }
  }
}
