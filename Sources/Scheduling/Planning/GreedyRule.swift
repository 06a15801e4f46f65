/// What takes over when there is no plan: an ask price from the state of the moment, and the tasks that pay it.
///
/// λ is what the backup heater's heat costs, times how empty the store is: full worth at a charge of 0.3, none at 1.
struct GreedyRule {
  let site: HeatSite
  let situation: PlanSituation
  /// Nothing where the sensors don't tell: then no task starts.
  let layers: [Double]?
  let stepHours: Double

  func decide(because reason: String) -> PlanDecision {
    let electricity = situation.prices.first ?? 0
    let worth = worth(electricity: electricity)
    let ask = electricity + site.economics.wear - site.servers.capture * worth
    var start: [String] = []
    if layers != nil, !situation.prices.isEmpty {
      var room = CapRoom(site: site, situation: situation)
      var free = site.servers.slots - situation.running.count
      let paying = situation.queue.filter { $0.slack >= 0 }
        .map { task in (task: task, margin: margin(task, ask: ask)) }
        .filter { $0.margin > 0 || $0.task.isStarted }
        .sorted { ($0.margin, $1.task.id) > ($1.margin, $0.task.id) }
      for (task, _) in paying where free > 0 && room.fits(task) {
        room.take(task)
        start.append(task.id)
        free -= 1
      }
    }
    return PlanDecision(
      start: start, suspend: [], backupBelow: site.store.backup.onBelow, boosts: false,
      prices: PlanPrices(ask: ask, slotHour: 0, heat: worth), isFallback: true, reasons: [reason])
  }

  private func worth(electricity: Double) -> Double {
    guard let layers, !layers.isEmpty else { return 0 }
    let mean = layers.reduce(0, +) / Double(layers.count)
    let charge = (mean - situation.mains) / max(1, site.store.charge - situation.mains)
    return site.store.backup.price(electricity: electricity) * AskPrice.emptiness(charge: charge)
  }

  /// EUR for each step, net of electricity, wear and heat.
  private func margin(_ task: PlannableTask, ask: Double) -> Double {
    let steps = min(situation.prices.count, task.remaining)
    let mean = situation.prices.prefix(steps).reduce(0, +) / Double(max(1, steps))
    let later = mean - (situation.prices.first ?? mean)
    return task.revenue / Double(task.steps) - task.kilowatts * stepHours * (ask + later)
  }
}
