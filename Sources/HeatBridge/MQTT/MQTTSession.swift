import NIOCore
import Synchronization

/// One connection to a broker, from the handshake to its end. Whoever wants another makes one.
struct MQTTSession: Sendable {
  let broker: MQTTBroker
  let connect: MQTTConnect
  let topics: [String]
  /// A peer that says nothing for so long, though it was asked, is gone.
  let keepAlive: Duration

  /// A broker that takes longer to acknowledge is taken as gone.
  static let acknowledgedWithin = Duration.seconds(20)

  /// What is wrong with a connection, for the log.
  struct Ended: Error, CustomStringConvertible {
    var description: String
  }

  /// Connects, subscribes, and then receives while `publish` runs, until either ends.
  ///
  /// - Parameters:
  ///   - receive: takes a message; the broker is told so when it returns, and sends again what it wasn't told of.
  ///   - publish: sends messages through the function it is given, which returns when the broker has taken them.
  func run(
    receive: @escaping @Sendable (MQTTMessage) async -> Void,
    publish: @escaping @Sendable (_ send: @Sendable (MQTTMessage) async throws -> Void) async throws -> Void
  ) async throws {
    var connect = connect
    (connect.userName, connect.password) = try broker.readCredentials()
    let hello = connect
    let connection = try await broker.connect()
    try await connection.executeThenClose { inbound, outbound in
      try await outbound.write(.connect(hello))
      let state = Exchange(outbound)
      try await withThrowingTaskGroup(of: Void.self) { group in
        defer { group.cancelAll() }
        group.addTask {
          for try await packet in inbound { try await state.take(packet, receive) }
          throw Ended(description: "the broker closed the connection")
        }
        group.addTask {
          let code = try await state.answer { if case .connected(let code) = $0 { code } else { nil } }
          guard code == 0 else { throw Ended(description: MQTTPacket.refusal(code)) }
          try await subscribe(state, outbound)
          try await publish { message in try await state.send(message) }
          try? await outbound.write(.disconnect)
        }
        group.addTask { try await watch(state, outbound) }
        // The first that ends, ends the connection: the publisher with success, the others with what went wrong.
        try await group.next()
      }
    }
  }

  private func subscribe(
    _ state: Exchange, _ outbound: NIOAsyncChannelOutboundWriter<MQTTPacket>
  ) async throws {
    guard !topics.isEmpty else { return }
    try await outbound.write(.subscribe(topics: topics, packet: 1))
    let codes = try await state.answer { if case .subscribed(let codes) = $0 { codes } else { nil } }
    guard codes.count == topics.count else {
      throw Ended(description: "the broker answered for other topics")
    }
    if let refused = zip(topics, codes).first(where: { $0.1 > 1 })?.0 {
      throw Ended(
        description: "the broker refuses the subscription to '\(refused)'; give the user the right to read it"
      )
    }
  }

  /// §3.1.2.10: asks when half of the time has passed, and gives up a peer that didn't say a word for all of it.
  private func watch(
    _ state: Exchange, _ outbound: NIOAsyncChannelOutboundWriter<MQTTPacket>
  ) async throws {
    var heard = state.received
    while true {
      try await Task.sleep(for: keepAlive / 2)
      try await outbound.write(.pingRequest)
      try await Task.sleep(for: keepAlive / 2)
      guard state.received != heard else { throw Ended(description: "the broker is silent") }
      heard = state.received
    }
  }
}

/// What is under way on a connection.
private final class Exchange: Sendable {
  enum Answer: Sendable {
    case connected(UInt8)
    case subscribed([UInt8])
    case taken(UInt16)
  }

  private let outbound: NIOAsyncChannelOutboundWriter<MQTTPacket>
  private let count = Mutex((received: 0, sent: UInt16(1)))
  private let answers: AsyncStream<Answer>
  private let answered: AsyncStream<Answer>.Continuation

  init(_ outbound: NIOAsyncChannelOutboundWriter<MQTTPacket>) {
    self.outbound = outbound
    // One at a time is waited for; a broker that sends answers to nothing fills no memory.
    (answers, answered) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(16))
  }

  /// Packets so far.
  var received: Int { count.withLock { $0.received } }

  func take(_ packet: MQTTPacket, _ receive: @Sendable (MQTTMessage) async -> Void) async throws {
    count.withLock { $0.received += 1 }
    switch packet {
    case .publish(let message, let number):
      await receive(message)
      if message.quality == 1 { try await outbound.write(.publishAcknowledged(packet: number)) }
    case .connectAcknowledged(let code): answered.yield(.connected(code))
    case .subscribeAcknowledged(_, let codes): answered.yield(.subscribed(codes))
    case .publishAcknowledged(let number): answered.yield(.taken(number))
    case .pingResponse: break
    case .connect, .subscribe, .pingRequest, .disconnect: break
    }
  }

  /// Returns when the broker has acknowledged the message.
  func send(_ message: MQTTMessage) async throws {
    let number = count.withLock { count in
      // 0 is no number, and 1 was the subscription's.
      count.sent = count.sent == .max ? 2 : count.sent + 1
      return count.sent
    }
    try await outbound.write(.publish(message, packet: number))
    guard message.quality > 0 else { return }
    _ = try await answer { if case .taken(number) = $0 { true } else { nil } }
  }

  /// The next answer of a kind; others are passed over.
  func answer<Value: Sendable>(_ wanted: @escaping @Sendable (Answer) -> Value?) async throws -> Value {
    let answers = answers
    return try await withThrowingTaskGroup(of: Value.self) { group in
      defer { group.cancelAll() }
      group.addTask {
        for await answer in answers { if let value = wanted(answer) { return value } }
        throw MQTTSession.Ended(description: "the connection ended before the broker answered")
      }
      group.addTask {
        try await Task.sleep(for: MQTTSession.acknowledgedWithin)
        throw MQTTSession.Ended(description: "the broker did not acknowledge")
      }
      guard let value = try await group.next() else { throw CancellationError() }
      return value
    }
  }
}
