import Foundation
import TestSupport
import Testing
import Workload

@testable import Images

/// A cache with a budget keeps it by itself, and takes nothing from who uses it.
@Suite struct CacheBudgetTests {
  private func layout(_ cache: TestCache, _ name: String, padding: Int, layers: Int = 1) throws
    -> ImageReference
  {
    let directory = "\(cache.place.path)/\(name)"
    let image = SmallImage(layers: (0..<layers).map { SmallImage.layer("\(name) \($0)", padding: padding) })
    try image.write(layout: directory)
    return try ImageReference("oci:\(directory):one")
  }

  private func size(_ cache: TestCache) throws -> UInt64 { try ImageListing(cache: cache.cache).size.value }

  /// Each image takes some 110 kB, and five times as much is made room for while it is unpacked.
  @Test func pullingMakesRoomAndTakesTheOldest() async throws {
    let cache = try TestCache()
    let budget: UInt64 = 900_000
    for number in 0..<12 {
      _ = try await cache.puller(at: Int64(1000 + number), budget: budget).pull(
        try layout(cache, "image\(number)", padding: 100_000))
      #expect(try size(cache) <= budget)
    }
    let left = try ImageListing(cache: cache.cache).images.map(\.reference)
    #expect((3...8).contains(left.count), "\(left)")
    // The last ones.
    #expect(Set(left) == Set((12 - left.count..<12).map { "oci:\(cache.place.path)/image\($0):one" }))
    #expect(try cache.names("downloads").isEmpty && cache.names("making").isEmpty)
  }

  @Test func whatIsInUseStaysAndTheRefusalSaysHowMuchThatIs() async throws {
    let cache = try TestCache()
    let running = try await cache.puller(budget: 500_000).pull(try layout(cache, "running", padding: 200_000))
    let next = try layout(cache, "next", padding: 200_000)
    let error = await cache.failure { () async throws(ImageError) in
      try await cache.puller(budget: 400_000).pull(next)
    }
    guard case .noRoom(let sentence)? = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(sentence.contains("are in use"))
    #expect(FileManager.default.fileExists(atPath: "\(running.layers[0].root)/bin/tool"))
    #expect(try cache.names("layers/sha256").count == 1)
  }

  @Test func anImageThatNeverFitsIsRefusedBeforeItsFirstByte() async throws {
    let cache = try TestCache()
    let old = try layout(cache, "old", padding: 10_000)
    _ = try await cache.puller(budget: 500_000).pull(old)
    let large = try layout(cache, "large", padding: 90_000, layers: 6)
    let error = await cache.failure { () async throws(ImageError) in
      try await cache.puller(budget: 500_000).pull(large)
    }
    #expect(
      error?.description.contains("give the cache a greater budget") == true, "\(String(describing: error))")
    #expect(try cache.names("downloads").isEmpty)
    // For something that can't come nothing goes either.
    #expect(try ImageListing(cache: cache.cache).images.map(\.reference) == [old.description])
  }

  /// What a layer says of its size is that of its blob; only unpacking shows what is in it.
  @Test func aLayerThatUnpacksToMoreThanThereIsRoomForIsStopped() async throws {
    let cache = try TestCache()
    var writer = TarWriter()
    for number in 0..<200 { writer.add("empty\(number)", content: []) }
    let directory = "\(cache.place.path)/many"
    try SmallImage(layers: [writer.archive]).write(layout: directory)
    let reference = try ImageReference("oci:\(directory):one")
    // 200 files take 800 kB and 100 kB of archive.
    let error = await cache.failure { () async throws(ImageError) in
      try await cache.puller(budget: 600_000).pull(reference)
    }
    guard case .noRoom? = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    for name in ["layers/sha256", "making", "downloads"] { #expect(try cache.names(name).isEmpty, "\(name)") }
    _ = try await cache.puller(budget: 1_000_000).pull(reference)
  }

  /// A part that another pull is to go on with goes last of all that isn't used, yet before a layer that was.
  @Test func halfPulledBlobsStayUntilTheirRoomIsNeeded() async throws {
    let cache = try TestCache()
    let part = "\(cache.cache.directory)/downloads/\(String(repeating: "0", count: 64))"
    try Data(count: 50_000).write(to: URL(filePath: part))
    _ = try await cache.puller(budget: 400_000).pull(try layout(cache, "small", padding: 10_000))
    #expect(FileManager.default.fileExists(atPath: part))
    _ = try await cache.puller(budget: 400_000).pull(try layout(cache, "large", padding: 150_000))
    #expect(!FileManager.default.fileExists(atPath: part))
  }
}
