import Foundation
import NIOHTTP1
import TestSupport
import Testing
import Workload

@testable import Images

/// Passwords: how they are written, to whom they go, and that nobody else may read them.
@Suite struct RegistryCredentialsTests {
  /// `samovar:boil`.
  private static let auth = Data("samovar:boil".utf8).base64EncodedString()

  private func write(_ text: String, mode: mode_t = 0o600, in place: TemporaryDirectory) throws -> String {
    let file = "\(place.path)/auth.json"
    try Data(text.utf8).write(to: URL(filePath: file))
    chmod(file, mode)
    return file
  }

  @Test func theNearestEntryCounts() throws {
    let place = try TemporaryDirectory()
    let file = try write(
      #"{"auths":{"https://index.docker.io/v1/":{"auth":"aHViOmE="},"registry.example:5000":{"auth":"aG9zdDph"},"registry.example:5000/team":{"auth":"dGVhbTph"},"asked.example":{}},"credsStore":"x"}"#,
      in: place)
    let credentials = try RegistryCredentials(file: file)
    for (reference, auth) in [
      ("docker://docker.io/library/busybox", "aHViOmE="),
      ("docker://registry.example:5000/other/x", "aG9zdDph"),
      ("docker://registry.example:5000/team/x/y", "dGVhbTph"),
      ("docker://registry.example:5000/teams", "aG9zdDph"),
      ("docker://registry.example/team/x", nil), ("docker://other.example/x", nil),
    ] as [(String, String?)] {
      #expect(try credentials.basic(for: RegistryReference(reference)) == auth, "\(reference)")
    }
    let error = #expect(throws: ImageError.self) {
      try credentials.basic(for: RegistryReference("docker://asked.example/x"))
    }
    #expect(error?.description.contains("without a password") == true)
  }

  @Test func aFileThatOthersMayReadIsRefused() throws {
    let place = try TemporaryDirectory()
    let text = #"{"auths":{"a.example":{"auth":"\#(Self.auth)"}}}"#
    for mode in [0o640, 0o604, 0o622] as [mode_t] {
      let file = try write(text, mode: mode, in: place)
      let error = #expect(throws: ImageError.self) { try RegistryCredentials(file: file) }
      #expect(error?.description.hasSuffix("chmod 600 \(file)") == true)
    }
    let credentials = try RegistryCredentials(file: write(text, in: place))
    // Services are logged with all that they hold.
    struct Holder { var credentials: RegistryCredentials }
    for said in ["\(Holder(credentials: credentials))", String(reflecting: [credentials])] {
      #expect(!said.contains(Self.auth) && said.contains("passwords of"))
    }
  }

  @Test(arguments: [
    "", "[]", #"{"auths":{"a.example":{"auth":"no base64"}}}"#,
    #"{"auths":{"a.example":{"auth":"bm9jb2xvbg=="}}}"#,
    #"{"auths":{"a.example":{"auth":"YTpiCg=="}}}"#, #"{"auths":1}"#,
  ])
  func whatIsNoFileOfPasswordsIsRefusedWithoutShowingIt(_ text: String) throws {
    let place = try TemporaryDirectory()
    let file = try write(text, in: place)
    let error = #expect(throws: ImageError.self) { try RegistryCredentials(file: file) }
    #expect(error?.description.contains(file) == true)
    #expect(error?.description.contains("YTpiCg") == false)
  }

  /// The password goes to where the registry sends for a token, and the token to the registry; a storage that it redirects
  /// to gets neither.
  @Test func aPasswordBuysATokenAndGoesNowhereElse() async throws {
    let cache = try TestCache()
    let small = SmallImage()
    let serve = FaultyRegistry.serving(small.files())
    let blob = "/v2/test/image/blobs/\(ContentDigest(of: small.layers[0]))"
    let storage = try await FaultyRegistry(serve)
    let tokens = try await FaultyRegistry { request, _ in
      request.authorization == "Basic \(Self.auth)"
        ? FaultyRegistry.Answer(body: Array(#"{"token":"s3cret"}"#.utf8))
        : FaultyRegistry.Answer(status: .unauthorized)
    }
    let (storagePort, tokenPort) = (storage.port, tokens.port)
    let registry = try await FaultyRegistry { request, before in
      guard request.authorization == "Bearer s3cret" else {
        let challenge = #"Bearer realm="http://127.0.0.1:\#(tokenPort)/token""#
        return FaultyRegistry.Answer(status: .unauthorized, headers: [("WWW-Authenticate", challenge)])
      }
      guard request.path == blob else { return serve(request, before) }
      return FaultyRegistry.Answer(
        status: .temporaryRedirect, headers: [("Location", "http://127.0.0.1:\(storagePort)\(blob)")])
    }
    let reference = try ImageReference("docker://127.0.0.1:\(registry.port)/test/image")
    let place = try TemporaryDirectory()
    let credentials = try RegistryCredentials(
      file: write(#"{"auths":{"127.0.0.1:\#(registry.port)":{"auth":"\#(Self.auth)"}}}"#, in: place))
    let refused = await cache.failure { () async throws(ImageError) in
      try await cache.puller().pull(reference)
    }
    #expect(refused?.description.contains("for a private image, write it to a file") == true)
    _ = try await cache.puller(credentials: credentials).pull(reference)
    for server in [registry, storage, tokens] { await server.stop() }
    #expect(tokens.requests.map(\.authorization) == [nil, "Basic \(Self.auth)"])
    #expect(!registry.requests.contains { $0.authorization?.contains(Self.auth) == true })
    #expect(storage.requests.map(\.authorization) == [nil])
  }

  /// Against Debian's docker-registry with a file of passwords; the hash is bcrypt's of `boil`.
  @Test func aRegistryThatWantsThePasswordItselfGetsIt() async throws {
    let cache = try TestCache()
    try BusyboxLayout.make(in: cache.place.path)
    let hash = try Printed.run(
      "/usr/bin/perl", ["-e", #"print crypt("boil", '$2y$05$abcdefghijklmnopqrstuu')"#]
    ).output
    let registry = try DockerRegistry(directory: cache.place.path, htpasswd: "samovar:\(hash)\n")
    try await registry.waitUntilItAnswers()
    try registry.push(
      layout: "\(cache.place.path)/image:busybox", as: "private/busybox:one", credentials: "samovar:boil")
    let reference = try ImageReference("docker://localhost:\(registry.port)/private/busybox:one")
    let place = try TemporaryDirectory()
    func credentials(_ auth: String) throws -> RegistryCredentials {
      try RegistryCredentials(
        file: write(#"{"auths":{"localhost:\#(registry.port)":{"auth":"\#(auth)"}}}"#, in: place))
    }
    let none = await cache.failure { () async throws(ImageError) in try await cache.puller().pull(reference) }
    #expect(none?.description.contains("wants a password for private/busybox, and none is at hand") == true)
    let wrong = try credentials(Data("samovar:cool".utf8).base64EncodedString())
    let refused = await cache.failure { () async throws(ImageError) in
      try await cache.puller(credentials: wrong).pull(reference)
    }
    #expect(refused?.description.contains("doesn't let private/busybox be read") == true)
    let image = try await cache.puller(credentials: credentials(Self.auth)).pull(reference)
    #expect(try ImageExecution(image, arguments: []).command == ["/bin/echo", "hello"])
    registry.stop()
  }
}
