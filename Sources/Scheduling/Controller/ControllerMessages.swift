/// What a referee says, as its JSON lines hold it. Fields that aren't known are passed over.
struct HelloMessage: Decodable, Sendable {
  struct Tank: Decodable, Sendable {
    var volumeL: Double
    var layers: Int
    var uaWPerK: Double
    var ambientC: Double?
    var tapC: Double?
    var loopLossKw: Double?
    var shReturnC: Double?
    var shSupplyC: Double?
    var chargeC: Double?
    var coolantMaxC: Double?
    var flowMaxLMin: Double
    var backupKw: Double
    var backupOnC: Double?
    var backupBandK: Double?
    var backupEff: Double?
    var backupLayers: Int?
    var backupSensor: Int?
    var backupPrice: BackupPrice
    var hardMaxC: Double?
  }
  enum BackupPrice: Decodable, Sendable {
    case fixed(Double)
    case electricity

    init(from decoder: any Decoder) throws {
      let container = try decoder.singleValueContainer()
      if let price = try? container.decode(Double.self) {
        self = .fixed(price)
      } else if try container.decode(String.self) == "electricity" {
        self = .electricity
      } else {
        throw DecodingError.dataCorruptedError(
          in: container, debugDescription: "backup_price is a number of EUR/kWh or \"electricity\"")
      }
    }
  }
  struct Servers: Decodable, Sendable {
    var slots: Int
    var idleW: Double
    var capture: Double
  }
  struct Economics: Decodable, Sendable {
    var wearEurPerKwh: Double?
    var fanKwhPerKwh: Double?
    var missPenalty: Double?
    var unmetEurPerKwh: Double?
    var coldEurPerKh: Double?
    var capEurPerKwh: Double?
    var terminalEurPerKwh: Double?
  }
  struct Comfort: Decodable, Sendable {
    var minC: Double
  }
  var steps: Int
  var stepS: Int
  var tank: Tank
  var servers: Servers
  var economics: Economics
  var comfort: Comfort
}

struct StateMessage: Decodable, Sendable {
  struct Tank: Decodable, Sendable {
    var layersC: [Double?]
    var backupOn: Bool?
  }
  struct Last: Decodable, Sendable {
    var serverKwh: Double
    var absorbedKwh: Double
    var backupKwh: Double
    var demandKwh: Double
    var drawL: Double?
  }
  struct Price: Decodable, Sendable {
    var now: Double?
    var ahead: [Double?]?
  }
  struct Forecast: Decodable, Sendable {
    var demandKwh: [Double?]?
    var mainsC: Double?
  }
  struct Item: Decodable, Sendable {
    var id: String
    var deadlineS: Double
    var durationS: Double
    var remainingS: Double
    var powerW: Double
    var revenueEur: Double
    var preemptible: Bool
  }
  struct Slots: Decodable, Sendable {
    var running: [Item]
  }
  var step: Int
  var steps: Int?
  var t: Double
  var clock: String?
  var tank: Tank
  var last: Last?
  var price: Price
  var forecast: Forecast?
  var capW: [Double?]?
  var slots: Slots
  var queue: [Item]
}

struct DecisionMessage: Encodable, Sendable {
  var type = "decision"
  var step: Int
  var start: [String]
  var suspend: [String]
  var backupOnBelowC: Double
  var backup: String
  var askEurPerKwh: Double
  var slotEurPerH: Double
  var heatEurPerKwh: Double
}
