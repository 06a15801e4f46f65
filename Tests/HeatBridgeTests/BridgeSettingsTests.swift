import Testing
import Workload

@testable import HeatBridge

@Suite struct BridgeSettingsTests {
  @Test func aBridgeIsReadWithItsDefaults() throws {
    let settings = try BridgeSettings.parse(
      """
      broker: {address: "mqtts://broker.home", credentials: secret, trust: /etc/ca.pem}
      client: cellar-1
      directory: /heat
      receive:
        - {topic: house/demand, unit: kW demand, file: demand_w}
        - {topic: house/tank, field: temperature.top, unit: °C, file: tank0/temp3_input}
      show: {status: state/status.json, prefix: samovar/cellar}
      """, file: "/etc/samovar/bridge.yaml")
    #expect(
      settings.broker
        == MQTTBroker(
          host: "broker.home", port: 8883, isEncrypted: true, trustedCertificates: "/etc/ca.pem",
          credentials: "/etc/samovar/secret"))
    #expect(settings.received[1].field == ["temperature", "top"])
    #expect(settings.shown?.statusFile == "/etc/samovar/state/status.json")
    #expect(settings.shown?.every == .seconds(10))
    #expect(settings.shown?.discovery == nil)
  }

  @Test func allMistakesAreSaidAtOnce() throws {
    let mistakes = #expect(throws: Mistakes.self) {
      try BridgeSettings.parse(
        """
        broker: {address: "http://broker", trust: ca.pem}
        client: a b
        directory: heat
        receive:
          - {topic: house/#, unit: °F, file: ../demand_w}
          - {topic: house/a, unit: W, file: a}
          - {topic: house/b, unit: W, file: a}
        show: {status: s, prefix: /samovar, every: 1 ms}
        """, file: "b.yaml")
    }
    let lines = try #require(mistakes).all.map { $0.description.prefix(60) }
    #expect(
      lines == [
        "b.yaml:1:19: address must be mqtt://HOST:PORT or mqtts://HOS",
        "b.yaml:2:9: client must be 1 to 64 letters, digits and marks",
        "b.yaml:5:13: topic must be one topic, without + and #, and n",
        "b.yaml:5:28: unit must be one of W, W demand, contact, kW, k",
        "b.yaml:5:38: file must be a path below 'directory' without h",
        "b.yaml:8:27: prefix must be one topic, without + and #, and ",
      ])
  }

  @Test(arguments: [
    ("mqtt://a", "mqtt://a:1883"), ("mqtts://a:99", "mqtts://a:99"), ("mqtt://[::1]:7", "mqtt://[::1]:7"),
    ("mqtt://", nil), ("mqtt://a:0", nil), ("mqtt://a:x", nil), ("a:1883", nil), ("mqtt://u@a", nil),
    ("mqtt://a/b", nil),
  ])
  func anAddressIsASchemeAHostAndPerhapsAPort(text: String, read: String?) {
    #expect(MQTTBroker(parsing: text)?.description == read)
  }

  private func text(_ payload: String, _ unit: ReceivedQuantity.Unit, _ field: [String] = []) -> String? {
    let quantity = ReceivedQuantity(topic: "t", field: field, unit: unit, file: "f")
    return try? quantity.text(of: Array(payload.utf8))
  }

  @Test func eachUnitIsWrittenAsBoardsReadIt() {
    #expect(text("58.1255", .celsius) == "58126\n")
    #expect(text(" -4.5\n", .celsius) == "-4500\n")
    #expect(text("1.5", .kilowatts) == "1500000000\n")
    #expect(text("1500", .watts) == "1500000000\n")
    #expect(text("1.5", .demandKilowatts) == "1500\n")
    #expect(text("1500.4", .demandWatts) == "1500\n")
    #expect(["ON", "closed", "true", "1"].map { text($0, .contact) } == ["1\n", "1\n", "1\n", "1\n"])
    #expect(["off", "Open", "false", "0"].map { text($0, .contact) } == ["0\n", "0\n", "0\n", "0\n"])
    #expect(text(#"{"a": {"b": 3, "c": [1]}}"#, .celsius, ["a", "b"]) == "3000\n")
    #expect(text(#"{"a": "3.5"}"#, .celsius, ["a"]) == "3500\n")
    #expect(text(#"{"state": true}"#, .contact, ["state"]) == "1\n")
  }

  @Test(arguments: ["", "nan", "inf", "warm", "1e300", "1 2", "{", "maybe"])
  func whatIsNoQuantityIsWrittenNowhere(payload: String) {
    #expect(text(payload, .celsius) == nil)
    #expect(text(payload, .contact) == nil)
    #expect(text(payload, .celsius, ["a"]) == nil)
  }

  @Test func aPayloadWithoutTheFieldSaysWhichItLacks() {
    let quantity = ReceivedQuantity(topic: "t", field: ["a", "b"], unit: .celsius, file: "f")
    #expect(throws: ReceivedQuantity.Unusable("has no 'a.b'")) { try quantity.text(of: Array("{}".utf8)) }
    #expect(throws: ReceivedQuantity.Unusable("is no JSON")) { try quantity.text(of: Array("x".utf8)) }
  }
}
