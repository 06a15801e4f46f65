import Foundation
import LayerTar
import Synchronization
import TestSupport
import Testing
import Workload

@testable import Images

/// What stays on the disk, for how long, and who may use it meanwhile.
@Suite struct ImageCacheTests {
  private func layout(_ cache: TestCache, _ image: SmallImage, _ name: String = "layout") throws
    -> ImageReference
  {
    let directory = "\(cache.place.path)/\(name)"
    try image.write(layout: directory)
    return try ImageReference("oci:\(directory):one")
  }

  @Test func aLayoutAndItsArchiveGiveTheSameImage() async throws {
    let cache = try TestCache()
    let reference = try layout(cache, SmallImage())
    let image = try await cache.puller().pull(reference)
    let made = try Printed.run("/bin/tar", ["cf", "../layout.tar", "."], in: "\(cache.place.path)/layout")
    #expect(made.status == 0, "\(made.errors)")
    let archived = try await cache.puller().pull(
      try ImageReference("oci-archive:\(cache.place.path)/layout.tar:one"))
    #expect(archived.resolved.manifestDigest == image.resolved.manifestDigest)
    #expect(archived.layers.map(\.root) == image.layers.map(\.root))
    #expect(try cache.names("making").isEmpty)
  }

  @Test func aMissingTagIsAnsweredWithThoseThatAreThere() async throws {
    let cache = try TestCache()
    _ = try layout(cache, SmallImage())
    let error = await cache.failure { () async throws(ImageError) in
      try await cache.puller().pull(try ImageReference("oci:\(cache.place.path)/layout:two"))
    }
    #expect(
      error?.description.hasSuffix("has no image 'two'; it has: one") == true, "\(String(describing: error))")
  }

  @Test func layersAreSharedByImages() async throws {
    let cache = try TestCache()
    let base = SmallImage.layer("base")
    let one = try await cache.puller().pull(
      try layout(cache, SmallImage(layers: [base, SmallImage.layer("one")]), "one"))
    let two = try await cache.puller().pull(
      try layout(cache, SmallImage(layers: [base, SmallImage.layer("two")]), "two"))
    #expect(one.layers[0].root == two.layers[0].root)
    #expect(try cache.names("layers/sha256").count == 3)
  }

  /// A layer that says it unpacks to what another image's does stands for itself only.
  @Test func aLayerCannotTakeAnothersPlace() async throws {
    let cache = try TestCache()
    let good = SmallImage.layer("good")
    let evil = SmallImage.layer("evil")
    let lying = SmallImage(layers: [evil], diffIDs: [ContentDigest(of: good)])
    // An unpacker that the layer has taken over prints the other's digest.
    let puller = cache.puller { blob, directory, bounds async throws(ImageError) in
      var summary = try await UnpackedLayer.unpack(blob, directory, bounds)
      summary.diffID = ContentDigest(of: good).sha256.hex
      return summary
    }
    _ = try await puller.pull(try layout(cache, lying, "lying"))
    let image = try await cache.puller().pull(try layout(cache, SmallImage(layers: [good]), "good"))
    #expect(try String(contentsOfFile: "\(image.layers[0].root)/bin/tool", encoding: .utf8).hasSuffix("good"))
  }

  @Test func aRefusedLayerLeavesNothingBehind() async throws {
    let cache = try TestCache()
    var writer = TarWriter()
    writer.add("fine", content: [1])
    writer.add("../escape", content: [1])
    let reference = try layout(cache, SmallImage(layers: [writer.archive]))
    let error = await cache.failure { () async throws(ImageError) in try await cache.puller().pull(reference)
    }
    guard case .refused(let sentence)? = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(sentence.contains("'../escape' has '..' in its path"))
    for directory in ["layers/sha256", "images", "downloads", "making"] {
      #expect(try cache.names(directory).isEmpty)
    }
  }

  @Test func twoPullsAtOnceUnpackEachLayerOnce() async throws {
    let cache = try TestCache()
    let reference = try layout(cache, SmallImage(layers: [SmallImage.layer("a"), SmallImage.layer("b")]))
    let counter = Counter()
    let unpack: ImagePuller.Unpack = { blob, directory, bounds async throws(ImageError) in
      counter.add()
      // Long enough for the others to come to the lock.
      try? await Task.sleep(for: .milliseconds(150))
      return try await UnpackedLayer.unpack(blob, directory, bounds)
    }
    try await withThrowingTaskGroup(of: [String].self) { group in
      for _ in 0..<4 {
        group.addTask { try await cache.puller(unpack: unpack).pull(reference).layers.map(\.root) }
      }
      var results: Set<[String]> = []
      for try await roots in group { results.insert(roots) }
      #expect(results.count == 1)
    }
    #expect(counter.count == 2)
    #expect(try cache.names("downloads").isEmpty && cache.names("making").isEmpty)
  }

  @Test func pruningTakesTheOldestAndLeavesWhatRuns() async throws {
    let cache = try TestCache()
    let old = try layout(cache, SmallImage(layers: [SmallImage.layer("old", padding: 5000)]), "old")
    let new = try layout(cache, SmallImage(layers: [SmallImage.layer("new", padding: 5000)]), "new")
    _ = try await cache.puller(at: 1000).pull(old)
    _ = try await cache.puller(at: 2000).pull(new)
    let pruning = Pruning(cache: cache.cache)
    let untouched = try pruning.run(unusedSince: Instant(900_000), budget: nil)
    #expect(untouched.removedLayers == 0)
    let report = try pruning.run(unusedSince: nil, budget: ByteCount(20_000))
    #expect(report.removedLayers == 1 && report.removedImages == [old.description])
    #expect(try ImageListing(cache: cache.cache).images.map(\.reference) == [new.description])

    var running: PulledImage? = try await cache.puller(at: 3000).get(new)
    let all = try pruning.run(unusedSince: Instant(9_000_000), budget: nil)
    #expect(all.removedLayers == 0 && all.inUse == 1)
    #expect(FileManager.default.fileExists(atPath: "\(running?.layers[0].root ?? "")/bin/tool"))
    running = nil
    // A process that another test starts at this moment has the lock for as long as it takes to its execve(2).
    var removed = 0
    for _ in 0..<200 where removed == 0 {
      removed = try pruning.run(unusedSince: Instant(9_000_000), budget: nil).removedLayers
      if removed == 0 { try await Task.sleep(for: .milliseconds(25)) }
    }
    #expect(removed == 1)
    for directory in ["layers/sha256", "images", "making"] { #expect(try cache.names(directory).isEmpty) }
  }

  @Test func whatAKilledPullLeftIsPruned() throws {
    let cache = try TestCache()
    try FileManager.default.createDirectory(
      atPath: "\(cache.cache.directory)/making/new-dead/root", withIntermediateDirectories: true)
    try Data([1]).write(
      to: URL(filePath: "\(cache.cache.directory)/downloads/\(String(repeating: "0", count: 64))"))
    _ = try Pruning(cache: cache.cache).run(unusedSince: nil, budget: nil)
    #expect(try cache.names("making").isEmpty && cache.names("downloads").isEmpty)
  }

  @Test func aCacheThatOthersCanWriteToIsRefused() throws {
    let place = try TemporaryDirectory()
    try FileManager.default.createDirectory(atPath: "\(place.path)/open", withIntermediateDirectories: false)
    chmod("\(place.path)/open", 0o777)
    #expect(throws: ImageError.self) { try ImageCache(directory: "\(place.path)/open") }
  }

  private final class Counter: Sendable {
    private let value = Mutex(0)
    func add() { value.withLock { $0 += 1 } }
    var count: Int { value.withLock { $0 } }
  }
}
