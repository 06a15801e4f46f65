/// What went through a sandbox's proxy, for the run's result.
package struct EgressCounts: Sendable, Hashable, Codable {
  /// Connections of the task to the proxy.
  package var connections: UInt64
  /// Requests that were answered with a refusal.
  package var refused: UInt64
  /// Bytes from the task to its destinations.
  package var bytesOut: UInt64
  /// Bytes from its destinations to the task.
  package var bytesIn: UInt64

  package init(connections: UInt64 = 0, refused: UInt64 = 0, bytesOut: UInt64 = 0, bytesIn: UInt64 = 0) {
    self.connections = connections
    self.refused = refused
    self.bytesOut = bytesOut
    self.bytesIn = bytesIn
  }
}

/// The way out of a sandbox whose profile has a `network`: a proxy outside of it, which lets through what the profile
/// allows. Everything else is out of the task's reach, as its network namespace has a loopback and nothing more.
package protocol EgressGate: Sendable {
  /// Serves one sandbox until the calling Swift task is cancelled, and then says what went through.
  ///
  /// - Parameters:
  ///   - listener: a TCP socket that listens on `EgressAddress` in the sandbox's network namespace. Becomes the
  ///     gate's own, which closes it, also where this throws.
  ///   - destinations: what the task may reach.
  func serve(listener: Int32, destinations: [NetworkDestination]) async throws(SandboxError) -> EgressCounts
}

/// Where a sandbox's proxy listens, in the sandbox's own network namespace.
package enum EgressAddress {
  package static let host = "127.0.0.1"
  package static let port: UInt16 = 3128

  /// What programs look at to find a proxy. Both spellings are in use: curl reads only the lower-case `http_proxy`.
  package static let environment: [String: String] = {
    let proxy = "http://\(host):\(port)"
    return [
      "http_proxy": proxy, "https_proxy": proxy, "HTTP_PROXY": proxy, "HTTPS_PROXY": proxy,
      "no_proxy": "localhost,127.0.0.1,::1", "NO_PROXY": "localhost,127.0.0.1,::1",
    ]
  }()
}
