internal import NIOCore
internal import NIOPosix
internal import Sandbox

/// One connection of a task to its sandbox's proxy: one request, then bytes both ways until either side ends.
struct EgressConnection: Sendable {
  typealias ByteChannel = NIOAsyncChannel<ByteBuffer, ByteBuffer>

  let client: ByteChannel
  let rule: DestinationRule
  let bounds: EgressBounds
  let tally: EgressTally
  let lookup: NameLookup

  /// Wraps a channel, with the bounds on its time: `headTime` until `HeadDeadline` is lifted, `idleTime` always.
  static func wrap(_ channel: any Channel, bounds: EgressBounds) throws -> ByteChannel {
    try channel.pipeline.syncOperations.addHandlers([
      IdleStateHandler(allTimeout: bounds.idleTime.amount), IdleClosing(),
    ])
    return try ByteChannel(
      wrappingChannelSynchronously: channel,
      configuration: .init(
        backPressureStrategy: .init(
          lowWatermark: max(1, bounds.readsInFlight / 4), highWatermark: bounds.readsInFlight)))
  }

  /// Returns when both connections are closed. Whatever goes wrong with a peer is the end of its connection only.
  func serve() async {
    let mayServe = tally.connectionBegan()
    defer { tally.connectionEnded() }
    await withTaskCancellationHandler {
      // What is thrown here is a peer that went away: nobody is left to tell.
      try? await client.executeThenClose { inbound, _ in
        do throws(ProxyRefusal) {
          guard mayServe else {
            throw ProxyRefusal(.unavailable, "more than \(bounds.connections) connections at a time")
          }
          try await serve(inbound)
        } catch {
          tally.refused()
          // One of too many is not waited for: it would be held all the same.
          try await refuse(error, lingers: mayServe)
        }
      }
    } onCancel: {
      client.channel.close(promise: nil)
    }
  }

  private func serve(_ inbound: NIOAsyncChannelInboundStream<ByteBuffer>) async throws(ProxyRefusal) {
    var reading = inbound.makeAsyncIterator()
    guard let (head, rest) = try await readHead(&reading) else { return }
    let request = try ProxyRequest(head: head)
    try rule.check(request)
    let server = try await connect(to: request)
    // A peer that went away ends both connections; there is nothing to refuse any more.
    try? await relay(request, first: rest, reading, server)
  }

  /// The head, and what came after it in the same reads. Nothing where the task hung up or took too long.
  private func readHead(
    _ reading: inout NIOAsyncChannelInboundStream<ByteBuffer>.AsyncIterator
  ) async throws(ProxyRefusal) -> (head: [UInt8], rest: [UInt8])? {
    let channel = client.channel
    let deadline = channel.eventLoop.scheduleTask(in: bounds.headTime.amount) { channel.close(promise: nil) }
    defer { deadline.cancel() }
    var bytes: [UInt8] = []
    var searched = 0
    while true {
      var next: ByteBuffer?
      do { next = try await reading.next() } catch { return nil }
      guard let buffer = next else { return nil }
      bytes += buffer.readableBytesView
      if let end = Self.endOfHead(bytes, from: searched) {
        guard end <= bounds.headBytes else { break }
        return (Array(bytes[..<end]), Array(bytes[end...]))
      }
      guard bytes.count <= bounds.headBytes else { break }
      searched = max(0, bytes.count - 3)
    }
    throw ProxyRefusal(.tooLarge, "the request's head has more than \(bounds.headBytes) bytes")
  }

  /// The index after the first empty line.
  private static func endOfHead(_ bytes: [UInt8], from start: Int) -> Int? {
    guard start <= bytes.count - 4 else { return nil }
    for index in start...(bytes.count - 4) where bytes[index] == 13 {
      if bytes[index..<index + 4].elementsEqual([13, 10, 13, 10]) { return index + 4 }
    }
    return nil
  }

  /// Connects to the very address that was judged: a second look-up could say something else.
  private func connect(to request: ProxyRequest) async throws(ProxyRefusal) -> ByteChannel {
    var addresses: [InternetAddress]
    switch request.host {
    case .address(let address): addresses = [address]
    case .name(let name), .below(let name):
      addresses = try rule.permitted(await lookup.addresses(of: name), of: name, port: request.port)
    }
    let wanted = NetworkDestination(host: request.host, port: request.port)
    var reason = "\(wanted) can't be reached"
    for address in addresses.prefix(bounds.addresses) {
      do {
        return try await connect(to: address, port: request.port)
      } catch let error as IOError {
        reason = "connecting to \(wanted) at \(address): \(error)"
      } catch {
        reason = "connecting to \(wanted) at \(address): no answer in \(bounds.connectTime)"
      }
    }
    throw ProxyRefusal(.badGateway, reason)
  }

  private func connect(to address: InternetAddress, port: UInt16) async throws -> ByteChannel {
    let bounds = bounds
    let socket = try SocketAddress(
      packedIPAddress: ByteBuffer(bytes: address.bytes), port: Int(port))
    return try await ClientBootstrap(group: client.channel.eventLoop)
      .connectTimeout(bounds.connectTime.amount)
      .channelOption(ChannelOptions.allowRemoteHalfClosure, value: true)
      .channelOption(ChannelOptions.socketOption(.tcp_nodelay), value: 1)
      .connect(to: socket) { channel in
        channel.eventLoop.makeCompletedFuture { try Self.wrap(channel, bounds: bounds) }
      }
  }

  private func relay(
    _ request: ProxyRequest, first: [UInt8],
    _ reading: NIOAsyncChannelInboundStream<ByteBuffer>.AsyncIterator, _ server: ByteChannel
  ) async throws {
    let client = client.channel
    let tally = tally
    // The task's reads are taken up where the head ended. No other Swift task has this iterator.
    nonisolated(unsafe) var reading = reading
    // Whoever is gone altogether takes the other along; a half-closed connection lives on.
    client.closeFuture.whenComplete { _ in server.channel.close(promise: nil) }
    try await server.executeThenClose { inbound, _ in
      if let head = request.forwardedHead {
        try await Self.pass(head + first, to: server.channel, tally.passOut)
      } else {
        try await client.writeAndFlush(ByteBuffer(string: "HTTP/1.1 200 Connection established\r\n\r\n"))
          .get()
        try await Self.pass(first, to: server.channel, tally.passOut)
      }
      try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask {
          do {
            for try await buffer in inbound { try await Self.pass(buffer, to: client, tally.passIn) }
            try await Self.finish(client)
          } catch {
            // The other direction may be waiting for the task, which has nothing to say: it ends with its channel.
            client.close(promise: nil)
            throw error
          }
        }
        while let buffer = try await reading.next() {
          try await Self.pass(buffer, to: server.channel, tally.passOut)
        }
        try await Self.finish(server.channel)
        try await group.waitForAll()
      }
    }
  }

  private struct OverBound: Error {}

  private static func pass(
    _ bytes: [UInt8], to channel: any Channel, _ mayPass: (Int) -> Bool
  ) async throws {
    guard !bytes.isEmpty else { return }
    try await pass(ByteBuffer(bytes: bytes), to: channel, mayPass)
  }

  /// Returns when the kernel has taken the bytes, so that a slow reader slows the sender down.
  private static func pass(
    _ buffer: ByteBuffer, to channel: any Channel, _ mayPass: (Int) -> Bool
  ) async throws {
    guard mayPass(buffer.readableBytes) else { throw OverBound() }
    try await channel.writeAndFlush(buffer).get()
  }

  /// Says that no more comes. A peer that closed already needs no word.
  private static func finish(_ channel: any Channel) async throws {
    do {
      try await channel.close(mode: .output).get()
    } catch ChannelError.alreadyClosed, ChannelError.outputClosed {
    }
  }

  /// Answers, and takes a little of what the task still sends: closing with bytes unread would reset the connection
  /// before the answer is read. The idle and head bounds end it.
  private func refuse(_ refusal: ProxyRefusal, lingers: Bool) async throws {
    let channel = client.channel
    let deadline = channel.eventLoop.scheduleTask(in: bounds.headTime.amount) { channel.close(promise: nil) }
    defer { deadline.cancel() }
    try await channel.writeAndFlush(ByteBuffer(bytes: refusal.response)).get()
    guard lingers else { return }
    try await Self.finish(channel)
    try await channel.closeFuture.get()
  }
}

/// Closes a connection on which `IdleStateHandler` saw nothing for too long.
private final class IdleClosing: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer

  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    if event is IdleStateHandler.IdleStateEvent {
      context.close(promise: nil)
    } else {
      context.fireUserInboundEventTriggered(event)
    }
  }
}
