internal import NIOCore
internal import NIOPosix
internal import NIOSSL
internal import Workload

/// Where a broker is and how it knows us: `mqtt://host:1883`, `mqtts://host:8883`.
package struct MQTTBroker: Hashable, Sendable {
  package var host: String
  package var port: Int
  package var isEncrypted: Bool
  /// A file with certificates in PEM that are trusted in place of the system's.
  package var trustedCertificates: String?
  /// A file whose first line is the user's name and whose second is the password. Read at each connection, so that a new
  /// password needs no new start.
  package var credentials: String?

  package init(
    host: String, port: Int, isEncrypted: Bool, trustedCertificates: String? = nil,
    credentials: String? = nil
  ) {
    self.host = host
    self.port = port
    self.isEncrypted = isEncrypted
    self.trustedCertificates = trustedCertificates
    self.credentials = credentials
  }

  /// Nothing where the text is no such address. Without a port the usual one: 1883, or 8883 with TLS.
  init?(parsing text: String) {
    let schemes = [("mqtt://", false, 1883), ("mqtts://", true, 8883)]
    guard let (scheme, isEncrypted, usual) = schemes.first(where: { text.hasPrefix($0.0) }) else {
      return nil
    }
    var host = text.dropFirst(scheme.count)
    var port: Int? = usual
    if let colon = host.lastIndex(of: ":"), !host.hasSuffix("]") {
      port = Int(host[host.index(after: colon)...])
      host = host[..<colon]
    }
    if host.hasPrefix("["), host.hasSuffix("]") { host = host.dropFirst().dropLast() }
    guard let port, (1...65535).contains(port), !host.isEmpty,
      !host.contains(where: { "/@?# ".contains($0) })
    else { return nil }
    self.init(host: String(host), port: port, isEncrypted: isEncrypted)
  }
}

extension MQTTBroker: CustomStringConvertible {
  package var description: String {
    "\(isEncrypted ? "mqtts" : "mqtt")://\(host.contains(":") ? "[\(host)]" : host):\(port)"
  }
}

extension MQTTBroker {
  typealias Connection = NIOAsyncChannel<MQTTPacket, MQTTPacket>

  private static let connectTimeout = TimeAmount.seconds(10)
  private static let largestCredentials = ByteCount.kibibytes(4)

  func connect() async throws -> Connection {
    let tls = try isEncrypted ? context() : nil
    // A certificate names a host, and RFC 6066 allows no address as a server's name; an address is checked as such.
    let name = (try? SocketAddress(ipAddress: host, port: port)) == nil ? host : nil
    return try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .connectTimeout(Self.connectTimeout)
      .channelOption(ChannelOptions.socketOption(.tcp_nodelay), value: 1)
      .connect(host: host, port: port) { channel in
        channel.eventLoop.makeCompletedFuture {
          if let tls {
            try channel.pipeline.syncOperations.addHandler(
              NIOSSLClientHandler(context: tls, serverHostname: name))
          }
          try channel.pipeline.syncOperations.addHandler(ByteToMessageHandler(MQTTPacketDecoder()))
          try channel.pipeline.syncOperations.addHandler(MessageToByteHandler(MQTTPacketEncoder()))
          return try Connection(wrappingChannelSynchronously: channel)
        }
      }
  }

  private func context() throws -> NIOSSLContext {
    var configuration = TLSConfiguration.makeClientConfiguration()
    if let trustedCertificates {
      configuration.trustRoots = .certificates(try NIOSSLCertificate.fromPEMFile(trustedCertificates))
    }
    return try NIOSSLContext(configuration: configuration)
  }

  /// - Throws: `FileError`.
  func readCredentials() throws -> (user: String?, password: String?) {
    guard let credentials else { return (nil, nil) }
    let text = try LocalFile.readText(credentials, limit: Self.largestCredentials)
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    return (lines.first, lines.dropFirst().first)
  }
}
