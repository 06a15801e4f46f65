import Glibc
import Testing
import Workload

@Suite struct LocalFileTests {
  private func temporaryDirectory() throws -> String {
    var template = Array("/tmp/samovar-test.XXXXXX".utf8CString)
    let path = try #require(mkdtemp(&template))
    return String(cString: path)
  }

  @Test func writesAndReadsBackWithItsDigest() throws {
    let directory = try temporaryDirectory()
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
    let path = "\(try temporaryDirectory())/large"
    try LocalFile.write([UInt8](repeating: 0, count: 2049), to: path)
    #expect(throws: FileError.self) { try LocalFile.read(path, limit: .kibibytes(2)) }
  }

  @Test func makesADirectoryWithThoseAboveIt() throws {
    let directory = try temporaryDirectory()
    try LocalFile.makeDirectory("\(directory)/a/b/c")
    try LocalFile.makeDirectory("\(directory)/a/b/c")
    #expect(LocalFile.exists("\(directory)/a/b/c"))
  }
}
