import NIOCore
import NIOHTTP1
import NIOPosix
import Synchronization

/// A registry on loopback that serves what it is given, and cuts, lies and asks for tokens as a test wants.
final class FaultyRegistry: Sendable {
  struct Answer: Sendable {
    var status: HTTPResponseStatus = .ok
    var headers: [(String, String)] = []
    var body: [UInt8] = []
    /// The connection is closed after so many bytes of the body.
    var cutAfter: Int?
  }

  struct Request: Sendable {
    var path: String
    var range: String?
    var authorization: String?
  }

  typealias Behaviour = @Sendable (Request, Int) -> Answer

  let port: Int
  private let channel: any Channel
  private let group: MultiThreadedEventLoopGroup
  private let seen: Log

  var requests: [Request] { seen.requests }

  /// - Parameter behaviour: given a request and how many of the same path came before.
  init(_ behaviour: @escaping Behaviour) async throws {
    let log = Log(behaviour)
    seen = log
    group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    channel = try await ServerBootstrap(group: group)
      .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
      .childChannelInitializer { channel in
        channel.pipeline.configureHTTPServerPipeline().flatMap {
          channel.eventLoop.makeCompletedFuture {
            try channel.pipeline.syncOperations.addHandler(Handler(log))
          }
        }
      }
      .bind(host: "127.0.0.1", port: 0).get()
    port = channel.localAddress?.port ?? 0
  }

  func stop() async {
    try? await channel.close()
    try? await group.shutdownGracefully()
  }

  /// Serves blobs and manifests by their paths, and ranges of them.
  static func serving(_ files: [String: [UInt8]]) -> Behaviour {
    { request, _ in
      guard let bytes = files[request.path] else { return Answer(status: .notFound) }
      guard let range = request.range, let start = Int(range.dropFirst("bytes=".count).dropLast()),
        start < bytes.count
      else { return Answer(body: bytes) }
      return Answer(
        status: .partialContent,
        headers: [("Content-Range", "bytes \(start)-\(bytes.count - 1)/\(bytes.count)")],
        body: Array(bytes[start...]))
    }
  }

  private final class Log: Sendable {
    private let state = Mutex<[Request]>([])
    private let behaviour: Behaviour

    init(_ behaviour: @escaping Behaviour) { self.behaviour = behaviour }

    var requests: [Request] { state.withLock { $0 } }

    func answer(_ request: Request) -> Answer {
      let before = state.withLock { requests in
        defer { requests.append(request) }
        return requests.count { $0.path == request.path }
      }
      return behaviour(request, before)
    }
  }

  private final class Handler: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    private let log: Log
    private var head: HTTPRequestHead?

    init(_ log: Log) { self.log = log }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
      switch unwrapInboundIn(data) {
      case .head(let head): self.head = head
      case .body: break
      case .end: respond(context)
      }
    }

    private func respond(_ context: ChannelHandlerContext) {
      guard let head else { return }
      let answer = log.answer(
        Request(
          path: head.uri, range: head.headers.first(name: "Range"),
          authorization: head.headers.first(name: "Authorization")))
      var headers = HTTPHeaders(answer.headers)
      headers.add(name: "Content-Length", value: "\(answer.body.count)")
      context.write(
        wrapOutboundOut(.head(HTTPResponseHead(version: .http1_1, status: answer.status, headers: headers))),
        promise: nil)
      let sent = answer.body.prefix(answer.cutAfter ?? answer.body.count)
      context.writeAndFlush(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(bytes: sent)))), promise: nil)
      if answer.cutAfter != nil {
        context.close(promise: nil)
      } else {
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
      }
    }
  }
}
