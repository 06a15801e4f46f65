import Foundation
import Synchronization
import Telemetry
import TestSupport
import Testing
import Workload

@testable import HeatBridge

/// The bridge against a real broker.
@Suite(
  .serialized,
  .enabled(if: Mosquitto.program != nil, "needs Debian's packages mosquitto and mosquitto-clients"))
struct MQTTBridgeTests {
  private let place: TemporaryDirectory

  init() throws { place = try TemporaryDirectory() }

  private func settings(_ broker: MQTTBroker) -> BridgeSettings {
    BridgeSettings(
      broker: broker, clientID: "cellar-1", directory: place.path + "/heat",
      received: [
        ReceivedQuantity(topic: "house/demand", field: [], unit: .demandKilowatts, file: "demand_w"),
        ReceivedQuantity(
          topic: "house/tank", field: ["temperature", "top"], unit: .celsius, file: "tank0/temp3_input"),
      ],
      shown: BridgeSettings.Shown(
        statusFile: place.path + "/status.json", prefix: "samovar/cellar", discovery: "homeassistant",
        every: .seconds(1), staleAfter: .seconds(60)))
  }

  /// Runs a bridge while something else is done.
  private func with(
    _ settings: BridgeSettings, _ body: (Log) async throws -> Void
  ) async throws {
    let log = Log()
    let bridge = MQTTBridge(
      settings, log: { log.add($0) }, now: { Instant(Int64(Date().timeIntervalSince1970 * 1000)) })
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { await bridge.run() }
      do { try await body(log) } catch {
        group.cancelAll()
        throw error
      }
      group.cancelAll()
    }
  }

  private func file(_ name: String) -> String? {
    try? String(contentsOfFile: "\(place.path)/heat/\(name)", encoding: .utf8)
  }

  private func until(_ what: String, _ isSo: () throws -> Bool) async throws {
    for _ in 0..<400 {
      if try isSo() { return }
      try await Task.sleep(for: .milliseconds(50))
    }
    Issue.record("not within 20 s: \(what)")
  }

  @Test func topicsBecomeFilesThatABoardReads() async throws {
    let broker = try Mosquitto()
    try broker.start()
    try await with(settings(MQTTBroker(host: "127.0.0.1", port: broker.port, isEncrypted: false))) { log in
      try await until("it is connected") { log.has("connected to mqtt://127.0.0.1") }
      try broker.publish("house/demand", "4.25")
      try broker.publish("house/tank", #"{"temperature": {"top": 58.125, "low": "n/a"}}"#)
      try await until("both files") { file("demand_w") == "4250\n" && file("tank0/temp3_input") == "58125\n" }
      try broker.publish("house/demand", "unavailable")
      try await until("it says what it was sent") {
        log.has("house/demand: is 'unavailable' and no number; \(place.path)/heat/demand_w is left as it is")
      }
      #expect(file("demand_w") == "4250\n")
      let board = Board(
        name: "bridged", coolant: .file(path: "/heat/tank0/temp3_input"), processors: .sources([]),
        demand: .file(path: "/heat/demand_w"),
        power: PowerModel(idle: Watts(1), perBusyCore: Watts(1), capture: 0),
        limits: BoardLimits(tank: Celsius(60), coolant: Celsius(60), processor: Celsius(90)))
      var sampler = HeatSampler(board: board, root: SysfsRoot(place.path))
      let snapshot = sampler.sample(at: Instant(Int64(Date().timeIntervalSince1970 * 1000)))
      #expect(snapshot.demand?.usable == Watts(4250))
      #expect(snapshot.coolant?.usable == Celsius(58.125))
    }
  }

  @Test func theNodeIsShownToHomeAssistantAndItsEndIsSaid() async throws {
    let broker = try Mosquitto()
    try broker.start()
    let status = #"{"askEURPerSlotHour":0.002,"needsHeat":true,"tank":{"mean":50,"outlet":54.5}}"#
    try status.write(toFile: place.path + "/status.json", atomically: true, encoding: .utf8)
    try await with(settings(MQTTBroker(host: "127.0.0.1", port: broker.port, isEncrypted: false))) { log in
      try await until("it is connected") { log.has("connected to") }
      let shown = try broker.messages("samovar/cellar/#", count: 2)
      #expect(shown["samovar/cellar/state"]?.hasSuffix(status) == true)
      #expect(shown["samovar/cellar/availability"]?.hasSuffix("online") == true)
      // Whoever subscribes later gets them too: they are retained.
      let found = try broker.messages("homeassistant/#", count: 10)
      #expect(found.count == 10)
      #expect(found.values.allSatisfy { $0.hasPrefix("1 ") })
      let outlet = try #require(found["homeassistant/sensor/cellar-1/outlet/config"]?.dropFirst(2))
      let config = try #require(
        try JSONSerialization.jsonObject(with: Data(outlet.utf8)) as? [String: Any])
      #expect(config["unique_id"] as? String == "samovar_cellar-1_outlet")
      #expect(config["state_topic"] as? String == "samovar/cellar/state")
      #expect(config["availability_topic"] as? String == "samovar/cellar/availability")
      #expect(config["value_template"] as? String == "{{ value_json.tank.outlet }}")
      #expect(config["device_class"] as? String == "temperature")
      #expect(config["unit_of_measurement"] as? String == "°C")
    }
    // The bridge was cancelled and said nothing: the broker speaks its last will.
    try await until("it is offline") {
      try broker.messages("samovar/cellar/availability", count: 1).values.first == "1 offline"
    }
  }

  @Test func aStatusThatNobodyWritesAnyMoreIsOffline() async throws {
    let broker = try Mosquitto()
    try broker.start()
    var settings = settings(MQTTBroker(host: "127.0.0.1", port: broker.port, isEncrypted: false))
    settings.shown?.staleAfter = .seconds(2)
    try "{}".write(toFile: place.path + "/status.json", atomically: true, encoding: .utf8)
    try await with(settings) { _ in
      try await until("it is offline") {
        try broker.messages("samovar/cellar/availability", count: 1).values.first == "1 offline"
      }
    }
  }

  @Test func aBrokerThatGoesAndComesBackIsConnectedAgain() async throws {
    let broker = try Mosquitto()
    try await with(settings(MQTTBroker(host: "127.0.0.1", port: broker.port, isEncrypted: false))) { log in
      try await until("it says that there is none") { log.has("trying again in 1 s") }
      try broker.start()
      try await until("it is connected") { log.has("connected to") }
      let before = log.count("trying again")
      broker.stop()
      try await until("it says that it ended") {
        log.count("trying again") > before
      }
      try broker.start()
      try broker.publish("house/demand", "3")
      try await until("the retained message arrives") { file("demand_w") == "3000\n" }
    }
  }

  @Test func credentialsComeFromAFileAndAWrongOneIsSaid() async throws {
    let broker = try Mosquitto(["allow_anonymous false", "password_file DIR/users"], files: ["users": ""])
    let made = try Printed.run(
      "/usr/bin/mosquitto_passwd", ["-b", broker.path + "/users", "cellar", "warm water"])
    try #require(made.status == 0, "\(made.errors)")
    try broker.start()
    let file = place.path + "/credentials"
    try "cellar\ncold water\n".write(toFile: file, atomically: true, encoding: .utf8)
    let address = MQTTBroker(host: "127.0.0.1", port: broker.port, isEncrypted: false, credentials: file)
    try await with(settings(address)) { log in
      try await until("it is refused") { log.has("the user has no right to connect; trying again") }
      try "cellar\nwarm water\n".write(toFile: file, atomically: true, encoding: .utf8)
      try await until("it is connected") { log.has("connected to") }
    }
  }

  @Test func aConnectionIsEncryptedAndTheBrokersNameIsChecked() async throws {
    let key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"]
    func certificate(_ directory: String, _ name: String) throws {
      let made = try Printed.run(
        "/usr/bin/openssl",
        ["req", "-x509"] + key + [
          "-keyout", directory + "/\(name).key", "-out", directory + "/\(name).pem", "-subj", "/CN=\(name)",
          "-addext", "subjectAltName=DNS:\(name)",
        ])
      try #require(made.status == 0, "\(made.errors)")
    }
    let broker = try Mosquitto([
      "allow_anonymous true", "certfile DIR/localhost.pem", "keyfile DIR/localhost.key",
    ])
    try certificate(broker.path, "localhost")
    try certificate(place.path, "elsewhere")
    try broker.start()
    let trusted = broker.path + "/localhost.pem"
    var address = MQTTBroker(
      host: "localhost", port: broker.port, isEncrypted: true, trustedCertificates: trusted)
    try await with(settings(address)) { log in
      try await until("it is connected") { log.has("connected to mqtts://localhost") }
      try broker.publish("house/demand", "2", ["--cafile", trusted, "-h", "localhost"])
      try await until("the message arrives") { file("demand_w") == "2000\n" }
    }
    address.trustedCertificates = place.path + "/elsewhere.pem"
    try await with(settings(address)) { log in
      try await until("it is refused") { log.has("CERTIFICATE_VERIFY_FAILED") }
      #expect(!log.has("connected to"))
    }
    // The certificate is of a name and not of this address.
    address.trustedCertificates = trusted
    address.host = "127.0.0.1"
    try await with(settings(address)) { log in
      try await until("it is refused") { log.has("trying again") }
      #expect(!log.has("connected to"))
    }
  }
}

/// What a bridge said.
final class Log: Sendable {
  private let lines = Mutex<[String]>([])
  func add(_ line: String) { lines.withLock { $0.append(line) } }
  func count(_ text: String) -> Int { lines.withLock { $0.count { $0.contains(text) } } }
  func has(_ text: String) -> Bool { lines.withLock { $0.contains { $0.contains(text) } } }
}
