import FoundationEssentials

/// What tells Home Assistant of the node's sensors: one retained message for each, on
/// `<discovery>/<component>/<node>/<object>/config`. Reference: home-assistant.io/integrations/mqtt, MQTT Discovery.
struct HomeAssistantDiscovery {
  let discovery: String
  let prefix: String
  /// The bridge's client name: it keeps two nodes of one house apart.
  let node: String

  private struct Sensor {
    var object: String
    var name: String
    /// Of `status.json`.
    var value: String
    var unit: String?
    var deviceClass: String?
    var stateClass: String? = "measurement"
    var component = "sensor"
  }

  private static let sensors = [
    Sensor(
      object: "outlet", name: "Water at the outlet", value: "value_json.tank.outlet", unit: "°C",
      deviceClass: "temperature"),
    Sensor(
      object: "mean", name: "Water in the tank", value: "value_json.tank.mean", unit: "°C",
      deviceClass: "temperature"),
    Sensor(
      object: "electric", name: "Electricity used", value: "(value_json.electric / 3600000) | round(3)",
      unit: "kWh", deviceClass: "energy", stateClass: "total_increasing"),
    Sensor(
      object: "heat", name: "Heat delivered", value: "(value_json.heat / 3600000) | round(3)", unit: "kWh",
      deviceClass: "energy", stateClass: "total_increasing"),
    Sensor(object: "ask", name: "Ask of a slot and hour", value: "value_json.askEURPerSlotHour", unit: "EUR"),
    Sensor(object: "running", name: "Tasks at work", value: "value_json.runningReplicas"),
    Sensor(object: "slots", name: "Slots on offer", value: "value_json.offeredSlots"),
    Sensor(object: "decision", name: "Decision", value: "value_json.decision[:255]", stateClass: nil),
    Sensor(
      object: "needs_heat", name: "Heat is wanted",
      value: "'ON' if value_json.needsHeat else 'OFF'", deviceClass: "heat", stateClass: nil,
      component: "binary_sensor"),
    Sensor(
      object: "faults", name: "Faulty sensors", value: "'ON' if value_json.faults else 'OFF'",
      deviceClass: "problem", stateClass: nil, component: "binary_sensor"),
  ]

  /// The messages, in the form of Home Assistant's abbreviations-free keys.
  func messages() throws -> [MQTTMessage] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return try Self.sensors.map { sensor in
      let config = Config(
        name: sensor.name, uniqueID: "samovar_\(id)_\(sensor.object)", stateTopic: "\(prefix)/state",
        valueTemplate: "{{ \(sensor.value) }}", availabilityTopic: "\(prefix)/availability",
        unit: sensor.unit, deviceClass: sensor.deviceClass, stateClass: sensor.stateClass,
        device: Config.Device(identifiers: ["samovar_\(id)"], name: node, manufacturer: "Samovar"))
      return MQTTMessage(
        topic: "\(discovery)/\(sensor.component)/\(id)/\(sensor.object)/config",
        payload: Array(try encoder.encode(config)), isRetained: true)
    }
  }

  /// Letters, digits, _ and - only.
  private var id: String {
    String(node.map { $0.isASCII && ($0.isLetter || $0.isNumber || "_-".contains($0)) ? $0 : "_" })
  }

  private struct Config: Encodable {
    var name: String
    var uniqueID: String
    var stateTopic: String
    var valueTemplate: String
    var availabilityTopic: String
    var unit: String?
    var deviceClass: String?
    var stateClass: String?
    var device: Device

    /// Home Assistant's names.
    private enum CodingKeys: String, CodingKey {
      case name, device
      case uniqueID = "unique_id"
      case stateTopic = "state_topic"
      case valueTemplate = "value_template"
      case availabilityTopic = "availability_topic"
      case unit = "unit_of_measurement"
      case deviceClass = "device_class"
      case stateClass = "state_class"
    }

    struct Device: Encodable {
      var identifiers: [String]
      var name: String
      var manufacturer: String
    }
  }
}
