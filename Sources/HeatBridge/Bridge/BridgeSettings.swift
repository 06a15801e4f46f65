package import Workload

/// A bridge's file: which broker, which topics become which files, and what is shown to the broker.
package struct BridgeSettings: Hashable, Sendable {
  package var broker: MQTTBroker
  package var clientID: String
  /// Where the files are written: the directory that a board's paths mean.
  package var directory: String
  package var received: [ReceivedQuantity]
  /// Nothing where the bridge only receives.
  package var shown: Shown?

  /// What the node shows to the broker and to Home Assistant.
  package struct Shown: Hashable, Sendable {
    /// `status.json` of the agent.
    package var statusFile: String
    /// Topics are below it.
    package var prefix: String
    /// Home Assistant's discovery prefix; nothing for none.
    package var discovery: String?
    package var every: Duration
    /// A status that is older means that the agent is gone.
    package var staleAfter: Duration
  }

  package static let largestFile = ByteCount.kibibytes(64)
  private static let mostTopics = 256

  /// - Throws: `FileError`, or every mistake of the file as `Mistakes`.
  package static func load(_ path: String) throws -> BridgeSettings {
    let text = try LocalFile.readText(path, limit: largestFile)
    return try parse(text, file: path)
  }

  /// Paths that don't start with / are relative to the file's directory.
  package static func parse(_ text: String, file: String) throws(Mistakes) -> BridgeSettings {
    try readYAML(text, file: file) { root in
      BridgeReading(directory: LocalFile.directory(of: file)).settings(root)
    }
  }

  fileprivate static func checked(_ received: [ReceivedQuantity], _ value: YAMLValue?) {
    if received.count > mostTopics {
      value?.report("receive has \(received.count) topics; \(mostTopics) are the most")
    }
    for (index, one) in received.enumerated()
    where received[..<index].contains(where: { $0.file == one.file }) {
      value?.report("two topics write the file '\(one.file)'")
    }
  }
}

private struct BridgeReading {
  let directory: String

  func settings(_ root: YAMLMapping) -> BridgeSettings? {
    let broker = root.required("broker", self.broker)
    let client = root.required("client") { value in
      value.string().flatMap { text in
        (1...64).contains(text.utf8.count)
          && text.utf8.allSatisfy { $0 > 32 && $0 < 127 && $0 != UInt8(ascii: "/") }
          ? text
          : value.mistake("client must be 1 to 64 letters, digits and marks other than /, not '\(text)'")
      }
    }
    let files = root.required("directory", path)
    let received = root.optional("receive", default: []) { $0.list(quantity) }
    let shown = root["show"].map(self.shown)
    guard let broker, let client, let files, let received else { return nil }
    if let shown, shown == nil { return nil }
    BridgeSettings.checked(received, root["receive"])
    if received.isEmpty, shown == nil {
      root.report("the bridge has neither 'receive' nor 'show', so that it would do nothing")
    }
    return BridgeSettings(
      broker: broker, clientID: client, directory: files, received: received, shown: shown ?? nil)
  }

  private func broker(_ value: YAMLValue) -> MQTTBroker? {
    guard let mapping = value.mapping() else { return nil }
    let address = mapping.required("address") { address in
      address.string().flatMap { text in
        MQTTBroker(parsing: text)
          ?? address.mistake("address must be mqtt://HOST:PORT or mqtts://HOST:PORT, not '\(text)'")
      }
    }
    let credentials = mapping["credentials"].map(path)
    let trusted = mapping["trust"].map(path)
    guard var broker = address else { return nil }
    if let credentials, credentials == nil { return nil }
    if let trusted, trusted == nil { return nil }
    if trusted != nil, !broker.isEncrypted {
      return mapping["trust"]?.mistake("trust has no meaning without TLS: use an mqtts:// address")
    }
    broker.credentials = credentials ?? nil
    broker.trustedCertificates = trusted ?? nil
    return broker
  }

  private func quantity(_ value: YAMLValue) -> ReceivedQuantity? {
    guard let mapping = value.mapping() else { return nil }
    let topic = mapping.required("topic") { self.topic($0) }
    let field = mapping.optional("field", default: []) { field in
      field.string().map { $0.split(separator: ".").map(String.init) }
    }
    let unit = mapping.required("unit") { unit in
      unit.choice(
        Dictionary(uniqueKeysWithValues: ReceivedQuantity.Unit.allCases.map { ($0.rawValue, $0) }))
    }
    let file = mapping.required("file") { file in
      file.string().flatMap { text in
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        return parts.allSatisfy { !$0.isEmpty && !$0.hasPrefix(".") }
          ? text : file.mistake("file must be a path below 'directory' without hidden parts, not '\(text)'")
      }
    }
    guard let topic, let field, let unit, let file else { return nil }
    return ReceivedQuantity(topic: topic, field: field, unit: unit, file: file)
  }

  private func shown(_ value: YAMLValue) -> BridgeSettings.Shown? {
    guard let mapping = value.mapping() else { return nil }
    let status = mapping.required("status", path)
    let prefix = mapping.required("prefix") { self.topic($0) }
    let discovery = mapping["discovery"].map { self.topic($0) }
    let every = mapping.optional("every", default: Duration.seconds(10)) { $0.duration() }
    let stale = mapping.optional("stale_after", default: Duration.seconds(60)) { $0.duration() }
    guard let status, let prefix, let every, let stale else { return nil }
    if let discovery, discovery == nil { return nil }
    guard every >= .seconds(1), every <= .seconds(3600) else {
      return mapping["every"]?.mistake("every must be from 1 s to 1 h")
    }
    return BridgeSettings.Shown(
      statusFile: status, prefix: prefix, discovery: discovery ?? nil, every: every, staleAfter: stale)
  }

  /// §4.7: no wildcards, no zero, and none of the broker's own.
  private func topic(_ value: YAMLValue) -> String? {
    guard let text = value.string() else { return nil }
    let isTopic =
      (1...1024).contains(text.utf8.count) && !text.hasPrefix("$") && !text.hasPrefix("/")
      && !text.hasSuffix("/")
      && !text.contains { "#+\0".contains($0) }
    return isTopic
      ? text
      : value.mistake(
        "\(value.name) must be one topic, without + and #, and no /, first or last, not '\(text)'")
  }

  private func path(_ value: YAMLValue) -> String? {
    value.path(from: directory)
  }
}
