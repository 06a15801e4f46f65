import TestSupport
import Testing
import Workload

@Suite struct ContentStoreTests {
  private let scratch: TemporaryDirectory
  private let store: ContentStore

  init() throws {
    scratch = try TemporaryDirectory()
    store = try ContentStore(directory: scratch.path)
  }

  @Test func keepsBytesAndFilesUnderTheirDigest() throws {
    let bytes = Array("prices".utf8)
    let digest = try store.put(bytes)
    #expect(try store.read(digest) == bytes)
    #expect(try store.put(file: store.path(of: digest)) == digest)
    #expect(try store.verified(digest) == store.path(of: digest))
  }

  @Test func absentContentIsNamed() throws {
    let digest = ContentDigest(of: [1])
    #expect(throws: ContentError.absent(digest, store: store.directory)) { try store.read(digest) }
  }

  @Test func aFlippedBitIsNotGivenOut() throws {
    let digest = try store.put([1, 2, 3])
    try LocalFile.write([1, 2, 2], to: store.path(of: digest))
    let expected = ContentError.corrupt(
      digest, found: ContentDigest(of: [1, 2, 2]), path: store.path(of: digest))
    #expect(throws: expected) { try store.read(digest) }
    #expect(throws: expected) { try store.verified(digest) }
  }
}
