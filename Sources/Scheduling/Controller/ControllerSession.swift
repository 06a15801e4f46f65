import FoundationEssentials

/// The referee's side of the protocol: a line in, a line out.
package struct ControllerSession {
  private var planner: HeatPlanner?
  private var stepSeconds = 900.0
  private var tapC = 45.0
  private let decoder = JSONDecoder()
  private let encoder = JSONEncoder()

  package init() {
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    encoder.keyEncodingStrategy = .convertToSnakeCase
  }

  private struct Kind: Decodable { var type: String }

  package mutating func answer(_ line: String, tuning: PlanTuning = PlanTuning()) -> String? {
    let data = Data(line.utf8)
    do {
      switch try decoder.decode(Kind.self, from: data).type {
      case "hello":
        let hello = try decoder.decode(HelloMessage.self, from: data)
        stepSeconds = Double(hello.stepS)
        tapC = hello.tank.tapC ?? 45
        planner = HeatPlanner(site: Self.site(hello), stepsPerDay: 86_400 / hello.stepS, tuning: tuning)
        return #"{"type":"ready","name":"samovar"}"#
      case "state":
        let state = try decoder.decode(StateMessage.self, from: data)
        let situation = situation(state)
        guard let decision = planner?.decide(situation) else { return nil }
        let message = DecisionMessage(
          step: state.step, start: decision.start, suspend: decision.suspend,
          backupOnBelowC: decision.backupBelow,
          backup: decision.boosts ? "boost" : "auto", askEurPerKwh: decision.prices.ask,
          slotEurPerH: decision.prices.slotHour, heatEurPerKwh: decision.prices.heat)
        return String(decoding: try encoder.encode(message), as: UTF8.self)
      default: return nil
      }
    } catch { return "{\"type\":\"error\",\"error\":\"\(error)\"}" }
  }

  private static func site(_ hello: HelloMessage) -> HeatSite {
    let tank = hello.tank
    let economics = hello.economics
    let fuel: BackupDescription.Fuel =
      switch tank.backupPrice {
      case .fixed(let price): .fixed(price)
      case .electricity: .electricity
      }
    return HeatSite(
      store: StoreDescription(
        litres: tank.volumeL, layers: tank.layers, lossWattsPerKelvin: tank.uaWPerK,
        ambient: tank.ambientC ?? 18,
        tap: tank.tapC ?? 45, loopKilowatts: tank.loopLossKw ?? 0, heatingSupply: tank.shSupplyC ?? 40,
        heatingReturn: tank.shReturnC ?? 33, charge: tank.chargeC ?? 62,
        hottestCoolant: tank.coolantMaxC ?? 68,
        mostLitresPerMinute: tank.flowMaxLMin,
        backup: BackupDescription(
          kilowatts: tank.backupKw, fuel: fuel, efficiency: tank.backupEff ?? 1,
          heatedLayers: tank.backupLayers ?? 4,
          sensorLayer: tank.backupSensor ?? tank.layers - 2, onBelow: tank.backupOnC ?? 53,
          bandKelvin: tank.backupBandK ?? 4), hardMaximum: tank.hardMaxC ?? 80),
      servers: ServerDescription(
        slots: hello.servers.slots, idleKilowatts: hello.servers.idleW / 1000, capture: hello.servers.capture),
      economics: HeatEconomics(
        wear: economics.wearEurPerKwh ?? 0, fanShare: economics.fanKwhPerKwh ?? 0.04,
        missPenalty: economics.missPenalty ?? 0.5, unmet: economics.unmetEurPerKwh ?? 1,
        cold: economics.coldEurPerKh ?? 0.2, overCap: economics.capEurPerKwh ?? 1,
        terminal: economics.terminalEurPerKwh),
      comfort: hello.comfort.minC)
  }

  private func situation(_ state: StateMessage) -> PlanSituation {
    func task(_ item: StateMessage.Item, running: Bool) -> PlannableTask {
      PlannableTask(
        id: item.id, steps: max(1, Int((item.durationS / stepSeconds).rounded(.up))),
        remaining: max(1, Int((item.remainingS / stepSeconds).rounded(.up))),
        deadline: Int(((item.deadlineS - state.t) / stepSeconds).rounded(.down)),
        kilowatts: item.powerW / 1000,
        revenue: item.revenueEur, isPreemptible: item.preemptible, isRunning: running)
    }
    return PlanSituation(
      step: state.step, stepOfDay: state.step % 96, stepsLeft: state.steps.map { $0 - state.step },
      layers: state.tank.layersC, isBackupOn: state.tank.backupOn ?? false,
      prices: (state.price.ahead ?? []).compactMap { $0 },
      demand: (state.forecast?.demandKwh ?? []).compactMap { $0 },
      mains: state.forecast?.mainsC ?? 10, caps: (state.capW ?? []).map { $0.map { $0 / 1000 } },
      running: state.slots.running.map { task($0, running: true) },
      queue: state.queue.map { task($0, running: false) },
      last: state.last.map { last in
        StepMeasurement(
          serverHeat: last.serverKwh, absorbed: last.absorbedKwh, backup: last.backupKwh,
          demand: last.demandKwh,
          taps: last.drawL.map {
            $0 * StoreDescription.kilowattHoursPerLitreKelvin * max(0, tapC - (state.forecast?.mainsC ?? 10))
          })
      })
  }
}
