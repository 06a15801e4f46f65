/// What a site is, as the first line of the controller protocol says it. Fields that aren't known are passed over.
///
/// Units stand in the names: litres, W, kW, °C, EUR, seconds. Layer 0 is the bottom.
struct HelloMessage: Decodable, Sendable {
  struct Tank: Decodable, Sendable {
    var litres: Double
    var layers: Int
    var lossWattsPerKelvin: Double
    var ambient: Double?
    var tap: Double?
    var loopKilowatts: Double?
    var heatingReturn: Double?
    var heatingSupply: Double?
    var charge: Double?
    var hottestCoolant: Double?
    var mostLitresPerMinute: Double
    var backupKilowatts: Double
    var backupOnBelow: Double?
    var backupBand: Double?
    var backupEfficiency: Double?
    var backupLayers: Int?
    var backupSensor: Int?
    var backupPrice: BackupPrice
    var hardMaximum: Double?

    enum CodingKeys: String, CodingKey {
      case layers
      case litres = "volume_l"
      case lossWattsPerKelvin = "ua_w_per_k"
      case ambient = "ambient_c"
      case tap = "tap_c"
      case loopKilowatts = "loop_loss_kw"
      case heatingReturn = "sh_return_c"
      case heatingSupply = "sh_supply_c"
      case charge = "charge_c"
      case hottestCoolant = "coolant_max_c"
      case mostLitresPerMinute = "flow_max_l_min"
      case backupKilowatts = "backup_kw"
      case backupOnBelow = "backup_on_c"
      case backupBand = "backup_band_k"
      case backupEfficiency = "backup_eff"
      case backupLayers = "backup_layers"
      case backupSensor = "backup_sensor"
      case backupPrice = "backup_price"
      case hardMaximum = "hard_max_c"
    }
  }

  /// EUR/kWh, or `electricity`: the running price.
  enum BackupPrice: Decodable, Sendable {
    case fixed(Double)
    case electricity

    init(from decoder: any Decoder) throws {
      let container = try decoder.singleValueContainer()
      if let price = try? container.decode(Double.self) {
        self = .fixed(price)
      } else if (try? container.decode(String.self)) == "electricity" {
        self = .electricity
      } else {
        throw DecodingError.dataCorruptedError(
          in: container, debugDescription: "it must be a number of EUR/kWh or \"electricity\"")
      }
    }
  }

  struct Servers: Decodable, Sendable {
    var slots: Int
    var idleWatts: Double
    var capture: Double

    enum CodingKeys: String, CodingKey {
      case slots, capture
      case idleWatts = "idle_w"
    }
  }

  struct Economics: Decodable, Sendable {
    var wear: Double?
    var fanShare: Double?
    var missPenalty: Double?
    var unmet: Double?
    var cold: Double?
    var overCap: Double?
    var terminal: Double?

    enum CodingKeys: String, CodingKey {
      case wear = "wear_eur_per_kwh"
      case fanShare = "fan_kwh_per_kwh"
      case missPenalty = "miss_penalty"
      case unmet = "unmet_eur_per_kwh"
      case cold = "cold_eur_per_kh"
      case overCap = "cap_eur_per_kwh"
      case terminal = "terminal_eur_per_kwh"
    }
  }

  struct Comfort: Decodable, Sendable {
    var minimum: Double

    enum CodingKeys: String, CodingKey { case minimum = "min_c" }
  }

  var stepSeconds: Int
  /// `2024-01-08T00:00`, local time.
  var start: String?
  var tank: Tank
  var servers: Servers
  var economics: Economics
  var comfort: Comfort

  enum CodingKeys: String, CodingKey {
    case start, tank, servers, economics, comfort
    case stepSeconds = "step_s"
  }
}

extension HelloMessage {
  /// Everything that is wrong with the values, each with its field and what to write.
  var mistakes: [String] {
    var found: [String] = []
    func demand(_ isRight: Bool, _ field: String, _ value: some CustomStringConvertible, _ rule: String) {
      if !isRight { found.append("\(field) must be \(rule), not \(value)") }
    }
    demand(
      stepSeconds >= 60 && stepSeconds <= 3600 && 86_400 % stepSeconds == 0, "step_s", stepSeconds,
      "60 to 3600 and a whole part of a day")
    demand((1...200).contains(tank.layers), "tank.layers", tank.layers, "1 to 200")
    demand((1...1_000_000).contains(tank.litres), "tank.volume_l", tank.litres, "1 to 1000000")
    demand(
      (0...10_000).contains(tank.lossWattsPerKelvin), "tank.ua_w_per_k", tank.lossWattsPerKelvin, "0 to 10000"
    )
    demand(
      (0.01...100_000).contains(tank.mostLitresPerMinute), "tank.flow_max_l_min", tank.mostLitresPerMinute,
      "0.01 to 100000")
    demand((0...10_000).contains(tank.backupKilowatts), "tank.backup_kw", tank.backupKilowatts, "0 to 10000")
    demand((0...10_000).contains(servers.slots), "servers.slots", servers.slots, "0 to 10000")
    demand((0...10_000).contains(servers.idleWatts), "servers.idle_w", servers.idleWatts, "0 to 10000")
    demand((0...1).contains(servers.capture), "servers.capture", servers.capture, "0 to 1")
    demand(
      (0.01...10).contains(tank.backupEfficiency ?? 1), "tank.backup_eff", tank.backupEfficiency ?? 1,
      "0.01 to 10")
    let charge = tank.charge ?? 62
    let hottest = tank.hottestCoolant ?? 68
    let maximum = tank.hardMaximum ?? 80
    demand((20...95).contains(charge), "tank.charge_c", charge, "20 to 95")
    demand((20...110).contains(maximum), "tank.hard_max_c", maximum, "20 to 110")
    demand(hottest >= charge, "tank.coolant_max_c", hottest, "at least charge_c, \(charge)")
    demand(maximum >= charge, "tank.hard_max_c", maximum, "at least charge_c, \(charge)")
    demand(
      (0..<maximum).contains(comfort.minimum), "comfort.min_c", comfort.minimum, "0 to hard_max_c, \(maximum)"
    )
    if case .fixed(let price) = tank.backupPrice {
      demand((-5...5).contains(price), "tank.backup_price", price, "-5 to 5 EUR/kWh")
    }
    for (name, value) in [
      ("wear_eur_per_kwh", economics.wear), ("fan_kwh_per_kwh", economics.fanShare),
      ("miss_penalty", economics.missPenalty), ("unmet_eur_per_kwh", economics.unmet),
      ("cold_eur_per_kh", economics.cold), ("cap_eur_per_kwh", economics.overCap),
      ("terminal_eur_per_kwh", economics.terminal),
    ] {
      if let value { demand((-100...100).contains(value), "economics.\(name)", value, "-100 to 100") }
    }
    return found
  }

  /// The site, once there are no mistakes.
  var site: HeatSite {
    let fuel: BackupDescription.Fuel =
      switch tank.backupPrice {
      case .fixed(let price): .fixed(price)
      case .electricity: .electricity
      }
    let heated = min(tank.layers, max(1, tank.backupLayers ?? max(1, tank.layers / 3)))
    let lower = comfort.minimum
    let backup = BackupDescription(
      kilowatts: tank.backupKilowatts, fuel: fuel, efficiency: tank.backupEfficiency ?? 1,
      heatedLayers: heated,
      sensorLayer: min(tank.layers - 1, max(0, tank.backupSensor ?? tank.layers - 3)),
      onBelow: tank.backupOnBelow ?? 53, bandKelvin: tank.backupBand ?? 4,
      thresholds: lower...max(lower, min(65, (tank.hottestCoolant ?? 68) - 3)))
    return HeatSite(
      store: StoreDescription(
        litres: tank.litres, layers: tank.layers, lossWattsPerKelvin: tank.lossWattsPerKelvin,
        ambient: tank.ambient ?? 18, tap: tank.tap ?? 45, loopKilowatts: max(0, tank.loopKilowatts ?? 0),
        heatingSupply: tank.heatingSupply ?? 40, heatingReturn: tank.heatingReturn ?? 33,
        charge: tank.charge ?? 62, hottestCoolant: tank.hottestCoolant ?? 68,
        mostLitresPerMinute: tank.mostLitresPerMinute, backup: backup, hardMaximum: tank.hardMaximum ?? 80),
      servers: ServerDescription(
        slots: servers.slots, idleKilowatts: servers.idleWatts / 1000, capture: servers.capture),
      economics: HeatEconomics(
        wear: economics.wear ?? 0, fanShare: economics.fanShare ?? 0, missPenalty: economics.missPenalty ?? 0,
        unmet: economics.unmet ?? 1, cold: economics.cold ?? 0.2, overCap: economics.overCap ?? 1,
        terminal: economics.terminal),
      comfort: comfort.minimum)
  }
}
