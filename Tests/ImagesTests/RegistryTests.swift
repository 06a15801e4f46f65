import Foundation
import NIOHTTP1
import TestSupport
import Testing
import Workload

@testable import Images

/// Pulling from a registry that behaves, and from ones that don't.
@Suite struct RegistryTests {
  private func pull(
    _ behaviour: @escaping FaultyRegistry.Behaviour, into cache: TestCache, tag: String = "latest"
  ) async throws
    -> (image: PulledImage?, error: ImageError?, requests: [FaultyRegistry.Request])
  {
    let registry = try await FaultyRegistry(behaviour)
    let reference = try ImageReference("docker://127.0.0.1:\(registry.port)/test/image:\(tag)")
    var image: PulledImage?
    var failure: ImageError?
    do throws(ImageError) { image = try await cache.puller().pull(reference) } catch { failure = error }
    await registry.stop()
    return (image, failure, registry.requests)
  }

  @Test func anImageArrives() async throws {
    let cache = try TestCache()
    let small = SmallImage(layers: [SmallImage.layer("one"), SmallImage.layer("two")])
    let (image, error, _) = try await pull(FaultyRegistry.serving(small.files()), into: cache)
    let pulled = try #require(image, "\(String(describing: error))")
    #expect(pulled.layers.count == 2)
    #expect(try String(contentsOfFile: "\(pulled.layers[1].root)/bin/tool", encoding: .utf8).hasSuffix("two"))
    #expect(pulled.resolved.manifestDigest == ContentDigest(of: small.manifest))
    #expect(try cache.names("downloads").isEmpty && cache.names("making").isEmpty)
  }

  @Test func aCutPullGoesOnWhereItEnded() async throws {
    let cache = try TestCache()
    let small = SmallImage(layers: [SmallImage.layer("large", padding: 300_000)])
    let blob = "/v2/test/image/blobs/\(ContentDigest(of: small.layers[0]))"
    let serve = FaultyRegistry.serving(small.files())
    let (image, error, requests) = try await pull(
      { request, before in
        var answer = serve(request, before)
        if request.path == blob && before < 3 { answer.cutAfter = 50_000 }
        return answer
      }, into: cache)
    #expect(image != nil, "\(String(describing: error))")
    let ranges = requests.filter { $0.path == blob }.map(\.range)
    #expect(ranges.count == 4 && ranges[0] == nil)
    // What arrived before the cut isn't asked for again.
    let starts = ranges.dropFirst().compactMap { $0.flatMap { Int($0.dropFirst(6).dropLast()) } }
    #expect(starts.count == 3 && starts == starts.sorted() && starts[0] > 0, "\(ranges)")
  }

  @Test func aPullThatWasGivenUpIsTakenUpByTheNext() async throws {
    let cache = try TestCache()
    let small = SmallImage(layers: [SmallImage.layer("large", padding: 200_000)])
    let blob = "/v2/test/image/blobs/\(ContentDigest(of: small.layers[0]))"
    let serve = FaultyRegistry.serving(small.files())
    let (_, error, _) = try await pull(
      { request, before in
        guard request.path == blob else { return serve(request, before) }
        if before > 0 { return FaultyRegistry.Answer(status: .notFound) }
        var answer = serve(request, before)
        answer.cutAfter = 100_000
        return answer
      }, into: cache)
    #expect(error != nil)
    #expect(try cache.names("downloads") == [ContentDigest(of: small.layers[0]).sha256.hex])
    let (image, second, requests) = try await pull(serve, into: cache)
    #expect(image != nil, "\(String(describing: second))")
    #expect(requests.first { $0.path == blob }?.range?.hasPrefix("bytes=") == true)
  }

  @Test func aRegistryWithoutRangesIsReadAgain() async throws {
    let cache = try TestCache()
    let small = SmallImage(layers: [SmallImage.layer("large", padding: 200_000)])
    let blob = "/v2/test/image/blobs/\(ContentDigest(of: small.layers[0]))"
    let files = small.files()
    let (image, error, _) = try await pull(
      { request, before in
        guard let bytes = files[request.path] else { return FaultyRegistry.Answer(status: .notFound) }
        return FaultyRegistry.Answer(
          body: bytes, cutAfter: request.path == blob && before == 0 ? 60_000 : nil)
      }, into: cache)
    #expect(image != nil, "\(String(describing: error))")
  }

  @Test func aLieAboutADigestIsFoundAndNothingIsKept() async throws {
    let cache = try TestCache()
    let small = SmallImage(layers: [SmallImage.layer("honest")])
    var files = small.files()
    let blob = "/v2/test/image/blobs/\(ContentDigest(of: small.layers[0]))"
    files[blob]?[700] ^= 1
    let (_, error, _) = try await pull(FaultyRegistry.serving(files), into: cache)
    guard case .untrue(let sentence)? = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(sentence.contains("should be \(ContentDigest(of: small.layers[0]))"))
    #expect(try cache.names("layers/sha256").isEmpty && cache.names("images").isEmpty)
  }

  @Test func liesAboutSizesAreFound() async throws {
    for difference in [-100, 100] {
      let cache = try TestCache()
      let layer = SmallImage.layer("sized")
      let small = SmallImage(layers: [layer], sizes: [layer.count + difference])
      let (_, error, _) = try await pull(FaultyRegistry.serving(small.files()), into: cache)
      guard case .untrue(let sentence)? = error else {
        Issue.record("\(String(describing: error))")
        return
      }
      #expect(sentence.contains("should have \(layer.count + difference) bytes"))
      #expect(try cache.names("layers/sha256").isEmpty)
    }
  }

  @Test func aLieAboutTheUnpackedLayerIsFound() async throws {
    let cache = try TestCache()
    let small = SmallImage(diffIDs: [ContentDigest(of: [1])])
    let (_, error, _) = try await pull(FaultyRegistry.serving(small.files()), into: cache)
    guard case .untrue(let sentence)? = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(sentence.contains("should unpack to \(ContentDigest(of: [1]))"))
    #expect(try cache.names("layers/sha256").isEmpty && cache.names("making").isEmpty)
  }

  @Test func theTokenGoesToTheRegistryAlone() async throws {
    let cache = try TestCache()
    let small = SmallImage()
    let serve = FaultyRegistry.serving(small.files())
    let blob = "/v2/test/image/blobs/\(ContentDigest(of: small.layers[0]))"
    let other = try await FaultyRegistry { request, before in serve(request, before) }
    let tokens = try await FaultyRegistry { _, _ in
      FaultyRegistry.Answer(body: Array(#"{"access_token":"s3cret"}"#.utf8))
    }
    let (otherPort, tokenPort) = (other.port, tokens.port)
    let (image, error, requests) = try await pull(
      { request, before in
        guard request.authorization == "Bearer s3cret" else {
          let challenge = #"Bearer realm="http://127.0.0.1:\#(tokenPort)/token?a=b",service="reg, istry""#
          return FaultyRegistry.Answer(status: .unauthorized, headers: [("WWW-Authenticate", challenge)])
        }
        guard request.path == blob else { return serve(request, before) }
        return FaultyRegistry.Answer(
          status: .temporaryRedirect, headers: [("Location", "http://127.0.0.1:\(otherPort)\(blob)")])
      }, into: cache)
    await other.stop()
    await tokens.stop()
    #expect(image != nil, "\(String(describing: error))")
    #expect(
      tokens.requests.map(\.path) == ["/token?a=b&service=reg%2C%20istry&scope=repository:test/image:pull"])
    #expect(requests.last?.authorization == "Bearer s3cret")
    #expect(other.requests.count == 1 && other.requests[0].authorization == nil)
  }

  @Test func redirectsWithoutTLSOrWithoutEndAreRefused() async throws {
    for (location, part) in [
      ("http://example.com/x", "without TLS"), ("file:///etc/passwd", "no web address"),
      ("http://user:pw@127.0.0.1/x", "a password"),
      ("/v2/test/image/manifests/latest", "redirects more than 5 times"),
    ] {
      let cache = try TestCache()
      let (_, error, _) = try await pull(
        { _, _ in FaultyRegistry.Answer(status: .found, headers: [("Location", location)]) }, into: cache)
      #expect(error?.description.contains(part) == true, "\(location): \(String(describing: error))")
    }
  }

  @Test func anotherArchitectureIsNamedBeforeALayerIsFetched() async throws {
    let cache = try TestCache()
    let small = SmallImage(architecture: "s390x")
    let (_, error, requests) = try await pull(FaultyRegistry.serving(small.files()), into: cache)
    #expect(error?.exitStatus == 126)
    #expect(
      error?.description.contains("is made for linux/s390x and this machine is \(Platform.host)") == true)
    #expect(!requests.contains { $0.path.hasSuffix("\(ContentDigest(of: small.layers[0]))") })
  }

  @Test func anIndexIsFollowedToThisMachine() async throws {
    let cache = try TestCache()
    let small = SmallImage()
    var files = small.files()
    let manifest =
      #"{"mediaType":"application/vnd.oci.image.manifest.v1+json","digest":"\#(ContentDigest(of: small.manifest))","size":\#(small.manifest.count),"platform":{"os":"linux","architecture":"\#(Platform.host.architecture)"}}"#
    let foreign = manifest.replacing("\"\(Platform.host.architecture)\"", with: "\"s390x\"")
    files["/v2/test/image/manifests/latest"] = Array(
      #"{"schemaVersion":2,"manifests":[\#(foreign),\#(manifest)]}"#.utf8)
    let (image, error, _) = try await pull(FaultyRegistry.serving(files), into: cache)
    #expect(image != nil, "\(String(describing: error))")
    files["/v2/test/image/manifests/latest"] = Array(#"{"schemaVersion":2,"manifests":[\#(foreign)]}"#.utf8)
    let (_, refusal, _) = try await pull(FaultyRegistry.serving(files), into: cache)
    #expect(refusal?.description.contains("is there for linux/s390x and this machine is") == true)
  }

  @Test func whatIsMissingIsNamed() async throws {
    let cache = try TestCache()
    let (_, error, _) = try await pull({ _, _ in FaultyRegistry.Answer(status: .notFound) }, into: cache)
    #expect(
      error?.description.contains("has no test/image/manifests/latest; check the name and the tag") == true)
  }

  @Test func anEndlessManifestIsCutOff() async throws {
    let cache = try TestCache()
    let (_, error, _) = try await pull(
      { _, _ in FaultyRegistry.Answer(body: [UInt8](repeating: 32, count: 5 << 20)) }, into: cache)
    #expect(error?.description.contains("more than 4194304 bytes") == true, "\(String(describing: error))")
  }
}
