internal import AsyncHTTPClient
private import FoundationEssentials
internal import NIOCore
internal import NIOHTTP1
internal import Synchronization
internal import Workload

/// Requests to one repository of a registry: its password or token, redirects, bounds.
final class RegistryConnection: Sendable {
  private let reference: RegistryReference
  private let client: HTTPClient
  private let credentials: RegistryCredentials
  /// What the registry asked for, as the header `Authorization` has it.
  private let authorization = Mutex<String?>(nil)

  private static let mostRedirects = 5
  private static let patience = TimeAmount.seconds(60)
  private static let greatestTokenAnswer = 256 << 10
  private static let agent = "samovar"

  init(_ reference: RegistryReference, credentials: RegistryCredentials, client: HTTPClient) {
    self.reference = reference
    self.credentials = credentials
    self.client = client
  }

  /// Runs `body` with a client that is shut down afterwards.
  static func withClient<Value: Sendable>(
    _ body: (HTTPClient) async throws(ImageError) -> Value
  ) async throws(ImageError) -> Value {
    var configuration = HTTPClient.Configuration()
    configuration.redirectConfiguration = .disallow
    configuration.timeout = .init(connect: .seconds(10), read: .seconds(30))
    configuration.decompression = .disabled
    let client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
    let result: Result<Value, ImageError>
    do throws(ImageError) { result = .success(try await body(client)) } catch { result = .failure(error) }
    try? await client.shutdown()
    return try result.get()
  }

  /// A document of at most `limit` bytes.
  func document(_ path: String, accept: String, limit: ByteCount) async throws(ImageError) -> [UInt8] {
    let response = try await get(path, headers: ["Accept": accept])
    guard response.status == .ok else { throw refusal(response.status, path) }
    return try await collect(response, limit: Int(limit.value), path)
  }

  /// Appends to a blob's part what is missing of it.
  func stream(_ path: String, into part: PartFile) async throws(ImageError) {
    let start = part.size
    let response = try await get(path, headers: start > 0 ? ["Range": "bytes=\(start)-"] : [:])
    switch response.status {
    case .partialContent where start > 0:
      let range = response.headers.first(name: "Content-Range") ?? ""
      guard range.hasPrefix("bytes \(start)-") else {
        throw .registry(
          "\(reference.host) was asked for bytes from \(start) and sent '\(printable(range))'",
          remedy: "try another registry")
      }
    case .ok:
      // A registry that knows no ranges sends all of it again.
      if start > 0 { try part.reset() }
    default: throw refusal(response.status, path)
    }
    do {
      for try await chunk in response.body {
        try chunk.withUnsafeReadableBytes { bytes throws(ImageError) in try part.append(bytes) }
      }
    } catch {
      throw translate(error, path)
    }
  }

  private func get(_ path: String, headers: [String: String]) async throws(ImageError) -> HTTPClientResponse {
    let scheme = reference.isLoopback ? "http" : "https"
    let address = "\(scheme)://\(reference.endpoint)/v2/\(reference.repository)/\(path)"
    let response = try await follow(address, headers)
    guard response.status == .unauthorized else { return response }
    let fresh = try await answer(to: response.headers["WWW-Authenticate"])
    authorization.withLock { $0 = fresh }
    let again = try await follow(address, headers)
    guard again.status != .unauthorized else { throw refusal(again.status, path) }
    return again
  }

  /// A token where the registry sends for one, else the password itself.
  private func answer(to challenges: [String]) async throws(ImageError) -> String {
    let password = try credentials.basic(for: reference)
    if let challenge = challenges.lazy.compactMap(BearerChallenge.init(header:)).first {
      return "Bearer \(try await fetchToken(challenge, password: password))"
    }
    guard challenges.contains(where: { $0.lowercased().hasPrefix("basic") }) else {
      throw .absent(
        "\(reference.host) asks for \(printable(challenges.first ?? "nothing that it names")) to read \(reference.repository)",
        remedy: "copy it with skopeo copy \(reference) oci:DIRECTORY:TAG and name that")
    }
    guard let password else {
      throw .absent(
        "\(reference.host) wants a password for \(reference.repository), and none is at hand",
        remedy: Self.howToGiveAPassword)
    }
    return "Basic \(password)"
  }

  private static let howToGiveAPassword =
    "write it to a file with skopeo login --authfile FILE, and name that file with --auth-file or in the configuration"

  /// Follows redirects itself, to say where one may lead: never from TLS to none, nor to this machine.
  private func follow(_ start: String, _ headers: [String: String]) async throws(ImageError)
    -> HTTPClientResponse
  {
    var address = start
    for _ in 0...Self.mostRedirects {
      var request = HTTPClientRequest(url: address)
      for (name, value) in headers { request.headers.add(name: name, value: value) }
      request.headers.add(name: "User-Agent", value: Self.agent)
      // The password or token is the registry's and nobody else's.
      if Self.origin(address) == Self.origin(start), let header = authorization.withLock({ $0 }) {
        request.headers.add(name: "Authorization", value: header)
      }
      let response = try await execute(request, address)
      guard [301, 302, 303, 307, 308].contains(response.status.code) else { return response }
      guard let location = response.headers.first(name: "Location") else {
        throw refusal(response.status, address)
      }
      address = location.hasPrefix("/") ? Self.origin(address) + location : location
      try requireAllowed(address, "redirects to")
    }
    throw .registry(
      "\(reference.host) redirects more than \(Self.mostRedirects) times", remedy: "try another registry")
  }

  private func execute(_ request: HTTPClientRequest, _ path: String) async throws(ImageError)
    -> HTTPClientResponse
  {
    do {
      return try await client.execute(request, timeout: Self.patience)
    } catch {
      throw translate(error, path)
    }
  }

  private func requireAllowed(_ address: String, _ verb: String) throws(ImageError) {
    let isPlain = address.hasPrefix("http://")
    guard isPlain || address.hasPrefix("https://") else {
      throw .refused("\(reference.host) \(verb) '\(printable(address))', which is no web address")
    }
    let host = address.drop { $0 != "/" }.dropFirst(2).prefix { $0 != "/" && $0 != "?" }
    guard !host.contains("@") else {
      throw .refused("\(reference.host) \(verb) an address with a password in it")
    }
    let isLoopback = RegistryReference.isLoopback(host: String(host))
    guard reference.isLoopback || (!isPlain && !isLoopback) else {
      throw .refused(
        "\(reference.host) \(verb) '\(printable(address))', which isn't protected by TLS or is this machine")
    }
    guard !isPlain || isLoopback else {
      throw .refused("\(reference.host) \(verb) '\(printable(address))' without TLS")
    }
  }

  private static func origin(_ address: String) -> String {
    let parts = address.split(separator: "/", maxSplits: 3, omittingEmptySubsequences: false).prefix(3)
    return parts.joined(separator: "/")
  }

  /// "Token Authentication Specification" of the distribution project, with the password where there is one.
  private func fetchToken(_ challenge: BearerChallenge, password: String?) async throws(ImageError) -> String
  {
    struct Answer: Decodable {
      var token: String?
      var accessToken: String?
      enum CodingKeys: String, CodingKey {
        case token
        case accessToken = "access_token"
      }
    }
    try requireAllowed(challenge.realm, "asks for a token of")
    var query: [String] = []
    if let service = challenge.service { query.append("service=\(Self.escaped(service))") }
    query.append("scope=\(Self.escaped(challenge.scope ?? "repository:\(reference.repository):pull"))")
    let address = challenge.realm + (challenge.realm.contains("?") ? "&" : "?") + query.joined(separator: "&")
    var request = HTTPClientRequest(url: address)
    request.headers.add(name: "User-Agent", value: Self.agent)
    if let password { request.headers.add(name: "Authorization", value: "Basic \(password)") }
    let response = try await execute(request, "the token")
    guard response.status == .ok else {
      if (500...599).contains(response.status.code) || response.status.code == 429 {
        throw refusal(response.status, "the token")
      }
      throw .absent(
        "\(reference.host) gives no token to read \(reference.repository) (HTTP \(response.status.code))",
        remedy: password == nil
          ? "check the name; for a private image, \(Self.howToGiveAPassword)"
          : "check the name, and the password of the file of passwords")
    }
    let bytes = try await collect(response, limit: Self.greatestTokenAnswer, "the token")
    let answer = try decode(Answer.self, bytes, named: "the token of \(reference.host)")
    guard let token = answer.token ?? answer.accessToken, !token.isEmpty,
      token.utf8.allSatisfy({ (0x21...0x7e).contains($0) })
    else { throw .registry("\(reference.host) gave a token that is none", remedy: "tell its operator") }
    return token
  }

  private static func escaped(_ text: String) -> String {
    String(
      text.utf8.flatMap { byte -> [Character] in
        let scalar = Character(Unicode.Scalar(byte))
        if scalar.isASCII && (scalar.isLetter || scalar.isNumber || "-._~:/".contains(scalar)) {
          return [scalar]
        }
        return Array("%" + Hex.encode([byte]).uppercased())
      })
  }

  private func collect(_ response: HTTPClientResponse, limit: Int, _ what: String) async throws(ImageError)
    -> [UInt8]
  {
    var bytes: [UInt8] = []
    do {
      for try await chunk in response.body {
        guard bytes.count + chunk.readableBytes <= limit else {
          throw ImageError.refused("\(reference.host) sent more than \(limit) bytes for \(what)")
        }
        bytes.append(contentsOf: chunk.readableBytesView)
      }
    } catch {
      throw translate(error, what)
    }
    return bytes
  }

  private func refusal(_ status: HTTPResponseStatus, _ path: String) -> ImageError {
    switch status.code {
    case 401, 403:
      .absent(
        "\(reference.host) doesn't let \(reference.repository) be read",
        remedy: "check the name, and the password of the file of passwords")
    case 404:
      .absent(
        "\(reference.host) has no \(reference.repository)/\(path)", remedy: "check the name and the tag")
    case 429, 500...599:
      .registry("\(reference.host) answered HTTP \(status.code)", remedy: "try again later")
    default:
      .absent(
        "\(reference.host) answered HTTP \(status.code) to \(path)", remedy: "check that it is a registry")
    }
  }

  private func translate(_ error: any Error, _ what: String) -> ImageError {
    if let error = error as? ImageError { return error }
    if error is CancellationError { return .cancelled }
    return .registry(
      "\(reference.host) can't be reached, or cut \(what) off: \(error)",
      remedy: "check the network and the name, and try again")
  }
}
