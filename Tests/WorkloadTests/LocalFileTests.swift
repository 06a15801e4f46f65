import Glibc
import TestSupport
import Testing
import Workload

@Suite struct LocalFileTests {
  private let scratch: TemporaryDirectory
  private var directory: String { scratch.path }

  init() throws { scratch = try TemporaryDirectory() }

  @Test func writesAndReadsBackWithItsDigest() throws {
    let bytes = (0..<600_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
    try LocalFile.write(bytes, to: "\(directory)/a", mode: 0o600)
    #expect(try LocalFile.read("\(directory)/a") == bytes)
    let copied = try LocalFile.copy("\(directory)/a", to: "\(directory)/b")
    #expect(copied.digest == ContentDigest(of: bytes))
    #expect(copied.size == ByteCount(600_000))
    #expect(try LocalFile.digest("\(directory)/b").digest == copied.digest)
  }

  @Test func anErrorSaysWhatWasTriedOnWhat() throws {
    let error = #expect(throws: FileError.self) { try LocalFile.write([1], to: "/dev/shm/none/such/file") }
    #expect(
      try #require(error).description.hasPrefix(
        "cannot create a file beside /dev/shm/none/such/file: No such"))
  }

  @Test func aFileBeyondTheBoundIsRefused() throws {
    let path = "\(directory)/large"
    try LocalFile.write([UInt8](repeating: 0, count: 2049), to: path)
    #expect(throws: FileError.self) { try LocalFile.read(path, limit: .kibibytes(2)) }
  }

  @Test func makesADirectoryWithThoseAboveIt() throws {
    try LocalFile.makeDirectory("\(directory)/a/b/c")
    try LocalFile.makeDirectory("\(directory)/a/b/c")
    #expect(LocalFile.exists("\(directory)/a/b/c"))
  }
  @Test func aNewFileIsMadeWholeAndNeverOverAnother() throws {
    try LocalFile.create([1, 2], at: "\(directory)/key", mode: 0o600)
    let error = #expect(throws: FileError.self) { try LocalFile.create([3], at: "\(directory)/key") }
    #expect(error?.code == EEXIST)
    #expect(try LocalFile.read("\(directory)/key") == [1, 2])
    #expect(try LocalFile.names(in: directory) == ["key"], "no draft is left")
    var status = stat()
    #expect(stat("\(directory)/key", &status) == 0 && status.st_mode & 0o777 == 0o600)
  }

  @Test func writingInPlaceFollowsALinkOnlyWhereItIsTold() throws {
    try LocalFile.writeInPlace([1, 2, 3], to: "\(directory)/a")
    try LocalFile.writeInPlace([4], to: "\(directory)/a")
    #expect(try LocalFile.read("\(directory)/a") == [4])
    #expect(symlink("a", "\(directory)/link") == 0)
    let error = #expect(throws: FileError.self) { try LocalFile.writeInPlace([5], to: "\(directory)/link") }
    #expect(error?.code == ELOOP)
    try LocalFile.writeInPlace([6], to: "\(directory)/link", followsLink: true)
    #expect(try LocalFile.read("\(directory)/a") == [6])
    let full = #expect(throws: FileError.self) { try LocalFile.writeInPlace([7], to: "/dev/full") }
    #expect(full?.code == ENOSPC)
  }

  @Test(arguments: [("a b\nc", "a b"), ("a\r\nb", "a"), ("a\rb\n", "a\rb"), ("\na", ""), ("", "")])
  func theFirstLineIsWithoutItsEnd(text: String, line: String) throws {
    let path = "\(directory)/password"
    try LocalFile.write(Array(text.utf8), to: path)
    #expect(String(decoding: try LocalFile.firstLine(path), as: UTF8.self) == line)
  }

  @Test func namesAreBounded() throws {
    for name in ["a", "b", "c"] { try LocalFile.writeInPlace([], to: "\(directory)/\(name)") }
    #expect(try Set(LocalFile.names(in: directory)) == ["a", "b", "c"])
    #expect(try LocalFile.names(in: directory, atMost: 2).count == 2)
    #expect(throws: FileError.self) { try LocalFile.names(in: "\(directory)/none") }
  }
}
