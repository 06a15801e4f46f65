import Glibc
package import Workload

/// Keeps topics of a broker as files that a board's sensors are, and shows the agent's status to the broker.
///
/// It is a process of its own: the agent reads files and knows nothing of brokers. A file is written whole or not at all, and
/// each message writes it anew, so that its age is the message's.
package struct MQTTBridge: Sendable {
  private let settings: BridgeSettings
  private let log: @Sendable (String) -> Void
  private let now: @Sendable () -> Instant

  package static let keepAlive = Duration.seconds(30)
  package static let firstPause = Duration.seconds(1)
  package static let longestPause = Duration.seconds(60)
  /// A connection that held for so long was sound: the next pause is the first again.
  private static let soundAfter = Duration.seconds(60)
  private static let largestStatus = ByteCount.kibibytes(256)

  package init(
    _ settings: BridgeSettings, log: @escaping @Sendable (String) -> Void,
    now: @escaping @Sendable () -> Instant
  ) {
    self.settings = settings
    self.log = log
    self.now = now
  }

  /// Runs until it is cancelled. A connection that can't be had or ends is tried again after a pause that doubles.
  package func run() async {
    var pause = Self.firstPause
    while !Task.isCancelled {
      let started = now()
      do {
        try await session.run(
          receive: { message in receive(message) }, publish: { send in try await show(send) })
      } catch {
        if Task.isCancelled { return }
        if now() - started >= Self.soundAfter { pause = Self.firstPause }
        log("\(settings.broker): \(error); trying again in \(Int(pause.seconds)) s")
      }
      do { try await Task.sleep(for: pause) } catch { return }
      pause = min(pause * 2, Self.longestPause)
    }
  }

  private var session: MQTTSession {
    let will = settings.shown.map { availability($0, isOnline: false) }
    return MQTTSession(
      broker: settings.broker,
      connect: MQTTConnect(
        clientID: settings.clientID, keepAlive: UInt16(Self.keepAlive.seconds), will: will),
      topics: Array(Set(settings.received.map(\.topic))).sorted(), keepAlive: Self.keepAlive)
  }

  private func receive(_ message: MQTTMessage) {
    for quantity in settings.received where quantity.topic == message.topic {
      let path = "\(settings.directory)/\(quantity.file)"
      do {
        let text = try quantity.text(of: message.payload)
        try LocalFile.makeDirectory(LocalFile.directory(of: path))
        try LocalFile.replace(Array(text.utf8), at: path)
      } catch {
        // The file keeps its value and grows old, which is how its reader learns of it.
        log("\(message.topic): \(error); \(path) is left as it is")
      }
    }
  }

  private func show(_ send: @Sendable (MQTTMessage) async throws -> Void) async throws {
    log("connected to \(settings.broker), \(settings.received.count) topics")
    guard let shown = settings.shown else {
      // Nothing to say: receive until cancelled.
      while true { try await Task.sleep(for: .seconds(3600)) }
    }
    if let discovery = shown.discovery {
      let messages = HomeAssistantDiscovery(
        discovery: discovery, prefix: shown.prefix, node: settings.clientID)
      for message in try messages.messages() { try await send(message) }
    }
    var wasOnline: Bool?
    while true {
      let status = freshStatus(shown)
      if let status {
        try await send(MQTTMessage(topic: "\(shown.prefix)/state", payload: status, isRetained: true))
      }
      if wasOnline != (status != nil) {
        try await send(availability(shown, isOnline: status != nil))
        wasOnline = status != nil
      }
      try await Task.sleep(for: shown.every)
    }
  }

  /// Nothing where the agent has written none for too long.
  private func freshStatus(_ shown: BridgeSettings.Shown) -> [UInt8]? {
    var status = stat()
    guard stat(shown.statusFile, &status) == 0 else { return nil }
    guard now() - Instant(status.st_mtim) <= shown.staleAfter else { return nil }
    return try? LocalFile.read(shown.statusFile, limit: Self.largestStatus)
  }

  private func availability(_ shown: BridgeSettings.Shown, isOnline: Bool) -> MQTTMessage {
    MQTTMessage(
      topic: "\(shown.prefix)/availability", payload: Array((isOnline ? "online" : "offline").utf8),
      isRetained: true)
  }
}
