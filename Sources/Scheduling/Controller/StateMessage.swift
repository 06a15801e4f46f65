/// What is known at the beginning of a step, as a line of the controller protocol says it. A value that is missing or
/// `null` isn't known.
struct StateMessage: Decodable, Sendable {
  struct Tank: Decodable, Sendable {
    var layers: [Double?]
    var isBackupOn: Bool?

    enum CodingKeys: String, CodingKey {
      case layers = "layers_c"
      case isBackupOn = "backup_on"
    }
  }

  struct Last: Decodable, Sendable {
    var server: Double?
    var absorbed: Double?
    var backup: Double?
    var draw: Double?
    var demand: Double?

    enum CodingKeys: String, CodingKey {
      case server = "server_kwh"
      case absorbed = "absorbed_kwh"
      case backup = "backup_kwh"
      case draw = "draw_l"
      case demand = "demand_kwh"
    }
  }

  struct Price: Decodable, Sendable {
    var now: Double?
    var ahead: [Double?]?
  }

  struct Forecast: Decodable, Sendable {
    var demand: [Double?]?
    var mains: Double?

    enum CodingKeys: String, CodingKey {
      case demand = "demand_kwh"
      case mains = "mains_c"
    }
  }

  struct Item: Decodable, Sendable {
    var id: String
    var deadline: Double
    var duration: Double
    var remaining: Double
    var watts: Double
    var revenue: Double
    var isPreemptible: Bool

    enum CodingKeys: String, CodingKey {
      case id
      case deadline = "deadline_s"
      case duration = "duration_s"
      case remaining = "remaining_s"
      case watts = "power_w"
      case revenue = "revenue_eur"
      case isPreemptible = "preemptible"
    }
  }

  struct Slots: Decodable, Sendable {
    var running: [Item]
  }

  var step: Int
  var steps: Int?
  /// Seconds since the start.
  var time: Double
  var tank: Tank
  var last: Last?
  var price: Price?
  var forecast: Forecast?
  var caps: [Double?]?
  var slots: Slots
  var queue: [Item]

  enum CodingKeys: String, CodingKey {
    case step, steps, tank, last, price, forecast, slots, queue
    case time = "t"
    case caps = "cap_w"
  }
}

extension StateMessage {
  /// - Parameters:
  ///   - stepSeconds: length of a step.
  ///   - tap: temperature of mixed water, °C.
  func situation(stepSeconds: Double, tap: Double) -> PlanSituation {
    let mains = forecast?.mains ?? 10
    var prices = (price?.ahead ?? []).map { $0 ?? .nan }
    if prices.isEmpty, let now = price?.now { prices = [now] }
    return PlanSituation(
      step: step, stepsLeft: steps.map { $0 - step },
      layers: tank.layers.map { $0.flatMap { $0.isFinite ? $0 : nil } }, isBackupOn: tank.isBackupOn ?? false,
      prices: prices, demand: (forecast?.demand ?? []).map { $0 ?? 0 }, mains: mains,
      caps: (caps ?? []).map { $0.map { $0 / 1000 } },
      running: slots.running.compactMap { task($0, stepSeconds, isRunning: true) },
      queue: queue.compactMap { task($0, stepSeconds, isRunning: false) }, last: measurement(mains, tap))
  }

  private func measurement(_ mains: Double, _ tap: Double) -> StepMeasurement? {
    guard let last, let server = last.server, let absorbed = last.absorbed, let backup = last.backup,
      let demand = last.demand
    else { return nil }
    let taps = last.draw.map { $0 * StoreDescription.kilowattHoursPerLitreKelvin * max(0, tap - mains) }
    return StepMeasurement(
      serverHeat: server, absorbed: absorbed, backup: backup, demand: demand,
      taps: taps.flatMap { $0.isFinite ? $0 : nil })
  }

  /// Nothing where a time is no number or beyond ten years.
  private func task(_ item: Item, _ stepSeconds: Double, isRunning: Bool) -> PlannableTask? {
    let times = [item.duration, item.remaining, item.deadline - time]
    guard times.allSatisfy({ abs($0) < 3.2e8 }) else { return nil }
    let steps = Int((item.duration / stepSeconds).rounded(.up))
    return PlannableTask(
      id: item.id, steps: steps, remaining: Int((item.remaining / stepSeconds).rounded(.up)),
      deadline: Int(((item.deadline - time) / stepSeconds).rounded(.down)), kilowatts: item.watts / 1000,
      revenue: item.revenue, isPreemptible: item.isPreemptible, isRunning: isRunning)
  }
}
