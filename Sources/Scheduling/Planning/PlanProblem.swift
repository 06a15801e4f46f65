/// A situation in the form that the programs solve.
struct PlanProblem: Sendable {
  let site: HeatSite
  let outlook: PlanOutlook
  let situation: PlanSituation
  let stepHours: Double
  /// Energy of the store above cold water: kWh.
  let energy: Double
  let limits: HeatValue.Limits
  private(set) var steps: [HeatValue.Step] = []
  /// kW of running tasks that can't be suspended, slots that they hold.
  private(set) var firmPower: [Double]
  private(set) var firmSlots: [Double]
  /// kW of the running tasks that can be suspended, as if they ran on.
  private(set) var heldPower: [Double]
  private let backupMean: Double

  var horizon: Int { outlook.price.count }

  init(
    site: HeatSite, outlook: PlanOutlook, layers: [Double], situation: PlanSituation, stepHours: Double,
    reserve: Double
  ) {
    self.site = site
    self.outlook = outlook
    self.situation = situation
    self.stepHours = stepHours
    let store = site.store
    let capacity = store.kilowattHoursPerKelvin
    let mains = situation.mains
    energy = capacity * (layers.reduce(0, +) / Double(max(1, layers.count)) - mains)
    let isElectric = store.backup.fuel == .electricity
    let lowest = capacity * reserve * (store.charge - mains)
    let loss = store.lossWattsPerKelvin / 1000 * stepHours
    limits = HeatValue.Limits(
      lowest: lowest, highest: max(lowest + 1, capacity * (store.hottestCoolant - Self.fullMargin - mains)),
      decay: loss / capacity, backup: store.backup.kilowatts * stepHours, mayBoost: isElectric,
      unmet: site.economics.unmet * 0.6, fanShare: site.economics.fanShare, wear: site.economics.wear,
      capture: site.servers.capture, stepHours: stepHours)
    let horizon = outlook.price.count
    firmPower = Array(repeating: 0, count: horizon)
    firmSlots = firmPower
    heldPower = firmPower
    backupMean =
      outlook.price.reduce(0) { $0 + store.backup.price(electricity: $1) } / Double(max(1, horizon))
    var heldSlots = firmPower
    for task in situation.running {
      for index in 0..<min(horizon, task.remaining) {
        if task.isPreemptible {
          heldPower[index] += task.kilowatts
          heldSlots[index] += 1
        } else {
          firmPower[index] += task.kilowatts
          firmSlots[index] += 1
        }
      }
    }
    let idle = site.servers.allIdleKilowatts
    for index in 0..<horizon {
      let busy = firmPower[index] + heldPower[index]
      let cap = index < situation.caps.count ? situation.caps[index] : nil
      steps.append(
        HeatValue.Step(
          price: outlook.price[index], backupPrice: store.backup.price(electricity: outlook.price[index]),
          fixed: site.servers.capture * (busy + idle) * stepHours - outlook.demand[index]
            - loss * (mains - store.ambient),
          deviation: outlook.deviation[index],
          risk: outlook.risk[index],
          freeSlots: max(0, site.servers.slots - Int(firmSlots[index] + heldSlots[index])),
          room: cap.map { max(0, $0 - idle - busy) } ?? .infinity))
    }
  }

  /// Kelvin below the coolant's limit at which the store takes no more.
  static let fullMargin = 3.0

  /// Worth of energy above `lowest` at the horizon's end, in EUR.
  func terminal(_ energy: Double) -> Double {
    if let price = site.economics.terminal, let left = situation.stepsLeft, left <= horizon {
      return price * energy
    }
    // The more heat there is, the longer it lies before it is used.
    let day = max(1e-6, outlook.demand.reduce(0, +) / Double(horizon) * 24 / stepHours)
    var worth = 0.0
    var from = 0.0
    for (days, share) in [(0.35, 0.9), (0.7, 0.6), (1.2, 0.3), (9.9, 0.05)] {
      let to = day * days
      worth += backupMean * share * max(0, min(energy, to) - from)
      from = to
    }
    return worth
  }

  /// The queue, what runs and can be suspended, and what may come.
  func work(market: TaskMarket, days: Int) -> [SlotPrices.Work] {
    var work: [SlotPrices.Work] = []
    for task in situation.queue where task.slack >= 0 {
      work.append(SlotPrices.Work(task: task, release: 0, weight: 1))
    }
    for task in situation.running where task.isPreemptible {
      work.append(SlotPrices.Work(task: task, release: 0, weight: 1))
    }
    for (arrival, weight) in market.expected(now: situation.step, horizon: horizon, days: days) {
      let task = PlannableTask(
        id: "", steps: arrival.steps, remaining: arrival.steps,
        deadline: arrival.step + arrival.steps + arrival.slack,
        kilowatts: arrival.kilowatts, revenue: arrival.revenue, isPreemptible: arrival.isPreemptible,
        isRunning: false)
      work.append(SlotPrices.Work(task: task, release: arrival.step, weight: weight))
    }
    return work
  }

  func slotLimits(worth: [Double]) -> SlotPrices.Limits {
    let idle = site.servers.allIdleKilowatts
    return SlotPrices.Limits(
      slots: firmSlots.map { Double(site.servers.slots) - $0 },
      power: (0..<horizon).map { index in
        let cap = index < situation.caps.count ? situation.caps[index] : nil
        return cap.map { max(0, $0 - idle - firmPower[index]) } ?? .infinity
      },
      energy: (0..<horizon).map {
        (outlook.price[$0] + site.economics.wear - site.servers.capture * worth[$0]) * stepHours
      })
  }
}
